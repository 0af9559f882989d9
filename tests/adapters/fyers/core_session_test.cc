// The core by its bytes: the hours of the exchange, and candles.
#include "tests/adapters/fyers/core_shell.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

class FyersCoreSessionTest : public FyersShell {
 protected:
  // On a Monday at 10:00:02 in India.
  FyersCoreSessionTest() { steady_ = Timestamp() + Duration::seconds(2); }

  // The NSE's.
  void keep_hours(std::vector<std::int64_t> holidays = {}) {
    options_.hours = TradingHours{.start = kMinute * (9 * 60 + 15),
                                  .end = kMinute * (15 * 60 + 30),
                                  .square_off = {},
                                  .utc_offset = kMinute * 330,
                                  .holidays = std::move(holidays),
                                  .extra_days = {}};
  }
  void want_candles(std::int64_t minutes, std::int64_t period) {
    options_.candles.session_start = kMinute * (9 * 60 + 15 - 330);
    options_.candles.session_end = kMinute * (15 * 60 + 30 - 330);
    options_.candles.hours = options_.hours;
    options_.candles.wanted.push_back({.symbol = std::string(kSymbol),
                                       .instrument = InstrumentId{1},
                                       .length = kMinute * minutes,
                                       .period = period,
                                       .known = {}});
  }
  static std::string status(std::string_view word, std::string_view exchange = "10") {
    return R"({"s":"ok","code":200,"message":"","marketStatus":[)"
           R"({"exchange":10,"segment":10,"market_type":"ODD_LOT","status":"CLOSED"},)"
           R"({"exchange":)" +
           std::string(exchange) + R"(,"segment":10,"market_type":"NORMAL","status":")" +
           std::string(word) + R"("}]})";
  }
  // Opened so many seconds after 09:15 of that Monday.
  static std::string candle(std::int64_t seconds, std::string_view prices = "600,602,598,600") {
    return "[" + std::to_string(kMonday - 45 * 60 + seconds) + "," + std::string(prices) + ",1000]";
  }
  static std::string history(const std::string& rows) {
    return R"({"s":"ok","candles":[)" + rows + "]}";
  }
  std::vector<SessionPhase> phases() {
    std::vector<SessionPhase> all;
    for (const SessionChanged& changed : only<SessionChanged>()) all.push_back(changed.phase);
    return all;
  }
  static std::int64_t parameter(const HttpRequest& request, std::string_view name) {
    const std::size_t at = request.target.find("&" + std::string(name) + "=");
    EXPECT_NE(at, std::string::npos) << request.target;
    return std::stoll(request.target.substr(at + name.size() + 2));
  }

  using Phases = std::vector<SessionPhase>;
  static constexpr SessionPhase kOpen = SessionPhase::Open;
  static constexpr SessionPhase kClosed = SessionPhase::Closed;
};

// ---- Hours.

TEST_F(FyersCoreSessionTest, WithoutHoursNothingIsAskedOrSaid) {
  begin();
  pass(kMinute);
  EXPECT_FALSE(is_sent("GET marketStatus"));
  EXPECT_EQ(phases(), Phases());
}

TEST_F(FyersCoreSessionTest, WithoutHoursALogThatEndedClosedIsOpenAgain) {
  options_.closed = {InstrumentId{1}};
  begin();
  EXPECT_EQ(phases(), Phases{kOpen});
}

TEST_F(FyersCoreSessionTest, WithinTheHoursTheVenueIsAskedAndTheEndIsByTheClock) {
  keep_hours();
  begin();
  EXPECT_EQ(phases(), Phases());
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen});
  pass(kMinute * (5 * 60 + 29));  // 15:29
  EXPECT_EQ(phases(), Phases());
  pass(kMinute);
  EXPECT_EQ(phases(), Phases{kClosed});
  sent_.clear();
  pass(kMinute * 5);
  EXPECT_FALSE(is_sent("GET marketStatus"));
  // In the morning it is asked again.
  core_->renew(token_until(now().wall + Duration::hours(20), now().wall), now());
  pass(kMinute * (17 * 60 + 39));
  EXPECT_FALSE(is_sent("GET marketStatus"));
  EXPECT_EQ(phases(), Phases());
  pass(kMinute);
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen});
}

