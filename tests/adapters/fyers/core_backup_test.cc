// The core by its bytes: good-till-triggered orders while the exchange is closed.
#include "tests/adapters/fyers/core_shell.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

constexpr std::string_view kPlace = "POST gtt/orders";
constexpr std::string_view kCancel = "DELETE gtt/orders";
constexpr std::string_view kBook = "GET gtt/orders";

class FyersCoreBackupTest : public FyersShell {
 protected:
  // On a Monday at 15:29 in India, a minute before the close.
  FyersCoreBackupTest() {
    steady_ = Timestamp() + kMinute * (5 * 60 + 29);
    options_.gtt_backup = true;
    options_.symbols[0].product = Product::Cnc;
    options_.hours = TradingHours{.start = kMinute * (9 * 60 + 15),
                                  .end = kMinute * (15 * 60 + 30),
                                  .square_off = {},
                                  .utc_offset = kMinute * 330,
                                  .holidays = {},
                                  .extra_days = {}};
  }
  // It closes.
  void night() {
    begin();
    say_open();
    pass(kMinute * 2);
    EXPECT_EQ(phases(), (Phases{SessionPhase::Open, SessionPhase::Closed}));
  }
  void say_open() { say_status("OPEN"); }
  void say_status(std::string_view word) {
    answer("GET marketStatus", R"({"s":"ok","code":200,"message":"","marketStatus":[)"
                               R"({"exchange":10,"segment":10,"market_type":"NORMAL","status":")" +
                                   std::string(word) + R"("}]})");
  }
  // To Tuesday, a few seconds after 09:15.
  void morning() {
    core_->renew(token_until(now().wall + Duration::hours(40), now().wall), now());
    const Timestamp opening = Timestamp() + kMinute * (23 * 60 + 15) + Duration::seconds(5);
    pass(opening - steady_);
    say_open();
  }
  // A start on a night after a life that has left these.
  void restart(const std::vector<GttRecord>& left) {
    options_.gtt_records = left;
    options_.closed = {InstrumentId{1}};
    steady_ = Timestamp() + kMinute * 360;
    begin();
    EXPECT_EQ(phases(), Phases{SessionPhase::Closed});
  }
  static CarriedInstrument carried(Maybe<Price> target = 620_px, Maybe<Price> stop = 580_px) {
    return {.instrument = InstrumentId{1},
            .has_orders = false,
            .last = 600_px,
            .tranches = {{.position_side = PositionSide::Long,
                          .quantity = 10_qty,
                          .target = target,
                          .stop = stop}}};
  }
  void carry(const CarriedInstrument& one) {
    core_->on_carried({&one, 1}, now());
    keep();
  }
  void keep() {
    core_->on_gtt_kept(core_->gtt_version(), now());
    pump();
  }
  static std::string row(std::string_view id, int status = 6, std::string_view triggers = "620 580",
                         int quantity = 10) {
    const std::string first(triggers.substr(0, triggers.find(' ')));
    const std::string second(triggers.substr(triggers.find(' ') + 1));
    return R"({"id":")" + std::string(id) +
           R"(","symbol":"NSE:SBIN-EQ","product_type":"CNC","tran_side":-1,"gtt_oco_ind":2,)"
           R"("ord_status":)" +
           std::to_string(status) + R"(,"qty":)" + std::to_string(quantity) +
           R"(,"price_trigger":)" + first + R"(,"price2_trigger":)" + second + "}";
  }
  static std::string done(std::string_view id = "G1") {
    return R"({"s":"ok","code":1101,"message":"done","id":")" + std::string(id) + "\"}";
  }
  static constexpr std::string_view kNoWord =
      R"({"s":"ok","code":201,"message":"no acknowledgement"})";
  static constexpr std::string_view kRefused =
      R"({"s":"error","code":-99,"message":"Order is not pending"})";
  static std::string stray(int status = 6) {
    return R"({"id":"26120100000009","symbol":"NSE:SBIN-EQ","qty":10,"filledQty":0,)"
           R"("remainingQuantity":10,"limitPrice":562.6,"stopPrice":0,"tradedPrice":0,"type":1,)"
           R"("status":)" +
           std::to_string(status) +
           R"(,"productType":"CNC","side":-1,"orderDateTime":"01-Dec-2026 09:15:01",)"
           R"("message":"","orderTag":"2:Untagged"})";
  }
  static GttRecord left_behind(std::string id) {
    return {.terms = {.symbol = std::string(kSymbol),
                      .product = Product::Cnc,
                      .side = Side::Sell,
                      .quantity = 10_qty,
                      .above = GttLeg{.trigger = 620_px, .limit = 601.4_px},
                      .below = GttLeg{.trigger = 580_px, .limit = 562.6_px}},
            .id = std::move(id)};
  }
  void place(std::string_view id = "G1") {
    carry(carried());
    answer(kPlace, done(id));
    keep();
  }
  void compare(const std::string& position) {
    answer("GET positions", positions(position));
    answer("GET orders", book(""));
    answer("GET tradebook", trades(""));
    answer("GET funds", funds());
    answer("GET holdings", R"({"s":"ok","code":200,"message":"","holdings":[]})");
    answer("GET positions", positions(position));
  }
  using Phases = std::vector<SessionPhase>;
  Phases phases() {
    Phases all;
    for (const SessionChanged& changed : only<SessionChanged>()) all.push_back(changed.phase);
    return all;
  }
  std::string news() {
    std::string all;
    for (const GttNews& one : core_->take_gtt_news()) {
      all += std::string(one.event) + " " + one.record.id + "\n";
    }
    return all;
  }
};

