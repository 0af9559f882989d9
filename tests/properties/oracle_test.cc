// The oracle on transcripts written by hand: it accepts what the rules say, and it complains about
// each departure from them. A judge that never complains proves nothing.
#include "tests/properties/oracle.h"

#include <gtest/gtest.h>

#include "tests/properties/wide.h"

namespace tranchet::oracle {
namespace {

using namespace literals;

constexpr InstrumentId kBtc{1};
constexpr PositionKey kLong{kBtc, PositionSide::Long};
constexpr PositionKey kShort{kBtc, PositionSide::Short};

// A row as a person says it.
TrancheState row(std::uint32_t ordinal, std::uint64_t id, Quantity quantity, Price entry,
                 Maybe<Price> profit, Maybe<Price> stop) {
  return {TrancheId{id}, quantity, entry, profit, stop, ordinal};
}

std::vector<Command> update(PositionKey key, Maybe<Price> entry, Maybe<Price> profit,
                            Maybe<Price> stop, const std::vector<TrancheState>& rows) {
  PositionUpdate header;
  for (const TrancheState& each : rows) header.quantity += each.quantity;
  header.average_entry = entry;
  header.take_profit = profit;
  header.stop_loss = stop;
  header.instrument = key.instrument;
  header.position_side = key.side;
  header.tranches = static_cast<std::uint8_t>(rows.size());
  std::vector<Command> result{header};
  result.insert(result.end(), rows.begin(), rows.end());
  return result;
}

// Tells the oracle one event after another; order ids are those of the event that sent them.
class Transcript {
 public:
  explicit Transcript(const Rules& rules) : rules_(rules), oracle_(rules) {
    InstrumentListed listed;
    listed.instrument = kBtc;
    listed.tick_size = 0.1_px;
    listed.step_size = 0.001_qty;
    happens(listed, {});
  }

  // The sequence that the next event will have.
  std::uint64_t next() const { return sequence_ + 1; }
  OrderId id(std::uint16_t index = 0) const {
    return make_order_id({.account = 1, .sequence = Sequence{next()}, .index = index});
  }

  void happens(const EventBody& body, const std::vector<Command>& commands,
               const std::vector<Command>& published = {}) {
    std::vector<Command> all = commands;
    all.insert(all.end(), published.begin(), published.end());
    ++sequence_;
    const Timestamp time = Timestamp::from_nanoseconds(static_cast<std::int64_t>(sequence_));
    oracle_.step({Sequence{sequence_}, time, body}, all);
  }

  SubmitOrder submit(std::uint16_t index, PositionKey key, Purpose purpose, std::uint32_t ordinal,
                     std::uint64_t tranche, Quantity quantity, Maybe<Price> price = {}) const {
    SubmitOrder order;
    order.order = id(index);
    order.purpose = purpose;
    order.instrument = key.instrument;
    order.position_side = key.side;
    order.side = purpose == Purpose::Entry ? entry_side(key.side) : exit_side(key.side);
    order.order_type = purpose == Purpose::StopLoss ? OrderType::StopMarket
                       : price                      ? OrderType::Limit
                                                    : OrderType::Market;
    (purpose == Purpose::StopLoss ? order.stop_price : order.limit_price) = price;
    order.quantity = quantity;
    order.tranche = ordinal;
    order.tranche_id = TrancheId{tranche};
    order.reduce_only = !rules_.hedge && purpose != Purpose::Entry;
    return order;
  }

  OrderFilled fill(OrderId order, std::uint64_t trade, Quantity quantity, Price price,
                   Money fee = {}) const {
    OrderFilled filled;
    filled.order = order;
    filled.trade = TradeId{trade};
    filled.quantity = quantity;
    filled.price = price;
    filled.fee = fee;
    return filled;
  }

