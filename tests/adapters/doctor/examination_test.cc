// The doctor's eye: one account after another, each with one thing wrong, and what is said of it.
#include "adapters/doctor/examination.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "adapters/doctor/protection_plan.h"
#include "adapters/doctor/report.h"

namespace tranchet {
namespace {

using namespace literals;
using aster::SurveyOrder;

constexpr PositionSide kLong = PositionSide::Long;

// 0.15 at 44850 and 0.08 at 42300, as the rules' example has them: stops 5 % below.
class Patient {
 public:
  Patient() {
    settings.set(Setting::Leverage, InstrumentId::None, 5);
    btc = names.instrument("BTCUSDT");
    InstrumentRules btc_rules{.symbol = "BTCUSDT", .status = "TRADING", .rules = {}};
    btc_rules.rules.tick_size = 0.1_px;
    btc_rules.rules.step_size = 0.001_qty;
    btc_rules.rules.max_conditional_orders = 10;
    rules.symbols.push_back(btc_rules);
    survey.mode = PositionMode::Hedge;
    hold(0.23_qty, 43963.0435_px);
  }

  void hold(Quantity quantity, Price average) {
    survey.positions = {{.symbol = "BTCUSDT",
                         .side = kLong,
                         .quantity = quantity,
                         .average = average,
                         .mark = 43000_px,
                         .leverage = 5}};
  }
  SurveyOrder& stop(Quantity quantity, Price price, OrderId id = {}) {
    return add({.id = id,
                .type = OrderType::StopMarket,
                .remaining = quantity,
                .limit_price = {},
                .stop_price = price});
  }
  SurveyOrder& target(Quantity quantity, Price price, OrderId id = {}) {
    return add({.id = id,
                .type = OrderType::Limit,
                .remaining = quantity,
                .limit_price = price,
                .stop_price = {}});
  }
  SurveyOrder& add(SurveyOrder order) {
    order.number = static_cast<std::int64_t>(survey.orders.size()) + 1;
    order.symbol = "BTCUSDT";
    order.position_side = kLong;
    order.side = Side::Sell;
    order.quantity = order.remaining;
    return survey.orders.emplace_back(order);
  }

  // A log that knows both tranches, with an order of ours for each leg.
  void know_tranches() {
    ExpectedBook book{.tranches = {}, .ignored = {}};
    book.tranches.push_back({.ordinal = 0,
                             .quantity = 0.15_qty,
                             .average = 44850_px,
                             .target = 45298.5_px,
                             .stop = 42607.5_px,
                             .orders = {id(1), id(2)}});
    book.tranches.push_back({.ordinal = 1,
                             .quantity = 0.08_qty,
                             .average = 42300_px,
                             .target = 42723_px,
                             .stop = 40185_px,
                             .orders = {id(3), id(4)}});
    expectation.emplace();
    expectation->books[{"BTCUSDT", kLong}] = book;
    for (std::uint64_t n = 1; n <= 4; ++n) expectation->orders.insert(id(n));
  }
  void protect_tranches() {
    stop(0.15_qty, 42607.5_px, id(1));
    target(0.15_qty, 45298.5_px, id(2));
    stop(0.08_qty, 40185_px, id(3));
    target(0.08_qty, 42723_px, id(4));
  }
  static OrderId id(std::uint64_t sequence) {
    return make_order_id({.account = 1, .sequence = Sequence{sequence}});
  }