// ---- The night.

TEST_F(FyersCoreBackupTest, WhatIsCarriedStandsAtTheVenueOnceItIsOnDisk) {
  night();
  const CarriedInstrument one = carried();
  core_->on_carried({&one, 1}, now());
  pass(kMinute);
  EXPECT_FALSE(is_sent(kPlace)) << "a kill now would leave an order that nobody knows";
  EXPECT_EQ(core_->gtt_records(), (std::vector<GttRecord>{left_behind("")}));
  keep();
  const HttpRequest request = answer(kPlace, done());
  EXPECT_EQ(request.target, "/api/v3/gtt/orders/sync");
  // Both limits give up 3 %.
  EXPECT_EQ(request.body, R"({"side":-1,"symbol":"NSE:SBIN-EQ","productType":"CNC","orderInfo":{)"
                          R"("leg1":{"price":601.4,"triggerPrice":620,"qty":10},)"
                          R"("leg2":{"price":562.6,"triggerPrice":580,"qty":10}}})");
  EXPECT_EQ(core_->gtt_records(), (std::vector<GttRecord>{left_behind("G1")}));
  EXPECT_EQ(news(), "gtt_placed G1\n");
  keep();
  carry(carried());
  pass(kMinute * 10);
  EXPECT_FALSE(is_sent(kPlace));
  EXPECT_FALSE(is_sent(kBook)) << "nothing is in doubt";
}

TEST_F(FyersCoreBackupTest, AShortIsMirrored) {
  options_.symbols[0].product = Product::Margin;
  night();
  CarriedInstrument one = carried(580_px, 620_px);
  one.tranches[0].position_side = PositionSide::Short;
  carry(one);
  EXPECT_EQ(take(kPlace).body,
            R"({"side":1,"symbol":"NSE:SBIN-EQ","productType":"MARGIN","orderInfo":{)"
            R"("leg1":{"price":638.6,"triggerPrice":620,"qty":10},)"
            R"("leg2":{"price":597.4,"triggerPrice":580,"qty":10}}})");
}

TEST_F(FyersCoreBackupTest, AStopAloneIsOneLeg) {
  night();
  carry(carried({}));
  EXPECT_EQ(take(kPlace).body,
            R"({"side":-1,"symbol":"NSE:SBIN-EQ","productType":"CNC","orderInfo":{)"
            R"("leg1":{"price":562.6,"triggerPrice":580,"qty":10}}})");
}

TEST_F(FyersCoreBackupTest, ATargetThatThePriceHasPassedIsLeftOut) {
  night();
  CarriedInstrument one = carried();
  one.last = 625_px;
  carry(one);
  EXPECT_EQ(take(kPlace).body,
            R"({"side":-1,"symbol":"NSE:SBIN-EQ","productType":"CNC","orderInfo":{)"
            R"("leg1":{"price":562.6,"triggerPrice":580,"qty":10}}})");
}

// One leg would wait for the price to rise again; the venue refuses two.
TEST_F(FyersCoreBackupTest, AStopThatThePriceHasPassedIsSaidOnce) {
  night();
  CarriedInstrument one = carried();
  one.last = 580_px;
  carry(one);
  EXPECT_NE(faults().find("has passed the stop at 580: nothing protects 10 over the night"),
            std::string::npos);
  pass(kMinute * 5);
  carry(one);
  EXPECT_EQ(faults().find("has passed the stop"), std::string::npos);
  EXPECT_FALSE(is_sent(kPlace));
}