  // Mark, signal and acceptance; the entry's id.
  OrderId enter(PositionKey key, Price price, Quantity quantity, std::uint32_t ordinal,
                std::uint64_t tranche) {
    happens(MarkPrice{kBtc, price}, {});
    EntrySignal signal;
    signal.instrument = kBtc;
    signal.side = entry_side(key.side);
    signal.order_type = OrderType::Market;
    signal.quantity = quantity;
    const OrderId entry = id();
    happens(signal, {submit(0, key, Purpose::Entry, ordinal, tranche, quantity)});
    happens(OrderAccepted{entry}, {});
    return entry;
  }

  const std::vector<std::string>& complaints() const { return oracle_.violations(); }
  bool complains_of(const std::string& words) const {
    for (const std::string& complaint : complaints()) {
      if (complaint.find(words) != std::string::npos) return true;
    }
    return false;
  }
  std::string all() const {
    std::string text;
    for (const std::string& complaint : complaints()) text += complaint + "\n";
    return text;
  }
  const Oracle& oracle() const { return oracle_; }

 private:
  Rules rules_;
  Oracle oracle_;
  std::uint64_t sequence_ = 0;
};

struct Legs {
  OrderId stop{}, profit{};
};

Rules example_rules(bool hedge = true) {
  Rules rules;
  rules.hedge = hedge;
  rules.stop_loss = 500'000;
  return rules;
}

// Buy 0.1 at 45000: tranche 0 with its two legs, accepted.
Legs open_first(Transcript& t, std::uint64_t tranche = 1) {
  const OrderId entry = t.enter(kLong, 45'000_px, 0.1_qty, 0, tranche);
  const Legs legs{t.id(0), t.id(1)};
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px, 2.25_usd),
            {t.submit(0, kLong, Purpose::StopLoss, 0, tranche, 0.1_qty, 22'500_px),
             t.submit(1, kLong, Purpose::TakeProfit, 0, tranche, 0.1_qty, 45'450_px)},
            update(kLong, 45'000_px, 45'450_px, 22'500_px,
                   {row(0, tranche, 0.1_qty, 45'000_px, 45'450_px, 22'500_px)}));
  t.happens(OrderAccepted{legs.stop}, {});
  t.happens(OrderAccepted{legs.profit}, {});
  return legs;
}

// The worked example from its second fill on, for either side.
struct Prices {
  Price second, third, average, position_average, profit, stop, second_profit, second_stop;
};
void average_and_open(Transcript& t, PositionKey key, Legs legs, const Prices& p) {
  const OrderId second = t.enter(key, p.second, 0.05_qty, 0, 1);
  const OrderId stop = t.id(0);
  t.happens(
      t.fill(second, 2, 0.05_qty, p.second),
      {t.submit(0, key, Purpose::StopLoss, 0, 1, 0.15_qty, p.stop),
       AmendOrder{legs.profit, 0.15_qty, p.profit, 0, kBtc, Purpose::TakeProfit, key.side}},
      update(key, p.average, p.profit, p.stop, {row(0, 1, 0.15_qty, p.average, p.profit, p.stop)}));
  t.happens(OrderAccepted{stop}, {CancelOrder{legs.stop, 0, kBtc, Purpose::StopLoss, key.side}});
  t.happens(OrderCanceled{legs.stop}, {});
  t.happens(OrderAmended{legs.profit, 0.15_qty, p.profit}, {});
  const OrderId third = t.enter(key, p.third, 0.08_qty, 1, 2);
  const bool is_long = key.side == PositionSide::Long;
  t.happens(
      t.fill(third, 3, 0.08_qty, p.third),
      {t.submit(0, key, Purpose::StopLoss, 1, 2, 0.08_qty, p.second_stop),
       t.submit(1, key, Purpose::TakeProfit, 1, 2, 0.08_qty, p.second_profit)},
      update(key, p.position_average,
             is_long ? std::min(p.profit, p.second_profit) : std::max(p.profit, p.second_profit),
             is_long ? std::max(p.stop, p.second_stop) : std::min(p.stop, p.second_stop),
             {row(0, 1, 0.15_qty, p.average, p.profit, p.stop),
              row(1, 2, 0.08_qty, p.third, p.second_profit, p.second_stop)}));
}

// (0.15 x 44850 + 0.08 x 42300) / 0.23 = 43963.04347826.
constexpr Prices kLongPrices{44'550_px,   42'300_px, 44'850_px, 43'963.04347826_px,
                             45'298.5_px, 22'425_px, 42'723_px, 21'150_px};

TEST(Oracle, AcceptsTheWorkedExampleForLong) {
  Transcript t(example_rules());
  average_and_open(t, kLong, open_first(t), kLongPrices);
  EXPECT_TRUE(t.complaints().empty()) << t.all();
  EXPECT_EQ(t.oracle().ledger().position(kLong), (0.23_qty).raw());
}

TEST(Oracle, AcceptsTheWorkedExampleInOneWayMode) {
  Transcript t(example_rules(false));
  average_and_open(t, kLong, open_first(t), kLongPrices);
  EXPECT_TRUE(t.complaints().empty()) << t.all();
}

TEST(Oracle, AcceptsTheWorkedExampleMirrored) {
  Transcript t(example_rules());
  const OrderId entry = t.enter(kShort, 45'000_px, 0.1_qty, 0, 1);
  const Legs legs{t.id(0), t.id(1)};
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px),
            {t.submit(0, kShort, Purpose::StopLoss, 0, 1, 0.1_qty, 67'500_px),
             t.submit(1, kShort, Purpose::TakeProfit, 0, 1, 0.1_qty, 44'550_px)},
            update(kShort, 45'000_px, 44'550_px, 67'500_px,
                   {row(0, 1, 0.1_qty, 45'000_px, 44'550_px, 67'500_px)}));
  t.happens(OrderAccepted{legs.stop}, {});
  t.happens(OrderAccepted{legs.profit}, {});
  // Average 45150: TP 44698.5, SL 67725. Then 47700, 5.65 % above it: tranche 1.
  average_and_open(t, kShort, legs,
                   {45'450_px, 47'700_px, 45'150_px, 46'036.95652174_px, 44'698.5_px, 67'725_px,
                    47'223_px, 71'550_px});
  EXPECT_TRUE(t.complaints().empty()) << t.all();
}

TEST(Oracle, ComplainsOfAnEntryThatJoinsTheWrongTranche) {
  Transcript t(example_rules());
  open_first(t);
  t.enter(kLong, 44'550_px, 0.05_qty, 1, 2);  // -1 %: it joins tranche 0.
  EXPECT_TRUE(t.complains_of("allowed: 0")) << t.all();
  Transcript u(example_rules());
  open_first(u);
  u.enter(kLong, 42'750_px, 0.05_qty, 0, 1);  // -5 % exactly: it opens tranche 1.
  EXPECT_TRUE(u.complains_of("allowed: 1")) << u.all();
}

TEST(Oracle, ComplainsOfAWrongTarget) {
  Transcript t(example_rules());
  const OrderId entry = t.enter(kLong, 45'000_px, 0.1_qty, 0, 1);
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px),
            {t.submit(0, kLong, Purpose::StopLoss, 0, 1, 0.1_qty, 22'500.1_px),
             t.submit(1, kLong, Purpose::TakeProfit, 0, 1, 0.1_qty, 45'450_px)},
            update(kLong, 45'000_px, 45'450_px, 22'500_px,
                   {row(0, 1, 0.1_qty, 45'000_px, 45'450_px, 22'500_px)}));
  EXPECT_TRUE(t.complains_of("22500.1, not 22500")) << t.all();
  EXPECT_EQ(t.complaints().size(), 1U) << t.all();
}

TEST(Oracle, ComplainsOfAMissingStopAndAMissingUpdate) {
  Transcript t(example_rules());
  const OrderId entry = t.enter(kLong, 45'000_px, 0.1_qty, 0, 1);
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px),
            {t.submit(1, kLong, Purpose::TakeProfit, 0, 1, 0.1_qty, 45'450_px)});
  EXPECT_TRUE(t.complains_of("the stop of Long tranche 0")) << t.all();
  EXPECT_TRUE(t.complains_of("a fill without a PositionUpdate")) << t.all();
}

TEST(Oracle, CountsARepeatedFillOnce) {
  Transcript t(example_rules());
  open_first(t);
  const OrderId entry = make_order_id({.account = 1, .sequence = Sequence{3}});
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px, 2.25_usd), {});
  EXPECT_TRUE(t.complaints().empty()) << t.all();
  EXPECT_EQ(t.oracle().ledger().position(kLong), (0.1_qty).raw());
}

TradeClosed closed_at(std::uint64_t tranche, Quantity quantity, Price entry, Price exit, Money pnl,
                      Money fees, ExitReason reason) {
  TradeClosed closed;
  closed.tranche_id = TrancheId{tranche};
  closed.quantity = quantity;
  closed.average_entry = entry;
  closed.average_exit = exit;
  closed.realized_pnl = pnl;
  closed.fees = fees;
  closed.instrument = kBtc;
  closed.position_side = PositionSide::Long;
  closed.reason = reason;
  return closed;
}

std::vector<Command> closing_update(PositionKey key, Price exit, Money pnl, ExitReason reason) {
  std::vector<Command> result = update(key, {}, {}, {}, {});
  auto& header = std::get<PositionUpdate>(result.front());
  header.exit_price = exit;
  header.realized_pnl = pnl;
  header.reason = static_cast<std::uint8_t>(reason);
  return result;
}

TEST(Oracle, ReadsATradeClosedToTheLastDecimal) {
  for (const Money pnl : {45_usd, 45.00000001_usd}) {
    Transcript t(example_rules());
    const Legs legs = open_first(t);
    std::vector<Command> published{
        closed_at(1, 0.1_qty, 45'000_px, 45'450_px, pnl, 3.25_usd, ExitReason::TakeProfit)};
    for (const Command& command : closing_update(kLong, 45'450_px, pnl, ExitReason::TakeProfit)) {
      published.push_back(command);
    }
    t.happens(t.fill(legs.profit, 9, 0.1_qty, 45'450_px, 1_usd),
              {CancelOrder{legs.stop, 0, kBtc, Purpose::StopLoss, PositionSide::Long}}, published);
    EXPECT_EQ(t.complaints().empty(), pnl == 45_usd) << t.all();
  }
}

TEST(Oracle, ComplainsOfASecondCommandAndOfACommandTooLate) {
  Transcript t(example_rules());
  const Legs legs = open_first(t);
  const CancelOrder cancel{legs.stop, 0, kBtc, Purpose::StopLoss, PositionSide::Long};
  t.happens(OrderCanceled{legs.profit},
            {t.submit(0, kLong, Purpose::TakeProfit, 0, 1, 0.1_qty, 45'450_px)});
  EXPECT_TRUE(t.complaints().empty()) << t.all();
  t.happens(MarkPrice{kBtc, 45'001_px},
            {t.submit(0, kLong, Purpose::TakeProfit, 0, 1, 0.1_qty, 45'450_px), cancel,
             CancelOrder{legs.profit, 0, kBtc, Purpose::TakeProfit, PositionSide::Long}});
  EXPECT_TRUE(t.complains_of("of the same leg is unanswered")) << t.all();
  EXPECT_TRUE(t.complains_of("TakeProfit of Long tranche 0 (id 1, open 0.1) beside another"));
  EXPECT_TRUE(t.complains_of("leaves Long tranche 0 (id 1, open 0.1) naked"));
  EXPECT_TRUE(t.complains_of("it has ended"));
}

TEST(Oracle, DemandsAQueryAndNoBlindSecondOrder) {
  Transcript t(example_rules());
  const OrderId entry = t.enter(kLong, 45'000_px, 0.1_qty, 0, 1);
  const OrderId stop = t.id(0);
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px),
            {t.submit(0, kLong, Purpose::StopLoss, 0, 1, 0.1_qty, 22'500_px),
             t.submit(1, kLong, Purpose::TakeProfit, 0, 1, 0.1_qty, 45'450_px)},
            update(kLong, 45'000_px, 45'450_px, 22'500_px,
                   {row(0, 1, 0.1_qty, 45'000_px, 45'450_px, 22'500_px)}));
  t.happens(OutcomeUnknown{stop},
            {t.submit(0, kLong, Purpose::StopLoss, 0, 1, 0.1_qty, 22'500_px)});
  EXPECT_TRUE(t.complains_of("nobody asks what became of " + to_text(stop))) << t.all();
  EXPECT_TRUE(t.complains_of("of the same leg is unanswered")) << t.all();
}

TEST(Oracle, ClosesOnceAndOnlyForACause) {
  Transcript t(example_rules());
  const Legs legs = open_first(t);
  t.happens(MarkPrice{kBtc, 45'449.9_px},
            {CancelOrder{legs.profit, 0, kBtc, Purpose::TakeProfit, PositionSide::Long}});
  t.happens(OrderCanceled{legs.profit}, {t.submit(0, kLong, Purpose::Close, 0, 1, 0.1_qty)});
  EXPECT_TRUE(t.complains_of("without a cause")) << t.all();

  Transcript u(example_rules());
  const Legs other = open_first(u);
  u.happens(
      MarkPrice{kBtc, 45'450_px},
      {CancelOrder{other.profit, 0, kBtc, Purpose::TakeProfit, PositionSide::Long}},
      update(kLong, 45'000_px, {}, 22'500_px, {row(0, 1, 0.1_qty, 45'000_px, {}, 22'500_px)}));
  u.happens(OrderCanceled{other.profit}, {u.submit(0, kLong, Purpose::Close, 0, 1, 0.1_qty)});
  EXPECT_TRUE(u.complaints().empty()) << u.all();
  u.happens(MarkPrice{kBtc, 45'460_px}, {u.submit(0, kLong, Purpose::Close, 0, 1, 0.1_qty)});
  EXPECT_TRUE(u.complains_of("more than is open is on its way out")) << u.all();
}

TEST(Oracle, ComplainsOfAClosingWithoutANextStep) {
  Transcript t(example_rules());
  open_first(t);
  t.happens(CloseRequested{.instrument = kBtc, .reason = ExitReason::Manual}, {});
  EXPECT_TRUE(t.complains_of("closes, but nothing is on its way")) << t.all();
}

TEST(Oracle, GuardMayNotSleep) {
  Rules rules = example_rules();
  rules.working_type = WorkingType::MarkPrice;
  rules.backstop_enabled = false;
  Transcript t(rules);
  const OrderId entry = t.enter(kLong, 45'000_px, 0.1_qty, 0, 1);
  const Legs legs{t.id(0), t.id(1)};
  SubmitOrder stop = t.submit(0, kLong, Purpose::StopLoss, 0, 1, 0.1_qty, 22'500_px);
  stop.working_type = WorkingType::MarkPrice;
  t.happens(t.fill(entry, 1, 0.1_qty, 45'000_px),
            {stop, t.submit(1, kLong, Purpose::TakeProfit, 0, 1, 0.1_qty, 45'450_px)},
            update(kLong, 45'000_px, 45'450_px, 22'500_px,
                   {row(0, 1, 0.1_qty, 45'000_px, 45'450_px, 22'500_px)}));
  t.happens(OrderAccepted{legs.profit}, {});
  const TimerId retry{TimerKind::StopRetry, 1};
  const Timestamp later =
      Timestamp::from_nanoseconds(static_cast<std::int64_t>(t.next())) + Duration::seconds(1);
  t.happens(OrderRejected{legs.stop, RejectReason::Other}, {SetTimer{retry, later}});
  EXPECT_TRUE(t.complaints().empty()) << t.all();
  t.happens(MarkPrice{kBtc, 22'500_px}, {});
  EXPECT_TRUE(t.complains_of("the guard of Long tranche 0")) << t.all();
}

// ---- The books alone.

Tranche& with_fill(Ledger& ledger, std::uint64_t id, std::uint32_t ordinal, Quantity quantity,
                   Price price, PositionKey key = kLong) {
  Tranche& tranche = ledger.open(TrancheId{id}, key, ordinal);
  ledger.enter(tranche, quantity.raw(), price, Money());
  return tranche;
}

TEST(Ledger, APartialExitTakesTheFloorOfTheSum) {
  Ledger ledger;
  // 0.00000003 for 0.00000001 x (1 + 2 + 2) x 1e-8: a sum of 5 counts, of which 1/3 is 1.
  Tranche& tranche = ledger.open(TrancheId{1}, kLong, 0);
  ledger.enter(tranche, 1, Price::from_raw(1), Money());
  ledger.enter(tranche, 2, Price::from_raw(2), Money());
  ledger.exit(TrancheId{1}, 1, Price::from_raw(2), Money(), {ExitReason::TakeProfit});
  EXPECT_EQ(tranche.sum, 4);
  EXPECT_EQ(tranche.quantity, 2);
  ledger.exit(TrancheId{1}, 2, Price::from_raw(2), Money(), {ExitReason::TakeProfit});
  EXPECT_EQ(tranche.sum, 0);
  EXPECT_EQ(tranche.exited_sum, 5);
  EXPECT_TRUE(tranche.ended);
}

TEST(Ledger, PnlRoundsAHalfAwayFromZero) {
  Ledger ledger;
  // 0.5 x (price + 1 count - price) = half a count: 1, and -1 the other way round.
  with_fill(ledger, 1, 0, 0.5_qty, 10_px);
  ledger.exit(TrancheId{1}, (0.5_qty).raw(), Price::from_raw((10_px).raw() + 1), Money(), {});
  EXPECT_EQ(ledger.tranches().at(TrancheId{1}).realized, 1);
  with_fill(ledger, 2, 0, 0.5_qty, 10_px);
  ledger.exit(TrancheId{2}, (0.5_qty).raw(), Price::from_raw((10_px).raw() - 1), Money(), {});
  EXPECT_EQ(ledger.tranches().at(TrancheId{2}).realized, -1);
}

TEST(Ledger, SharesPast128Bits) {
  // 1 M USDT of a 0.001 coin: 1e22 counts x 1e17 counts = 1e39, beyond 1.7e38.
  const Int128 million = Int128{100'000'000'000'000} * 100'000'000;
  EXPECT_TRUE(share(million, 99'999'999'999'999'999, 100'000'000'000'000'000) == million - 100'000);
  EXPECT_TRUE(share(million + 1, 1, 3) == million / 3);
  EXPECT_TRUE(nearest(7, 2) == 4 && nearest(-7, 2) == -4 && nearest(-4, 3) == -1);
}

TEST(Ledger, ExcessIsGivenUpNewestFirst) {
  Ledger ledger;
  with_fill(ledger, 1, 0, 0.1_qty, 100_px);
  with_fill(ledger, 2, 1, 0.1_qty, 90_px);
  with_fill(ledger, 3, 2, 0.1_qty, 80_px);
  const ExitResult result =
      ledger.exit(TrancheId{1}, (0.25_qty).raw(), 70_px, 1_usd, {ExitReason::StopLoss});
  ASSERT_EQ(result.given.size(), 3U);
  EXPECT_EQ(result.given[1].tranche, TrancheId{3});
  EXPECT_EQ(result.given[2].tranche, TrancheId{2});
  EXPECT_EQ(result.given[2].quantity, (0.05_qty).raw());
  EXPECT_EQ(result.excess, 0);
  EXPECT_EQ(ledger.exit(TrancheId{1}, (0.06_qty).raw(), 70_px, {}, {}).excess, (0.01_qty).raw());
}

TEST(Ledger, MergesTheTwoLeastLossyAtTheCap) {
  Rules rules;
  rules.max_tranches = 3;
  Ledger ledger;
  with_fill(ledger, 1, 0, 1_qty, 100_px);
  with_fill(ledger, 2, 1, 1_qty, 80_px);
  with_fill(ledger, 3, 2, 1_qty, 90_px);
  // Lowest averages 80 and 90: tranche 2 goes into tranche 1, and the new one is tranche 2.
  const Placement merge{Placement::Kind::Merge, TrancheId{2}, TrancheId{3}, 2};
  EXPECT_EQ(ledger.placements(kLong, 80_px, rules, false), std::vector{merge});
  // A fill never merges: it joins the newest.
  const Placement join{Placement::Kind::Join, TrancheId{3}, {}, 2};
  EXPECT_EQ(ledger.placements(kLong, 80_px, rules, true), std::vector{join});
  rules.at_cap = AtCap::Join;
  EXPECT_EQ(ledger.placements(kLong, 80_px, rules, false), std::vector{join});
  rules.at_cap = AtCap::Reject;
  EXPECT_EQ(ledger.placements(kLong, 80_px, rules, false).front().kind, Placement::Kind::Refuse);
  // A closing tranche is not in W and takes nothing, but it counts for the cap.
  rules.at_cap = AtCap::Merge;
  ledger.tranches().at(TrancheId{2}).phase = Phase::Closing;
  const Placement other{Placement::Kind::Merge, TrancheId{1}, TrancheId{3}, 2};
  EXPECT_EQ(ledger.placements(kLong, 80_px, rules, false), std::vector{other});
  ledger.tranches().at(TrancheId{2}).phase = Phase::Either;
  EXPECT_EQ(ledger.placements(kLong, 80_px, rules, false), (std::vector{merge, other}));
}

TEST(Ledger, MergesTheHighestAveragesOfAShort) {
  Rules rules;
  rules.max_tranches = 2;
  Ledger ledger;
  with_fill(ledger, 1, 0, 1_qty, 100_px, kShort);
  with_fill(ledger, 2, 3, 1_qty, 110_px, kShort);
  // Ordinals 0 and 3: after the merge the highest is 0, so the new one is 1.
  const Placement merge{Placement::Kind::Merge, TrancheId{1}, TrancheId{2}, 1};
  EXPECT_EQ(ledger.placements(kShort, 120_px, rules, false), std::vector{merge});
}

Price target_of(Price entry, PositionSide side, Purpose leg, Ppm distance, Price tick) {
  Ledger ledger;
  const Tranche& tranche = with_fill(ledger, 1, 0, 1_qty, entry, {kBtc, side});
  Rules rules;
  rules.take_profit = rules.stop_loss = distance;
  return target(tranche, leg, rules, tick).value_or(Price());
}

TEST(Targets, RoundToTheTickWithTiesTowardTheEntry) {
  using enum PositionSide;
  using enum Purpose;
  EXPECT_EQ(target_of(44'850_px, Long, TakeProfit, 10'000, 0.1_px), 45'298.5_px);
  // 100 +- 2.5 with a tick of 1: 102.5 is 102, 97.5 is 98.
  EXPECT_EQ(target_of(100_px, Long, TakeProfit, 25'000, 1_px), 102_px);
  EXPECT_EQ(target_of(100_px, Long, StopLoss, 25'000, 1_px), 98_px);
  EXPECT_EQ(target_of(100_px, Short, TakeProfit, 25'000, 1_px), 98_px);
  EXPECT_EQ(target_of(100_px, Short, StopLoss, 25'000, 1_px), 102_px);
  // 0.1 % of 100 is no tick of 1: one tick out. 99.9 is 100 as well, across the average 99.95.
  EXPECT_EQ(target_of(100_px, Long, TakeProfit, 1'000, 1_px), 101_px);
  EXPECT_EQ(target_of(99.95_px, Long, StopLoss, 500, 1_px), 99_px);
  EXPECT_EQ(target_of(100_px, Long, StopLoss, 1'000, 1_px), 99_px);
  // Half a tick and less: no stop.
  EXPECT_EQ(target_of(1_px, Long, StopLoss, 500'001, 1_px), Price());
}

}  // namespace
}  // namespace tranchet::oracle
