#include "tests/backtest/report/made_up_run.h"

#include <fstream>
#include <iterator>

#include "backtest/report/row_files.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr std::uint64_t kEntry = 0;
constexpr std::uint64_t kFunding = 1;
constexpr std::uint64_t kFee = 2;
constexpr std::uint64_t kMerge = 3;
constexpr std::uint64_t kBuyBack = 4;

}  // namespace

MadeUpRun::MadeUpRun(std::uint64_t seed, int steps, const std::filesystem::path& folder)
    : state_(seed), time_(Timestamp::from_nanoseconds(1'700'000'000'000'000'000)) {
  last_[names_.instrument("BTCUSDT")] = Price::from_raw(45'000 * kDecimalOne);
  last_[names_.instrument("ETHUSDT")] = Price::from_raw(2'500 * kDecimalOne);
  auto files = RowFiles::create(folder, names_);
  ENSURE(files.has_value());
  Account account(Money::from_raw(10'000 * kDecimalOne), {files->get(), &sample_});
  summary_.first_time = time_;
  for (int i = 0; i < steps; ++i) step(account);
  summary_.instrument = "BTCUSDT,ETHUSDT";
  summary_.strategy = "dip";
  summary_.source = "ticks";
  summary_.mark_source = "every trade price is also the mark";
  summary_.events = sequence_;
  summary_.ticks = prices_.size();
  summary_.last_time = time_;
  summary_.account = account.finish(time_);
  summary_.state_digest = 0x1234'5678'9abc'def0;
  summary_.command_digest = 0x0fed'cba9'8765'4321;
  summary_.wall_nanoseconds = 12'345'678;
  ENSURE((*files)->close().has_value());
  std::ofstream(folder / "summary.json") << summary_json(summary_);
}

std::uint64_t MadeUpRun::random(std::uint64_t below) {
  state_ = state_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
  return (state_ >> 33) % below;
}

void MadeUpRun::step(Account& account) {
  time_ = time_ + Duration::minutes(1);
  ++sequence_;
  if (random(3) != 0) {
    move_price(account, InstrumentId{static_cast<std::uint16_t>(1 + random(2))});
    return;
  }
  const std::vector<Booking> bookings = book_something();
  account.on_bookings(bookings, Sequence{sequence_}, time_);
  if (held_.empty()) return;
  const TrancheId id = any_tranche();
  const Holding& holding = held_.at(id);
  TrancheState state;
  state.tranche_id = id;
  state.take_profit = last_[holding.key.instrument];
  state.stop_loss = last_[holding.key.instrument];
  account.on_commands(std::vector<Command>{state});
  account.on_naked(id, random(2) == 0 ? holding.quantity : Quantity(), time_);
}

void MadeUpRun::move_price(Account& account, InstrumentId instrument) {
  Price& price = last_[instrument];
  // Up to 0.5 % either way.
  const std::int64_t part = static_cast<std::int64_t>(random(10'001)) - 5'000;
  price = Price::from_wide(static_cast<Int128>(price.raw()) * (1'000'000 + part) / 1'000'000);
  account.on_price(instrument, price, time_);
  prices_.push_back({sequence_, std::string(names_.symbol(instrument)), price});
}

std::vector<Booking> MadeUpRun::book_something() {
  std::vector<Booking> out;
  const std::uint64_t choice = held_.empty() ? kEntry : random(8);
  if (choice == kEntry) {
    enter(out);
  } else if (choice == kFunding || choice == kFee) {
    // One tranche in four of them has ended before.
    const TrancheId id = random(4) == 0 ? TrancheId{1 + random(last_tranche_)} : any_tranche();
    const Money money = Money::from_raw(static_cast<std::int64_t>(random(2'000'001)) - 1'000'000);
    const PositionKey key =
        held_.contains(id) ? held_.at(id).key : PositionKey{InstrumentId{1}, PositionSide::Long};
    if (choice == kFunding) {
      out.push_back(FundingBooked{id, key, money});
    } else {
      out.push_back(FeeCorrected{id, key, money});
    }
  } else if (choice == kMerge) {
    merge(out);
  } else if (choice == kBuyBack) {
    buy_back(out);
  } else {
    const TrancheId id = any_tranche();
    const Quantity held = held_.at(id).quantity;
    const Quantity part =
        random(3) == 0 ? Quantity::from_raw(1 + static_cast<std::int64_t>(
                                                    random(static_cast<std::uint64_t>(held.raw()))))
                       : held;
    leave(id, part, static_cast<ExitReason>(1 + random(9)), out);
  }
  return out;
}

void MadeUpRun::enter(std::vector<Booking>& out) {
  const PositionKey key{InstrumentId{static_cast<std::uint16_t>(1 + random(2))},
                        random(2) == 0 ? PositionSide::Long : PositionSide::Short};
  TrancheId id{};
  for (const auto& [other, holding] : held_) {
    if (holding.key == key && random(2) == 0) id = other;
  }
  if (id == TrancheId::None) {
    id = TrancheId{++last_tranche_};
    const std::uint32_t ordinal = static_cast<std::uint32_t>(random(5));
    held_[id] = Holding{key, ordinal, Quantity(), 0};
    out.push_back(TrancheOpened{id, ordinal, key, true});
  }
  Holding& holding = held_[id];
  FillBooked fill;
  fill.order = make_order_id({1, Sequence{sequence_ / 2 + 1}, 0, 0});
  fill.tranche_id = id;
  fill.tranche = holding.ordinal;
  fill.key = key;
  fill.side = entry_side(key.side);
  fill.purpose = Purpose::Entry;
  fill.liquidity = Liquidity::Taker;
  fill.price = last_[key.instrument];
  fill.quantity = Quantity::from_raw(1 + static_cast<std::int64_t>(random(10'000'000)));
  fill.cost = value_of(fill.price, fill.quantity);
  fill.fee = to_money(fill.cost / 2'000);
  holding.quantity += fill.quantity;
  holding.cost += fill.cost;
  out.push_back(fill);
}

void MadeUpRun::leave(TrancheId id, Quantity quantity, ExitReason reason,
                      std::vector<Booking>& out) {
  Holding& holding = held_.at(id);
  FillBooked fill;
  fill.order = make_order_id({1, Sequence{sequence_}, 1, 0});
  fill.tranche_id = id;
  fill.tranche = holding.ordinal;
  fill.key = holding.key;
  fill.side = exit_side(holding.key.side);
  fill.purpose = reason == ExitReason::TakeProfit ? Purpose::TakeProfit : Purpose::Close;
  fill.reason = static_cast<std::uint8_t>(reason);
  fill.liquidity = Liquidity::Maker;
  fill.price = last_[holding.key.instrument];
  fill.quantity = quantity;
  fill.cost = share_floor(holding.cost, quantity, holding.quantity);
  const Value gain = value_of(fill.price, quantity) - fill.cost;
  fill.realized_pnl = to_money(holding.key.side == PositionSide::Long ? gain : -gain);
  fill.fee = to_money(value_of(fill.price, quantity) / 10'000);
  holding.quantity -= quantity;
  holding.cost -= fill.cost;
  out.push_back(fill);
  if (!holding.quantity.is_zero()) return;
  out.push_back(TrancheClosed{id, holding.key, reason});
  held_.erase(id);
}

void MadeUpRun::merge(std::vector<Booking>& out) {
  for (auto from = held_.begin(); from != held_.end(); ++from) {
    for (auto into = held_.begin(); into != from; ++into) {
      if (from->second.key != into->second.key) continue;
      out.push_back(TrancheMerged{from->first, into->first, from->second.key, from->second.quantity,
                                  from->second.cost});
      into->second.quantity += from->second.quantity;
      into->second.cost += from->second.cost;
      held_.erase(from);
      return;
    }
  }
}

// What a one-way account sold beyond its position; no tranche holds it.
void MadeUpRun::buy_back(std::vector<Booking>& out) {
  const TrancheId id = any_tranche();
  const Holding& holding = held_.at(id);
  FillBooked fill;
  fill.order = make_order_id({1, Sequence{sequence_}, 2, 0});
  fill.tranche_id = id;
  fill.tranche = holding.ordinal;
  fill.key = holding.key;
  fill.side = entry_side(holding.key.side);
  fill.purpose = Purpose::Close;
  fill.reason = static_cast<std::uint8_t>(ExitReason::StopLoss);
  fill.liquidity = Liquidity::Taker;
  fill.price = last_[holding.key.instrument];
  fill.quantity = Quantity::from_raw(1 + static_cast<std::int64_t>(random(1'000)));
  fill.cost = value_of(fill.price, fill.quantity);
  fill.realized_pnl = Money::from_raw(static_cast<std::int64_t>(random(2'001)) - 1'000);
  fill.fee = Money::from_raw(static_cast<std::int64_t>(random(1'000)));
  out.push_back(fill);
}

TrancheId MadeUpRun::any_tranche() {
  return std::next(held_.begin(), static_cast<std::ptrdiff_t>(random(held_.size())))->first;
}

}  // namespace tranchet