TEST_F(FyersCoreBackupTest, LimitsKeepToTheCircuitOfTheDayAndQuantitiesToTheFreeze) {
  options_.listed[0].max_quantity = 4_qty;
  night();
  core_->on_circuit_limits({.instrument = InstrumentId{1}, .lower = 570_px, .upper = 630_px});
  carry(carried());
  std::vector<std::string> quantities;
  for (const std::string_view count : {"4", "4", "2"}) {
    const HttpRequest request = answer(kPlace, done("G" + std::to_string(quantities.size())));
    const std::string leg =
        R"("leg2":{"price":570,"triggerPrice":580,"qty":)" + std::string(count) + "}";
    EXPECT_NE(request.body.find(leg), std::string::npos) << request.body;
    quantities.push_back(leg);
    keep();
  }
  EXPECT_FALSE(is_sent(kPlace));
  EXPECT_EQ(core_->gtt_records().size(), 3U);
}

TEST_F(FyersCoreBackupTest, NothingIsPlacedWithoutAPriceOrBeforeTheBooksAreCompared) {
  night();
  CarriedInstrument one = carried();
  one.last = std::nullopt;
  carry(one);
  core_->on_carried({}, now());
  keep();
  EXPECT_FALSE(is_sent(kPlace));
}

// Or a holiday that nobody has configured, until its hours are over.
TEST_F(FyersCoreBackupTest, AHaltWithinTheHoursIsNoNight) {
  begin();
  say_status("CLOSED");
  EXPECT_EQ(phases(), Phases{SessionPhase::Closed});
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace));
  pass(kMinute * 2);
  carry(carried());
  EXPECT_TRUE(is_sent(kPlace));
}

TEST_F(FyersCoreBackupTest, NothingStandsBesideAnOrderOfTheDay) {
  night();
  CarriedInstrument one = carried();
  one.has_orders = true;
  carry(one);
  EXPECT_FALSE(is_sent(kPlace));
  EXPECT_FALSE(is_sent("GET positions"));
  pass(Duration::seconds(31));
  carry(one);
  // The stream may have swallowed their end: the books say.
  EXPECT_TRUE(is_sent("GET positions"));
  EXPECT_NE(faults().find("orders of the day have not ended"), std::string::npos);
  carry(carried());
  EXPECT_TRUE(is_sent(kPlace));
}

TEST_F(FyersCoreBackupTest, WhatIsIntradayOrSwitchedOffHasNone) {
  options_.symbols[0].product = Product::Intraday;
  night();
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace));
  options_.symbols[0].product = Product::Cnc;
  options_.gtt_backup = false;
  steady_ = Timestamp() + kMinute * (5 * 60 + 29);
  sent_.clear();
  night();
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace));
}

TEST_F(FyersCoreBackupTest, AnotherWishIsPlacedWhenTheOldOneIsCancelled) {
  night();
  place();
  carry(carried(620_px, 590_px));
  EXPECT_FALSE(is_sent(kPlace));
  EXPECT_FALSE(is_sent(kCancel)) << "the wish may have changed because it has triggered";
  answer(kBook, book(row("G1")));
  EXPECT_EQ(answer(kCancel, done()).body, R"({"id":"G1"})");
  keep();
  EXPECT_NE(take(kPlace).body.find(R"("triggerPrice":590)"), std::string::npos);
}

TEST_F(FyersCoreBackupTest, ARefusedOneIsSaidAndTriedAgainLater) {
  night();
  carry(carried());
  answer(kPlace, R"({"s":"error","code":-99,"message":"RED:not now"})");
  keep();
  EXPECT_NE(faults().find("sell 10 NSE:SBIN-EQ CNC above 620 below 580: refused: RED:not now"),
            std::string::npos);
  EXPECT_EQ(news(), "gtt_failed \n");
  EXPECT_TRUE(core_->gtt_records().empty());
  pass(Duration::seconds(58));
  keep();
  EXPECT_FALSE(is_sent(kPlace));
  pass(Duration::seconds(3));
  keep();
  EXPECT_TRUE(is_sent(kPlace));
}

// ---- What is not known.