  Examination examine() const {
    return tranchet::examine({.survey = survey,
                              .rules = rules,
                              .settings = settings,
                              .names = names,
                              .expectation = expectation ? &*expectation : nullptr,
                              .legacy_orders = legacy,
                              .maintenance_margin = 4'000});
  }
  // "naked BTCUSDT 1: 0.03 of 0.08 has no stop", a line a finding.
  std::string findings() const {
    std::string text;
    for (const Finding& finding : examine().findings) {
      text += std::string(to_text(finding.kind)) + (finding.tranche ? " " : "") +
              (finding.tranche ? std::to_string(*finding.tranche) : "") + ": " + finding.text +
              "\n";
    }
    return text;
  }

  Settings settings;
  Names names;
  InstrumentId btc{};
  ExchangeInfo rules;
  aster::AccountSurvey survey;
  std::optional<Expectation> expectation;
  std::set<std::int64_t> legacy;
};

TEST(Doctor, AHealthyAccount) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  EXPECT_EQ(patient.findings(), "");
  EXPECT_FALSE(patient.examine().is_anything_naked());
  EXPECT_EQ(patient.examine().holdings.size(), 2u);
}

TEST(Doctor, WithoutALogTheWholeIsWeighedAgainstTheVenuesEntryPrice) {
  Patient patient;
  patient.protect_tranches();
  EXPECT_EQ(patient.findings(), "");
  ASSERT_EQ(patient.examine().holdings.size(), 1u);
  EXPECT_EQ(patient.examine().holdings[0].under_stop, 0.23_qty);
  // Away by two ticks on 0.15 of 0.23: by more than one on the whole.
  patient.survey.orders[0].stop_price = 42605.9_px;
  EXPECT_EQ(patient.findings(),
            "stop_price: orders are at 41763.84782609, weighed by quantity; the configuration puts "
            "it at 41764.9\n");
}

TEST(Doctor, OneOrderForAllMustStandToTheTick) {
  Patient patient;
  patient.hold(0.15_qty, 44850_px);
  patient.stop(0.15_qty, 42607.5_px);
  patient.target(0.15_qty, 45298.4_px);
  EXPECT_EQ(patient.findings(),
            "target_price: order is at 45298.4; the configuration puts it at 45298.5\n"
            "foreign_order: order 1 (Sell 0.15 StopMarket at 42607.5) is none of ours\n"
            "foreign_order: order 2 (Sell 0.15 Limit at 45298.4) is none of ours\n");
  EXPECT_FALSE(patient.examine().is_anything_naked()) << "whoever placed it";
}

TEST(Doctor, NakedInPartAndWhole) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.survey.orders[2].remaining = 0.05_qty;
  EXPECT_EQ(patient.findings(), "naked 1: 0.03 of 0.08 has no stop\n");
  EXPECT_TRUE(patient.examine().is_anything_naked());
  patient.survey.orders.clear();
  EXPECT_EQ(patient.findings(),
            "naked 0: 0.15 of 0.15 has no stop\nno_target 0: 0.15 of 0.15 has no take-profit\n"
            "naked 1: 0.08 of 0.08 has no stop\nno_target 1: 0.08 of 0.08 has no take-profit\n");
}

// One tranche's stop is not another's: what is over of one does not cover the next.
TEST(Doctor, AStopOfOneTrancheDoesNotCoverAnother) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.survey.orders[0].remaining = 0.23_qty;
  patient.survey.orders.erase(patient.survey.orders.begin() + 2);
  EXPECT_TRUE(patient.findings().starts_with("naked 1: 0.08 of 0.08 has no stop\n"))
      << patient.findings();
}

TEST(Doctor, SomebodyElsesStopCoversAndIsNamed) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.survey.orders[2].id = OrderId::None;
  patient.legacy.insert(4);
  patient.survey.orders[3].id = OrderId::None;
  EXPECT_EQ(patient.findings(),
            "foreign_cover 1: 0.08 is under a stop that is none of ours\n"
            "foreign_order: order 3 (Sell 0.08 StopMarket at 40185) is none of ours\n"
            "legacy_order: order 4 (Sell 0.08 Limit at 42723) is the old bot's\n");
  EXPECT_FALSE(patient.examine().is_anything_naked());
}

TEST(Doctor, WrongPriceAndWrongWorkingType) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.survey.orders[0].stop_price = 42607.4_px;
  patient.survey.orders[2].working_type = WorkingType::MarkPrice;
  patient.survey.orders[3].limit_price = 42723.1_px;
  EXPECT_EQ(patient.findings(),
            "stop_price 0: order 1 is at 42607.4 and ought to be at 42607.5\n"
            "working_type 1: stop 3 looks at MarkPrice and ought to look at ContractPrice\n"
            "target_price 1: order 4 is at 42723.1 and ought to be at 42723\n");
}

TEST(Doctor, OrphansAndTooMuch) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.stop(0.1_qty, 42000_px, Patient::id(9));
  EXPECT_EQ(patient.findings(),
            "orphan: order 5 (Sell 0.1 StopMarket at 42000) is ours and stands for nothing\n"
            "too_much: stops for 0.33 rest, and 0.23 is open\n");
  patient.survey.positions.clear();
  patient.expectation.reset();
  EXPECT_NE(patient.findings().find("orphan: order 1 "), std::string::npos);
}

TEST(Doctor, VenueAndLogDisagree) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.hold(0.25_qty, 43963_px);
  EXPECT_TRUE(patient.findings().starts_with(
      "unknown_quantity: holds 0.25, and the log says 0.23\nnaked: 0.02 of 0.02 has no stop\n"))
      << patient.findings();
  patient.hold(0.2_qty, 43963_px);
  EXPECT_TRUE(
      patient.findings().starts_with("missing_quantity: holds 0.2, and the log says 0.23\n"));
  EXPECT_FALSE(patient.examine().is_anything_naked());
  patient.survey.positions.clear();
  EXPECT_TRUE(patient.examine().holdings.empty());
}

