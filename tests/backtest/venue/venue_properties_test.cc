// What holds for every sequence of prices and requests: the books follow from the fills, a run is
// repeatable, and the quiet band promises no more than is true.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/backtest/venue/venue_story.h"

namespace tranchet {
namespace {

constexpr InstrumentId kOther{2};
constexpr int kForeign = 24;  // Happenings of this kind or above are none of ours.

// One thing that happens, made of small numbers so that it shrinks well.
struct Happening {
  int kind = 0;
  int instrument = 0;
  int price = 0;     // Ticks of 0.1 around 100.
  int quantity = 0;  // Steps of 0.1.
  int choice = 0;
  int wait = 0;  // Milliseconds since the one before.
};

void showValue(const Happening& happening, std::ostream& out) {
  out << "{" << happening.kind << "," << happening.instrument << "," << happening.price << ","
      << happening.quantity << "," << happening.choice << "," << happening.wait << "}";
}

rc::Gen<std::vector<Happening>> happenings() {
  // Up to 600 of them in a case.
  return rc::gen::scale(6.0, rc::gen::container<std::vector<Happening>>(rc::gen::build<Happening>(
                                 rc::gen::set(&Happening::kind, rc::gen::inRange(0, 28)),
                                 rc::gen::set(&Happening::instrument, rc::gen::inRange(0, 4)),
                                 rc::gen::set(&Happening::price, rc::gen::inRange(-80, 81)),
                                 rc::gen::set(&Happening::quantity, rc::gen::inRange(1, 300)),
                                 rc::gen::set(&Happening::choice, rc::gen::inRange(0, 1 << 16)),
                                 rc::gen::set(&Happening::wait, rc::gen::inRange(0, 4)))));
}

SimulationParameters any_parameters() {
  const bool hedge = *rc::gen::arbitrary<bool>();
  SimulationParameters parameters =
      story_parameters(hedge ? PositionMode::Hedge : PositionMode::OneWay);
  parameters.initial_balance = Money::from_raw(*rc::gen::inRange(50, 1'500) * kDecimalOne);
  parameters.latency = Duration::milliseconds(*rc::gen::element(0, 1, 2, 5));
  parameters.latency_jitter = Duration::milliseconds(*rc::gen::element(0, 0, 3));
  parameters.seed = *rc::gen::arbitrary<std::uint64_t>();
  parameters.ids_unique_for_ever = *rc::gen::arbitrary<bool>();
  parameters.queue = *rc::gen::element(QueueAssumption::Touch, QueueAssumption::Through);
  parameters.take_share = *rc::gen::element(0, 0, 250'000);
  parameters.market_slippage = *rc::gen::element(0, 300);
  parameters.reduce_only = *rc::gen::element(true, true, false);
  parameters.mark_from_trades = *rc::gen::arbitrary<bool>();
  parameters.terms.trigger_protect = *rc::gen::element(0, 20'000);
  parameters.terms.leverage = 20;
  return parameters;
}

Price price_of(const Happening& happening) {
  return Price::from_raw((1'000 + happening.price) * (kDecimalOne / 10));
}

Quantity quantity_of(const Happening& happening) {
  return Quantity::from_raw(happening.quantity * (kDecimalOne / 10));
}

InstrumentId instrument_of(const Happening& happening) {
  return happening.instrument == 0 ? kOther : kCoin;
}

SubmitOrder order_of(const Happening& happening, OrderId id, PositionMode mode) {
  const auto bit = [&](int index) { return (happening.choice >> index & 1) != 0; };
  constexpr TimeInForce kForces[] = {TimeInForce::GTC, TimeInForce::GTC, TimeInForce::IOC,
                                     TimeInForce::GTX};
  const bool exit = bit(0);
  SubmitOrder order{.order = id,
                    .quantity = quantity_of(happening),
                    .limit_price = {},
                    .stop_price = {},
                    .instrument = instrument_of(happening),
                    .position_side = bit(1) ? PositionSide::Long : PositionSide::Short,
                    .order_type = static_cast<OrderType>(1 + happening.choice / 16 % 4),
                    .working_type = bit(2) ? WorkingType::MarkPrice : WorkingType::ContractPrice,
                    .time_in_force = kForces[happening.choice / 64 % 4],
                    .reduce_only = exit && mode == PositionMode::OneWay,
                    .purpose = exit ? Purpose::Close : Purpose::Entry};
  order.side = exit ? exit_side(order.position_side) : entry_side(order.position_side);
  if (order.order_type == OrderType::Limit) order.limit_price = price_of(happening);
  if (is_conditional(order.order_type)) order.stop_price = price_of(happening);
  return order;
}

// Plays happenings to a venue the way an owner does: whatever is due before a price is fetched
// first, then the venue sees the price, then the answers of that moment are fetched.
class Player {
 public:
  enum class Prices { Observed, NotedInTheBand };

  Player(const SimulationParameters& parameters, Prices prices)
      : parameters_(parameters), prices_(prices), venue_(parameters) {
    venue_.list(coin_rules(kCoin));
    venue_.list(coin_rules(kOther));
  }

  void play(const std::vector<Happening>& all) {
    for (const Happening& happening : all) play(happening);
    fetch(now_ + Duration::seconds(60));
  }

  const std::vector<Occurrence>& answers() const { return answers_; }
  const std::map<OrderId, SubmitOrder>& sent() const { return sent_; }
  const SimulatedVenue& venue() const { return venue_; }
  int noted() const { return noted_; }

 private:
  void play(const Happening& happening) {
    now_ = now_ + Duration::milliseconds(happening.wait);
    const InstrumentId instrument = instrument_of(happening);
    const Price price = price_of(happening);
    if (happening.kind < 8) return send(happening);
    if (happening.kind >= kForeign) return act(happening);
    if (happening.kind == 8) {
      return observe(FundingRate{instrument, happening.price * 10'000});
    }
    if (happening.kind == 9) {
      const Price tick = Price::from_raw(kDecimalOne / 10);
      const Quantity one = Quantity::from_raw(kDecimalOne);
      return observe(BookTop{instrument, price, one, price + tick, one});
    }
    const bool mark = happening.kind % 2 == 0;
    if (prices_ == Prices::NotedInTheBand && note(instrument, price, mark)) return;
    if (mark) return observe(MarkPrice{instrument, price});
    observe(
        TradePrinted{.instrument = instrument, .quantity = quantity_of(happening), .price = price});
  }

  void send(const Happening& happening) {
    fetch(now_);
    bands_.clear();
    Command command;
    const auto choice = static_cast<std::uint64_t>(happening.choice);
    const OrderId target{1 + choice % (orders_ + 1)};
    if (happening.kind < 5) {
      const SubmitOrder order = order_of(happening, OrderId{++orders_}, parameters_.position_mode);
      sent_.emplace(order.order, order);
      command = order;
    } else if (happening.kind == 5) {
      command = CancelOrder{.order = target};
    } else if (happening.kind == 6) {
      command = AmendOrder{
          .order = target, .quantity = quantity_of(happening), .limit_price = price_of(happening)};
    } else {
      command = QueryOrder{.order = target};
    }
    venue_.submit({&command, 1}, now_);
    fetch(now_);
  }

  // Somebody else, or the venue.
  void act(const Happening& happening) {
    fetch(now_);
    bands_.clear();
    const SubmitOrder order = order_of(happening, OrderId::None, parameters_.position_mode);
    const PositionKey key{order.instrument, order.position_side};
    if (happening.kind == kForeign) {
      venue_.foreign_market(key, order.side, order.quantity, now_);
    } else if (happening.kind == kForeign + 1) {
      venue_.deleverage(key, order.quantity, now_);
    } else if (happening.choice % 16 == 0) {
      venue_.cancel_foreign_orders(now_);
    } else {
      venue_.foreign_order(order, now_);
    }
    fetch(now_);
  }

  void observe(const EventBody& body) {
    fetch(now_);
    bands_.clear();
    venue_.observe(body, now_);
    fetch(now_);
  }

  bool note(InstrumentId instrument, Price price, bool mark) {
    const auto wakeup = venue_.next_wakeup();
    if (wakeup && *wakeup <= now_) return false;
    const auto known = bands_.find(instrument);
    const PriceBand band = known != bands_.end()
                               ? known->second
                               : (bands_[instrument] = venue_.quiet_band(instrument));
    if (!band.contains(price)) return false;
    ++noted_;
    if (mark) venue_.note_mark(instrument, price);
    if (!mark) venue_.note_price(instrument, price, now_);
    return true;
  }

  void fetch(Timestamp until) {
    while (venue_.next_wakeup() && *venue_.next_wakeup() <= until) {
      venue_.advance(*venue_.next_wakeup(), answers_);
      bands_.clear();
    }
  }

  SimulationParameters parameters_;
  Prices prices_;
  SimulatedVenue venue_;
  Timestamp now_;
  std::uint64_t orders_ = 0;
  std::map<OrderId, SubmitOrder> sent_;
  std::map<InstrumentId, PriceBand> bands_;
  std::vector<Occurrence> answers_;
  int noted_ = 0;
};

std::string transcript(const std::vector<Occurrence>& answers) {
  std::string text;
  for (const Occurrence& occurrence : answers) {
    text += std::to_string(occurrence.time.nanoseconds()) + " " + told(occurrence.body);
    if (const auto* fill = std::get_if<OrderFilled>(&occurrence.body)) {
      text += " " + std::to_string(static_cast<std::uint64_t>(fill->order)) + " fee " +
              to_text(fill->fee);
    }
    text += "\n";
  }
  return text;
}

// The books by nothing but the answers. Cash is exact in counts of 1e-16: what was sold less what
// was bought. The venue splits it into cost and realized profit, rounded to 1e-8 once an exit.
struct Ledger {
  Value cash = 0;
  Money fees;
  Money funding;
  std::int64_t fills = 0;
  std::map<PositionKey, Int128> signed_quantity;  // One-way: under Long.
  std::map<OrderId, Quantity> filled;

  void book(const OrderFilled& fill, PositionMode mode) {
    const Int128 sign = fill.side == Side::Buy ? 1 : -1;
    cash -= sign * value_of(fill.price, fill.quantity);
    fees += fill.fee;
    ++fills;
    const PositionSide side = mode == PositionMode::Hedge ? fill.position_side : PositionSide::Long;
    signed_quantity[{fill.instrument, side}] += sign * fill.quantity.raw();
    if (fill.order != OrderId::None) filled[fill.order] += fill.quantity;
  }
};

Int128 signed_size(const SimulatedVenue& venue, const PositionKey& key) {
  const Int128 size = venue.position(key).quantity.raw();
  return key.side == PositionSide::Long ? size : -size;
}

RC_GTEST_PROP(VenueProperties, TheBooksFollowFromTheFills, ()) {
  const SimulationParameters parameters = any_parameters();
  Player player(parameters, Player::Prices::Observed);
  player.play(*happenings());
  const SimulatedVenue& venue = player.venue();
  Ledger ledger;
  for (const Occurrence& occurrence : player.answers()) {
    if (const auto* fill = std::get_if<OrderFilled>(&occurrence.body)) {
      ledger.book(*fill, parameters.position_mode);
    }
    if (const auto* paid = std::get_if<FundingPaid>(&occurrence.body)) {
      ledger.funding += paid->amount;
    }
  }
  RC_CLASSIFY(ledger.fills > 3, "more than three fills");
  Value signed_cost = 0;
  for (const auto& [key, position] : venue.positions()) {
    signed_cost += key.side == PositionSide::Long ? position.cost : -position.cost;
  }
  const Money change = venue.balance() - parameters.initial_balance + ledger.fees - ledger.funding;
  const Value difference =
      static_cast<Value>(change.raw()) * kDecimalOne - signed_cost - ledger.cash;
  RC_ASSERT((difference < 0 ? -difference : difference) <= ledger.fills * (kDecimalOne / 2));
  for (const auto& [key, quantity] : ledger.signed_quantity) {
    Int128 held = signed_size(venue, key);
    if (parameters.position_mode == PositionMode::OneWay) {
      held += signed_size(venue, {key.instrument, PositionSide::Short});
    }
    RC_ASSERT(held == quantity);
  }
}

RC_GTEST_PROP(VenueProperties, OrdersFillNoMoreThanTheyAskAndExitsNoMoreThanThereIs, ()) {
  SimulationParameters parameters = any_parameters();
  parameters.latency_jitter = Duration();  // Fills in the order in which they happened.
  const bool hedge = parameters.position_mode == PositionMode::Hedge;
  Player player(parameters, Player::Prices::Observed);
  player.play(*happenings());
  Ledger ledger;
  std::map<OrderId, Quantity> asked;
  std::map<OrderId, bool> ended;
  for (const auto& [id, order] : player.sent()) asked[id] = order.quantity;
  for (const Occurrence& occurrence : player.answers()) {
    if (const auto* amended = std::get_if<OrderAmended>(&occurrence.body)) {
      asked[amended->order] = amended->quantity;
    }
    if (const auto* gone = std::get_if<OrderCanceled>(&occurrence.body)) ended[gone->order] = true;
    if (const auto* gone = std::get_if<OrderExpired>(&occurrence.body)) ended[gone->order] = true;
    if (const auto* no = std::get_if<OrderRejected>(&occurrence.body)) ended[no->order] = true;
    const auto* fill = std::get_if<OrderFilled>(&occurrence.body);
    if (fill == nullptr) continue;
    const PositionSide side = hedge ? fill->position_side : PositionSide::Long;
    const Int128 before = ledger.signed_quantity[{fill->instrument, side}];
    ledger.book(*fill, parameters.position_mode);
    const Int128 after = ledger.signed_quantity[{fill->instrument, side}];
    if (hedge) {
      RC_ASSERT((fill->position_side == PositionSide::Long ? after >= 0 : after <= 0));
    }
    if (fill->order == OrderId::None) continue;
    RC_ASSERT(!ended[fill->order]);
    RC_ASSERT(ledger.filled[fill->order] <= asked[fill->order]);
    if (player.sent().at(fill->order).reduce_only && parameters.reduce_only) {
      RC_ASSERT((before > 0 ? after >= 0 && after < before : after <= 0 && after > before));
    }
  }
}

RC_GTEST_PROP(VenueProperties, TwoRunsAreEqual, ()) {
  const SimulationParameters parameters = any_parameters();
  const std::vector<Happening> all = *happenings();
  Player first(parameters, Player::Prices::Observed);
  Player second(parameters, Player::Prices::Observed);
  first.play(all);
  second.play(all);
  RC_ASSERT(transcript(first.answers()) == transcript(second.answers()));
}

// Small moves between large ones, so that bands are used.
std::vector<Happening> calmed(std::vector<Happening> all) {
  for (Happening& happening : all) {
    if (happening.kind >= 10 && happening.choice % 8 != 0) happening.price /= 10;
  }
  return all;
}

RC_GTEST_PROP(VenueProperties, PricesNotedInTheQuietBandChangeNothing, ()) {
  SimulationParameters parameters = any_parameters();
  parameters.take_share = 0;
  const std::vector<Happening> all = calmed(*happenings());
  Player observed(parameters, Player::Prices::Observed);
  Player noted(parameters, Player::Prices::NotedInTheBand);
  observed.play(all);
  noted.play(all);
  RC_CLASSIFY(noted.noted() > 5, "more than five prices noted");
  const std::string told_all = transcript(observed.answers());
  RC_CLASSIFY(told_all.find("Liquidated") != std::string::npos, "with a liquidation");
  RC_ASSERT(transcript(noted.answers()) == told_all);
  RC_ASSERT(noted.venue().balance() == observed.venue().balance());
  RC_ASSERT(noted.venue().equity() == observed.venue().equity());
  RC_ASSERT(noted.venue().positions() == observed.venue().positions());
}

// A long path, for what short ones do not reach: 200'000 prices in small steps (a seeded walk),
// with orders now and then. Nine prices out of ten must be quiet, or the band is of no use.
TEST(VenueQuietBand, OnALongWalkMostPricesAreQuietAndNothingDiffers) {
  std::uint64_t seed = 1;
  const auto random = [&](int bound) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int>((seed >> 33) % static_cast<std::uint64_t>(bound));
  };
  std::vector<Happening> all;
  int price = 0;
  for (int step = 0; step < 200'000; ++step) {
    price = std::clamp(price + random(3) - 1, -80, 80);
    const bool order = random(500) == 0;
    all.push_back({.kind = order ? random(9) : 10 + random(2),
                   .instrument = 1,
                   .price = order ? price + random(41) - 20 : price,
                   .quantity = 1 + random(20),
                   .choice = random(1 << 16),
                   .wait = random(3)});
  }
  SimulationParameters parameters = story_parameters();
  parameters.latency = Duration::milliseconds(2);
  Player observed(parameters, Player::Prices::Observed);
  Player noted(parameters, Player::Prices::NotedInTheBand);
  observed.play(all);
  noted.play(all);
  EXPECT_EQ(transcript(noted.answers()), transcript(observed.answers()));
  EXPECT_GT(observed.answers().size(), 400U);
  EXPECT_GT(noted.noted(), 180'000);
}

}  // namespace
}  // namespace tranchet