TEST_F(FyersCoreBackupTest, WithoutAWordTheBookIsAskedAndNothingIsDoubled) {
  for (const bool is_silent : {false, true}) {
    SCOPED_TRACE(is_silent);
    steady_ = Timestamp() + kMinute * (5 * 60 + 29);
    sent_.clear();
    night();
    carry(carried());
    if (is_silent) {
      take(kPlace);
      pass(Duration::seconds(8));
    } else {
      answer(kPlace, kNoWord);
      pass(Duration::seconds(2));
    }
    EXPECT_FALSE(is_sent(kPlace));
    EXPECT_NE(faults().find("not known whether it stands"), std::string::npos);
    // Somebody else's of other prices is not it.
    answer(kBook, book(row("F1", 6, "620 570") + "," + row("G7")));
    keep();
    EXPECT_EQ(core_->gtt_records(), (std::vector<GttRecord>{left_behind("G7")}));
    carry(carried());
    EXPECT_FALSE(is_sent(kPlace));
  }
}

TEST_F(FyersCoreBackupTest, OneThatNeverArrivedIsPlacedOnceItNoLongerCan) {
  night();
  carry(carried());
  answer(kPlace, kNoWord);
  pass(Duration::seconds(2));
  answer(kBook, book(row("F1", 6, "620 570")));
  pass(Duration::seconds(5));
  EXPECT_FALSE(is_sent(kBook)) << "it may still arrive";
  pass(Duration::seconds(6));
  answer(kBook, book(""));
  // Placed and triggered, it would be an order now.
  answer("GET orders", book(""));
  EXPECT_FALSE(is_sent(kPlace));
  compare(position_row(10, "CNC"));
  keep();
  EXPECT_TRUE(is_sent(kPlace));
}

// ---- The opening.

TEST_F(FyersCoreBackupTest, TheEngineHearsOfTheOpeningOnceNothingOfOursStands) {
  night();
  place();
  events();
  morning();
  EXPECT_EQ(phases(), Phases());
  EXPECT_EQ(answer(kCancel, done()).body, R"({"id":"G1"})");
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
  EXPECT_TRUE(core_->gtt_records().empty());
  // The engine's state may be a round behind.
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace));
}