TEST_F(FyersCoreSessionTest, AHolidayThatNobodyConfiguredStaysClosed) {
  keep_hours();
  begin();
  answer("GET marketStatus", status("CLOSED"));
  EXPECT_EQ(phases(), Phases{kClosed});
  pass(Duration::seconds(14));
  EXPECT_FALSE(is_sent("GET marketStatus"));
  pass(Duration::seconds(2));
  answer("GET marketStatus", status("PREOPEN"));
  EXPECT_EQ(phases(), Phases());
  pass(Duration::seconds(16));
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen});
  pass(Duration::seconds(59));
  EXPECT_FALSE(is_sent("GET marketStatus"));
}

// It is asked about every minute, and one answer is not enough to hold back exits.
TEST_F(FyersCoreSessionTest, AHaltIsNoticedWhenTwoAnswersSaySo) {
  keep_hours();
  begin();
  answer("GET marketStatus", status("OPEN"));
  pass(Duration::seconds(61));
  answer("GET marketStatus", status("CLOSED"));
  pass(Duration::seconds(4));
  EXPECT_FALSE(is_sent("GET marketStatus"));
  pass(Duration::seconds(2));
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen}) << "of the start: the one that was closed was a slip";
  pass(Duration::seconds(61));
  answer("GET marketStatus", status("HALT"));
  pass(Duration::seconds(6));
  answer("GET marketStatus", status("HALT"));
  EXPECT_EQ(phases(), Phases{kClosed});
  pass(Duration::seconds(16));
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen});
}

TEST_F(FyersCoreSessionTest, AnOrderThatIsRefusedForAHaltAndOneAnswerAreEnough) {
  const auto refuse = [this](std::uint64_t sequence) {
    submit(sequence, Purpose::StopLoss);
    answer("POST orders", R"({"s":"error","code":-99,"message":"RED:Trading halted"})", 400);
    const auto rejected = only<OrderRejected>();
    ASSERT_EQ(rejected.size(), 1U);
    EXPECT_EQ(rejected[0].reason, RejectReason::NotTrading);
  };
  keep_hours();
  begin();
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen});
  pass(Duration::seconds(10));
  refuse(1);
  pump();
  answer("GET marketStatus", status("CLOSED"));
  EXPECT_EQ(phases(), Phases{kClosed});
  pass(Duration::seconds(16));
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases{kOpen});
  // An answer that was on its way may be older than the refusal: it does not clear the suspicion.
  pass(Duration::seconds(61));
  ASSERT_TRUE(is_sent("GET marketStatus"));
  refuse(2);
  answer("GET marketStatus", status("OPEN"));
  EXPECT_EQ(phases(), Phases());
  pass(Duration::seconds(1));
  answer("GET marketStatus", status("CLOSED"));
  EXPECT_EQ(phases(), Phases{kClosed});
}

// The routine question is the first that the budget does without.
TEST_F(FyersCoreSessionTest, TheQuestionOfEachMinuteWaitsForWhatTheBudgetCanSpare) {
  keep_hours();
  connect();
  answer("GET marketStatus", status("OPEN"));
  pass(Duration::seconds(58));
  submit(1, Purpose::Entry);
  answer("POST orders", R"({"s":"error","code":-429,"message":"too many"})", 429);
  pass(Duration::seconds(50));
  EXPECT_FALSE(is_sent("GET marketStatus"));
  events();
  EXPECT_TRUE(core_->is_idle()) << "who is to stop does not wait for it";
  pass(Duration::seconds(12));
  EXPECT_TRUE(is_sent("GET marketStatus"));
}