TEST(Doctor, StopsBeyondTheLiquidation) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.survey.positions[0].liquidation = 42000_px;
  EXPECT_EQ(patient.findings(),
            "beyond_liquidation: stop 3 is at 40185, and the venue liquidates at 42000\n");
  patient.survey.positions[0].liquidation = {};
  patient.survey.positions[0].leverage = 25;
  EXPECT_EQ(patient.findings(),
            "beyond_liquidation: the configured stop is 5 % away, and with isolated margin at "
            "leverage 25 the venue liquidates after 3.6 %\n");
}

TEST(Doctor, TheAccountAndItsSymbols) {
  Patient patient;
  patient.survey.mode = PositionMode::OneWay;
  patient.survey.positions.clear();
  EXPECT_EQ(patient.findings(),
            "position_mode: the account is in position mode one_way, the configuration says "
            "hedge\n");
  Patient full;
  full.know_tranches();
  full.protect_tranches();
  full.rules.symbols[0].rules.max_conditional_orders = 2;
  full.rules.symbols[0].status = "SETTLING";
  EXPECT_EQ(full.findings(),
            "not_trading: has the status SETTLING\n"
            "no_room: has 2 conditional orders of 2: no stop can be added\n");
  full.rules.symbols.clear();
  EXPECT_EQ(full.findings(), "not_trading: is not listed by the venue\n");
}

TEST(Doctor, WhatWantsNoStopIsNotNaked) {
  Patient patient;
  patient.settings.set(Setting::StopLossEnabled, patient.btc, 0);
  EXPECT_FALSE(patient.examine().is_anything_naked());
  EXPECT_EQ(patient.findings(), "no_target: 0.23 of 0.23 has no take-profit\n");
}

TEST(Doctor, AStopThatClosesAllCoversAll) {
  Patient patient;
  SurveyOrder& all = patient.stop({}, 41764.9_px);
  all.closes_all = true;
  EXPECT_FALSE(patient.examine().is_anything_naked());
}

TEST(Doctor, TableAndDocument) {
  Patient patient;
  patient.know_tranches();
  patient.protect_tranches();
  patient.survey.orders.erase(patient.survey.orders.begin() + 2);
  std::ostringstream out;
  print_examination(out, patient.examine());
  EXPECT_EQ(out.str(),
            R"(  position      tranche  quantity  entry   mark     stop  under it   target  under it
  BTCUSDT Long        0      0.15  44850  43000  42607.5       all  45298.5       all
  BTCUSDT Long        1      0.08  42300  43000    40185      NONE    42723       all

  ! BTCUSDT Long tranche 1: 0.08 of 0.08 has no stop  [naked]

  NOT PROTECTED: there is open quantity without a stop.
)");
  const std::string json = examination_json(patient.examine());
  EXPECT_TRUE(json.starts_with(R"({"naked":true,"orders":3,"holdings":[{"instrument":"BTCUSDT",)"))
      << json;
  EXPECT_NE(
      json.find(R"("findings":[{"kind":"naked","instrument":"BTCUSDT","position_side":"Long",)"
                R"("tranche":1,"text":"0.08 of 0.08 has no stop"}])"),
      std::string::npos)
      << json;
}

// ---- What a start would do, and what it would leave.

std::vector<SubmitOrder> placed(const std::vector<Command>& commands) {
  std::vector<SubmitOrder> orders;
  for (const Command& command : commands) {
    if (const auto* order = std::get_if<SubmitOrder>(&command)) orders.push_back(*order);
  }
  return orders;
}

TEST(ProtectionPlan, SaysWhatIsMissingAndNothingElse) {
  Patient patient;
  Engine engine(patient.settings, 1);
  const auto plan = placed(plan_protection(engine, patient.names, patient.survey, patient.rules,
                                           Timestamp::from_nanoseconds(1)));
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].purpose, Purpose::StopLoss);
  EXPECT_EQ(plan[0].quantity, 0.23_qty);
  EXPECT_EQ(plan[0].stop_price, 41764.9_px);
  EXPECT_EQ(plan[1].purpose, Purpose::TakeProfit);

  // Somebody else's stop is not ours: ours comes beside it.
  patient.stop(0.23_qty, 41764.9_px);
  EXPECT_EQ(placed(plan_protection(engine, patient.names, patient.survey, patient.rules,
                                   Timestamp::from_nanoseconds(1)))
                .size(),
            2u);
}

}  // namespace
}  // namespace tranchet