TEST_F(FyersCoreBackupTest, ACancelWithoutAWordIsLookedUpAndSaidAgain) {
  night();
  place();
  events();
  morning();
  answer(kCancel, kNoWord);
  pass(Duration::seconds(2));
  EXPECT_FALSE(is_sent(kCancel));
  answer(kBook, book(row("G1")));
  EXPECT_EQ(phases(), Phases());
  answer(kCancel, done());
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

// What it has become rests: it would sell a second time.
TEST_F(FyersCoreBackupTest, ATriggeredOneIsFollowedToItsOrderAndToThePosition) {
  night();
  place();
  events();
  morning();
  answer(kCancel, kRefused, 400);
  answer(kBook, book(row("G1", 2)));
  answer("GET orders", book(stray()));
  EXPECT_EQ(answer("DELETE orders", done()).body, R"({"id":"26120100000009"})");
  EXPECT_FALSE(is_sent("GET positions"));
  pass(Duration::seconds(2));
  answer("GET orders", book(stray(1)));
  EXPECT_EQ(phases(), Phases());
  compare(position_row(0, "CNC"));
  const auto all = events();
  EXPECT_EQ(only<SnapshotEnded>(all).size(), 1U);
  ASSERT_EQ(only<SessionChanged>(all).size(), 1U);
  EXPECT_TRUE(std::holds_alternative<SessionChanged>(all.back())) << "after the comparison";
  EXPECT_TRUE(core_->gtt_records().empty());
}

TEST_F(FyersCoreBackupTest, AComparisonThatBeganBeforeIsDoneAgain) {
  night();
  place();
  events();
  morning();
  answer(kCancel, kRefused, 400);
  answer(kBook, book(row("G1", 2)));
  submit({RequestSnapshot{}});
  answer("GET positions", positions(position_row(10, "CNC")));
  answer("GET orders", book(""));  // It fills only now, and does not rest any more.
  answer("GET orders", book(""));
  answer("GET tradebook", trades(""));
  answer("GET funds", funds());
  answer("GET holdings", R"({"s":"ok","code":200,"message":"","holdings":[]})");
  answer("GET positions", positions(position_row(10, "CNC")));
  EXPECT_EQ(phases(), Phases());
  pass(Duration::seconds(3));
  compare(position_row(0, "CNC"));
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

TEST_F(FyersCoreBackupTest, AQuestionWithoutAnAnswerIsAskedAgainAndTheEngineWaits) {
  night();
  place();
  events();
  morning();
  answer(kCancel, kRefused, 400);
  take(kBook);
  pass(Duration::seconds(8));
  answer(kBook, "no json", 500);
  pass(Duration::seconds(2));
  answer(kBook, book(row("G1", 1)));
  take("GET orders");
  pass(Duration::seconds(8));
  answer("GET orders", book(""));
  EXPECT_EQ(phases(), Phases());
  compare(position_row(10, "CNC"));
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

TEST_F(FyersCoreBackupTest, WithoutATokenTheEngineWaits) {
  night();
  place();
  core_->renew(token_until(now().wall + Duration::hours(14), now().wall), now());
  events();
  pass(Duration::hours(18));
  EXPECT_FALSE(is_sent(kCancel));
  EXPECT_EQ(phases(), Phases());
  core_->renew(token_until(now().wall + Duration::hours(20), now().wall), now());
  pump();
  answer(kCancel, done());
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

// ---- Lives before this one.

TEST_F(FyersCoreBackupTest, ARestartInTheNightFindsItsOwnAndLeavesTheOthers) {
  restart({left_behind("G1")});
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace)) << "before the book has said what stands";
  const std::string others = row("F1") + "," + row("F2", 6, "700 500");
  answer(kBook, book(others + "," + row("G1")));
  // The wish came after that question had left.
  answer(kBook, book(others + "," + row("G1")));
  keep();
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace));
  EXPECT_FALSE(is_sent(kCancel));
  morning();
  EXPECT_EQ(answer(kCancel, done()).body, R"({"id":"G1"})");
  EXPECT_FALSE(is_sent(kCancel));
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

// Killed between the record and the answer.
TEST_F(FyersCoreBackupTest, ARestartFindsOneWhoseAnswerNobodyHeard) {
  restart({left_behind("")});
  answer(kBook, book(row("G1")));
  keep();
  EXPECT_EQ(core_->gtt_records(), (std::vector<GttRecord>{left_behind("G1")}));
  carry(carried());
  EXPECT_FALSE(is_sent(kPlace));
}

TEST_F(FyersCoreBackupTest, ARestartInTheNightPlacesWhatIsMissing) {
  restart({});
  carry(carried());
  EXPECT_TRUE(is_sent(kPlace));
}

// The log may even say that it was open: before anything else the engine hears that it is not.
TEST_F(FyersCoreBackupTest, AStartInTheSessionSettlesWhatTheNightHasLeft) {
  options_.gtt_records = {left_behind("G1")};
  steady_ = Timestamp() + Duration::seconds(2);
  begin();
  EXPECT_EQ(phases(), Phases{SessionPhase::Closed});
  answer(kBook, book(row("G1")));
  EXPECT_FALSE(is_sent(kCancel)) << "whether it is open is not known yet";
  say_open();
  answer(kCancel, done());
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

TEST_F(FyersCoreBackupTest, SwitchedOffWhatWasLeftGoes) {
  options_.gtt_backup = false;
  restart({left_behind("G1")});
  answer(kBook, book(row("G1")));
  answer(kCancel, done());
  EXPECT_TRUE(core_->gtt_records().empty());
  EXPECT_EQ(phases(), Phases());
}

TEST_F(FyersCoreBackupTest, WithoutHoursWhatWasLeftGoesAndThenItIsOpen) {
  options_.hours.reset();
  options_.gtt_records = {left_behind("G1")};
  options_.closed = {InstrumentId{1}};
  begin();
  answer(kBook, book(row("G1")));
  EXPECT_EQ(phases(), Phases());
  answer(kCancel, done());
  EXPECT_EQ(phases(), Phases{SessionPhase::Open});
}

TEST_F(FyersCoreBackupTest, OneOfASymbolThatIsNoLongerConfiguredIsSaid) {
  GttRecord other = left_behind("G1");
  other.terms.symbol = "NSE:TCS-EQ";
  options_.gtt_records = {other};
  options_.closed = {InstrumentId{1}};
  steady_ = Timestamp() + kMinute * 360;
  begin();
  EXPECT_NE(faults().find("NSE:TCS-EQ is not configured any more"), std::string::npos);
  carry(carried());
  EXPECT_FALSE(is_sent(kCancel));
  EXPECT_EQ(core_->gtt_records().size(), 2U);
}

}  // namespace
}  // namespace tranchet::fyers