TEST_F(FyersCoreSessionTest, AMarketOfAnotherExchangeIsNotOurs) {
  keep_hours();
  begin();
  answer("GET marketStatus", status("CLOSED", "11"));
  EXPECT_EQ(phases(), Phases{kOpen});
}

TEST_F(FyersCoreSessionTest, AConfiguredHolidayIsClosedWithoutAQuestion) {
  keep_hours({(kMonday + 330 * 60) / 86'400});
  begin();
  EXPECT_EQ(phases(), Phases{kClosed});
  EXPECT_FALSE(is_sent("GET marketStatus"));
}

TEST_F(FyersCoreSessionTest, WithoutAnAnswerTheHoursStand) {
  keep_hours();
  begin();
  answer("GET marketStatus", "not json", 500);
  EXPECT_EQ(phases(), Phases{kOpen});
  pass(Duration::seconds(16));
  answer("GET marketStatus", R"({"s":"ok","code":200,"message":""})");
  const auto all = events();
  EXPECT_NE(faults(all).find("marketStatus is missing"), std::string::npos) << faults(all);
  EXPECT_TRUE(only<SessionChanged>(all).empty());
  // Never answered at all: what was sent is given up, and it is asked again.
  pass(Duration::seconds(16));
  take("GET marketStatus");
  pass(Duration::seconds(23));
  answer("GET marketStatus", status("CLOSED"));
  pass(Duration::seconds(6));
  answer("GET marketStatus", status("CLOSED"));
  EXPECT_EQ(phases(), Phases{kClosed});
}

// ---- Candles.

TEST_F(FyersCoreSessionTest, CandlesOfTheVenueAreSaidOnceTheyAreComplete) {
  want_candles(5, 14);
  begin();
  // At 10:00:02: those that ended by 10:00, and the one that runs, which is not whole.
  const HttpRequest first =
      answer("GET history", history(candle(2'100) + "," + candle(2'400, "600,603,599.5,601") + "," +
                                    candle(2'700, "601,650,550,602")));
  EXPECT_TRUE(first.target.starts_with("/data/history?symbol=NSE%3ASBIN-EQ&resolution=5&"))
      << first.target;
  EXPECT_EQ(parameter(first, "range_to"), kMonday - 300);
  // One session holds 14 of them; before it may lie days without one.
  EXPECT_EQ(parameter(first, "range_to") - parameter(first, "range_from"), 8 * 86'400);
  const auto candles = only<CandleClosed>();
  ASSERT_EQ(candles.size(), 2U);
  EXPECT_EQ(candles[1].instrument, InstrumentId{1});
  EXPECT_EQ(candles[1].seconds, 300U);
  EXPECT_EQ(candles[1].opened, Timestamp() + Duration::seconds(kMonday - 300));
  EXPECT_EQ(candles[1].open, 600_px);
  EXPECT_EQ(candles[1].high, 603_px);
  EXPECT_EQ(candles[1].low, 599.5_px);
  EXPECT_EQ(candles[1].close, 601_px);
  EXPECT_EQ(candles[1].volume, Maybe<Quantity>(1000_qty));

  // The next is asked for shortly after its end, from where the last one was.
  pass(Duration::seconds(297));
  EXPECT_FALSE(is_sent("GET history"));
  pass(Duration::seconds(2));
  const HttpRequest second =
      answer("GET history", history(candle(2'400) + "," + candle(2'700, "601,650,550,602")));
  EXPECT_EQ(parameter(second, "range_from"), kMonday - 299);
  EXPECT_EQ(parameter(second, "range_to"), kMonday);
  const auto next = only<CandleClosed>();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].high, 650_px);
}

TEST_F(FyersCoreSessionTest, WhatTheLogHasIsNotAskedForAgain) {
  want_candles(5, 14);
  options_.candles.wanted[0].known = Timestamp() + Duration::seconds(kMonday - 600);
  begin();
  const HttpRequest request = answer("GET history", history(candle(2'100) + "," + candle(2'400)));
  EXPECT_EQ(parameter(request, "range_from"), kMonday - 599);
  EXPECT_EQ(only<CandleClosed>().size(), 1U);
}

TEST_F(FyersCoreSessionTest, ACandleThatIsNotThereIsAskedForTwice) {
  want_candles(5, 14);
  begin();
  answer("GET history", R"({"s":"no_data","candles":[]})");
  pass(Duration::seconds(6));
  answer("GET history", R"({"s":"no_data","candles":[]})");
  pass(Duration::seconds(200));
  EXPECT_FALSE(is_sent("GET history"));
  EXPECT_TRUE(only<CandleClosed>().empty());
  // And comes with the next: nobody has missed it.
  pass(Duration::seconds(94));
  answer("GET history", history(candle(2'400) + "," + candle(2'700)));
  EXPECT_EQ(only<CandleClosed>().size(), 2U);
}

TEST_F(FyersCoreSessionTest, AQuestionThatFailsIsAskedAgainLater) {
  want_candles(5, 14);
  begin();
  answer("GET history", R"({"s":"error","code":-300,"message":"Invalid symbol"})", 422);
  pass(Duration::seconds(30));
  EXPECT_FALSE(is_sent("GET history"));
  pass(Duration::seconds(31));
  answer("GET history", R"({"s":"ok","candles":[[1,2,3]]})");
  EXPECT_NE(faults().find("candles row 1"), std::string::npos);
  pass(Duration::seconds(61));
  take("GET history");  // Never answered.
  pass(Duration::seconds(70));
  EXPECT_TRUE(is_sent("GET history"));
}

TEST_F(FyersCoreSessionTest, OutsideOfTheHoursNoCandleIsAskedFor) {
  keep_hours();
  want_candles(60, 3);
  begin();
  answer("GET marketStatus", status("OPEN"));
  // 09:15 is not complete. Three of an hour are in one session of six.
  const HttpRequest first = answer("GET history", history(candle(0)));
  EXPECT_EQ(parameter(first, "range_to") - parameter(first, "range_from"), 8 * 86'400);
  EXPECT_TRUE(only<CandleClosed>().empty());
  int asked = 0;
  // Until 23:00: the candles from 09:15 to 15:15, of which the last begins within the session.
  for (int step = 0; step < 13 * 720; ++step) {
    pass(Duration::seconds(5));
    if (!is_sent("GET history")) continue;
    ++asked;
    answer("GET history", history(candle((asked - 1) * 3'600)));
  }
  EXPECT_EQ(asked, 7);
  EXPECT_EQ(only<CandleClosed>().size(), 7U);
}

// The minute's budget is for entries as well.
TEST_F(FyersCoreSessionTest, ManyInstrumentsAreAskedAboutOneASecond) {
  for (int index = 0; index < 10; ++index) want_candles(5, 14);
  begin();
  int asked = 0;
  for (int second = 0; second < 5; ++second) {
    while (is_sent("GET history")) {
      ++asked;
      answer("GET history", history(candle(2'400)));
    }
    pass(Duration::seconds(1));
  }
  EXPECT_EQ(asked, 6);
}

// After a 429 only what protects may leave for a minute.
TEST_F(FyersCoreSessionTest, CandlesWaitForTheirShareOfTheBudget) {
  want_candles(1, 14);
  connect();
  answer("GET history", history(candle(2'640)));
  pass(Duration::seconds(30));
  ASSERT_FALSE(is_sent("GET history"));
  submit(1, Purpose::Entry);
  answer("POST orders", R"({"s":"error","code":-429,"message":"too many"})", 429);
  pass(Duration::seconds(55));  // 10:01:29
  EXPECT_FALSE(is_sent("GET history"));
  events();
  pass(Duration::seconds(2));
  EXPECT_TRUE(core_->is_idle()) << "who is to stop does not wait for candles";
  pass(Duration::seconds(8));
  EXPECT_TRUE(is_sent("GET history"));
}

}  // namespace
}  // namespace tranchet::fyers
