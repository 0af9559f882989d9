#include "backtest/report/account.h"

#include <algorithm>
#include <utility>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr std::int64_t kHour = Duration::hours(1).count();

Value as_value(Money money) {
  return static_cast<Value>(money.raw()) * kDecimalOne;
}

// Sum of price x quantity over quantity, half away from zero.
Maybe<Price> average(Value sum, Quantity quantity) {
  if (quantity.is_zero()) return {};
  return Price::from_wide(divide_half_away(sum, quantity.raw()));
}

template <class Enum>
std::optional<Enum> named(Enum value) {
  return is_valid(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

Account::Account(Money initial_balance, std::vector<Rows*> rows)
    : rows_(std::move(rows)),
      balance_(initial_balance),
      equity_(as_value(initial_balance)),
      peak_(equity_),
      max_drawdown_peak_(equity_),
      next_hour_(rows_.empty() ? std::numeric_limits<std::int64_t>::max()
                               : std::numeric_limits<std::int64_t>::min()) {
  result_.initial_balance = initial_balance;
}

void Account::on_bookings(std::span<const Booking> bookings, Sequence sequence, Timestamp time) {
  if (bookings.empty()) return;
  sequence_ = sequence;
  time_ = time;
  balance_moved_ = false;
  for (const Booking& booking : bookings) {
    std::visit([this](const auto& body) { book(body); }, booking);
  }
  follow_equity();
  if (balance_moved_) write_equity(time, sequence);
}

// Targets are for rows alone. The tranches of a position come in the order in which they lie here.
void Account::on_commands(std::span<const Command> commands) {
  if (rows_.empty()) return;
  Open* next = open_.data();
  for (const Command& command : commands) {
    const auto* state = std::get_if<TrancheState>(&command);
    if (state == nullptr) continue;
    const bool is_next =
        next != open_.data() + open_.size() && next->row.tranche_id == state->tranche_id;
    Open* open = is_next ? next : find_open(state->tranche_id);
    if (open == nullptr) continue;
    next = open + 1;
    TrancheRow& row = open->row;
    if (state->take_profit) row.take_profit = state->take_profit;
    if (state->stop_loss) row.stop_loss = state->stop_loss;
  }
}

void Account::on_naked(TrancheId tranche, Quantity naked, Timestamp time) {
  Open* open = find_open(tranche);
  if (open == nullptr) {
    ENSURE(naked.is_zero());
    return;
  }
  accrue_naked(*open, time);
  open->naked = naked;
}

Money Account::equity() const {
  return balance_ + to_money(unrealized());
}

AccountResult Account::finish(Timestamp time) {
  time_ = time;
  for (std::size_t index = 1; index < books_.size(); ++index) {
    fold_excursions(InstrumentId{static_cast<std::uint16_t>(index)});
  }
  for (Open& open : open_) end_tranche(open, TrancheEnd::Open);
  write_equity(time, Sequence{});
  result_.unrealized_pnl = to_money(unrealized());
  result_.net_pnl = result_.realized_pnl + result_.unrealized_pnl - result_.fees + result_.funding;
  result_.final_equity = result_.initial_balance + result_.net_pnl;
  ENSURE(result_.final_equity == equity());
  result_.max_drawdown = to_money(max_drawdown_);
  // Both are far below 2^127 / 1e6 when cut to counts of 1e-8.
  const Int128 peak = max_drawdown_peak_ / kDecimalOne;
  if (peak > 0) {
    result_.max_drawdown_share =
        static_cast<Ppm>(divide_half_away(max_drawdown_ / kDecimalOne * kPpmOne, peak));
  }
  return result_;
}

std::vector<InstrumentResult> Account::by_instrument() const {
  std::vector<InstrumentResult> results;
  for (std::size_t index = 1; index < books_.size(); ++index) {
    const Book& book = books_[index];
    if (!book.booked) continue;
    InstrumentResult result = book.result;
    result.instrument = InstrumentId{static_cast<std::uint16_t>(index)};
    result.unrealized_pnl = to_money(book.worth - book.net_cost);
    result.net_pnl = result.realized_pnl + result.unrealized_pnl - result.fees + result.funding;
    results.push_back(result);
  }
  return results;
}

// ---- Equity.

Value Account::unrealized() const {
  return equity_ - as_value(balance_);
}

std::int64_t Account::next_row(std::int64_t time) const {
  if (time < next_hour_) return next_hour_;
  return static_cast<std::int64_t>(divide_floor(time, kHour) + 1) * kHour;
}

// Between two bookings equity is a line over the price, so the swings of the price against the
// position are those of equity. The deepest fall is the one from the peak so far to the worst
// price, or, when a swing within the stretch is deeper, that one: its peak is then above the peak
// so far. Are both equally deep, then the first of them is complete earlier.
//
// Worked: net 2, peak 1000, equity 990 at price 100; then 101, 111, 104, 103. Worst is 992 at 101,
// 8 below the peak; the fall of 8 from 111 is 16 of equity, from 1012: the deepest.
void Account::on_prices(InstrumentId instrument, const PriceSummary& prices) {
  if (prices.first_time >= next_hour_) pass_hour(Timestamp::from_nanoseconds(prices.first_time));
  ENSURE(prices.count > 0 && prices.last_time < next_hour_);
  Book& book = book_of(instrument);
  book.low = std::min(book.low, Price::from_raw(prices.low));
  book.high = std::max(book.high, Price::from_raw(prices.high));
  book.price = Price::from_raw(prices.last);
  if (book.net == 0) return;
  const bool is_long = book.net > 0;
  const Int128 net = book.net;
  const Value without = equity_ - book.worth;
  const Value worst = without + net * (is_long ? prices.low : prices.high);
  const Value best = without + net * (is_long ? prices.high : prices.low);
  const PriceSwing& swing = is_long ? prices.fall : prices.rise;
  const Value swing_depth = (is_long ? net : -net) * swing.size;
  Value depth = peak_ - worst;
  Value from = peak_;
  if (swing_depth > depth) {
    depth = swing_depth;
    from = without + net * swing.from;
  }
  if (depth > max_drawdown_) {
    max_drawdown_ = depth;
    max_drawdown_peak_ = from;
  }
  peak_ = std::max(peak_, best);
  book.worth = net * prices.last;
  equity_ = without + book.worth;
}

// Worked: net 2 between 100 and 104 swings by 8 at most. Where equity fell by 8 before, no swing
// in there is a deeper fall. One from a peak before the stretch shows in the extremes.
bool Account::heeds_swings(InstrumentId instrument, std::int64_t low, std::int64_t high) const {
  const auto index = static_cast<std::size_t>(instrument);
  if (index >= books_.size() || books_[index].net == 0) return false;
  const Int128 net = books_[index].net;
  return (net < 0 ? -net : net) * (Int128{high} - low) > max_drawdown_;
}

// The row of an hour shows what was in force when the hour struck, before the price at hand. Hours
// without a price have no row, except the last of them.
void Account::pass_hour(Timestamp time) {
  const auto hour = static_cast<std::int64_t>(divide_floor(time.nanoseconds(), kHour)) * kHour;
  const bool first = next_hour_ == std::numeric_limits<std::int64_t>::min();
  write_equity(first ? time : Timestamp::from_nanoseconds(hour), Sequence{});
  next_hour_ = hour + kHour;
}

void Account::write_equity(Timestamp time, Sequence sequence) {
  if (rows_.empty()) return;
  EquityRow row;
  row.time = time;
  row.balance = balance_;
  row.unrealized_pnl = to_money(unrealized());
  row.equity = row.balance + row.unrealized_pnl;
  row.drawdown = to_money(peak_ - equity_);
  Value exposure = 0;
  for (const Book& book : books_) exposure += value_of(book.price, book.gross);
  row.exposure = to_money(exposure);
  row.sequence = sequence;
  for (Rows* rows : rows_) rows->add(row);
}

void Account::add_balance(Money change) {
  balance_ += change;
  equity_ += as_value(change);
  balance_moved_ = true;
}

// ---- Bookings.

void Account::book(const TrancheOpened& opened) {
  const auto place = place_of(opened.tranche_id);
  ENSURE(place == open_.end() || place->row.tranche_id != opened.tranche_id);
  Open& open = *open_.emplace(place);
  open.row.tranche_id = opened.tranche_id;
  open.row.tranche = opened.tranche;
  open.row.key = opened.key;
  open.row.opened = time_;
  open.naked_since = time_;
  ++result_.tranches_opened;
  ++result_of(opened.key).tranches_opened;
  result_.tranches_live_max = std::max(result_.tranches_live_max, std::uint64_t{open_.size()});
}

void Account::book(const FillBooked& fill) {
  fold_excursions(fill.key.instrument);
  // A position needs a price to be valued at; before the first one that is the fill's.
  Book& book = book_of(fill.key.instrument);
  if (book.price.is_zero()) book.price = book.low = book.high = fill.price;
  result_.realized_pnl += fill.realized_pnl;
  result_.fees += fill.fee;
  book.booked = true;
  book.result.realized_pnl += fill.realized_pnl;
  book.result.fees += fill.fee;
  add_balance(fill.realized_pnl - fill.fee);
  const bool adds = fill.side == entry_side(fill.key.side);
  const bool corrective = adds && fill.purpose != Purpose::Entry;
  Open* found = find_open(fill.tranche_id);
  if (corrective || found == nullptr) {
    correct(fill.tranche_id, fill.key, fill.realized_pnl, fill.fee, Money());
  } else {
    Open& open = *found;
    open.row.realized_pnl += fill.realized_pnl;
    open.row.fees += fill.fee;
    if (adds) {
      take_in(open, fill);
    } else {
      give_out(open, fill);
    }
    move_position(book, fill, adds);
  }
  if (rows_.empty()) return;
  TradeRow row;
  row.time = time_;
  row.sequence = sequence_;
  row.key = fill.key;
  row.tranche_id = fill.tranche_id;
  row.tranche = fill.tranche;
  row.purpose = named(fill.purpose);
  row.reason = named(static_cast<ExitReason>(fill.reason));
  row.side = fill.side;
  row.price = fill.price;
  row.quantity = fill.quantity;
  row.fee = fill.fee;
  row.liquidity = named(fill.liquidity);
  row.realized_pnl = fill.realized_pnl;
  row.order = fill.order;
  for (Rows* rows : rows_) rows->add(row);
}

void Account::take_in(Open& open, const FillBooked& fill) {
  const bool is_new = fill.order == OrderId::None || !open.orders.contains(fill.order);
  if (is_new) ++open.row.entries;
  if (is_new && fill.order != OrderId::None) open.orders.push_back(fill.order);
  open.row.quantity += fill.quantity;
  open.entered_cost += fill.cost;
  open.quantity += fill.quantity;
  open.cost += fill.cost;
}

void Account::give_out(Open& open, const FillBooked& fill) {
  ENSURE(fill.quantity <= open.quantity && fill.cost <= open.cost);
  open.exited += fill.quantity;
  open.exit_value += value_of(fill.price, fill.quantity);
  open.quantity -= fill.quantity;
  open.cost -= fill.cost;
}

void Account::move_position(Book& book, const FillBooked& fill, bool adds) {
  const bool up = (fill.key.side == PositionSide::Long) == adds;
  book.net += up ? fill.quantity.raw() : -fill.quantity.raw();
  book.net_cost += up ? fill.cost : -fill.cost;
  book.gross = adds ? book.gross + fill.quantity : book.gross - fill.quantity;
  const Value worth = static_cast<Int128>(book.net) * book.price.raw();
  equity_ += worth - book.worth - (up ? fill.cost : -fill.cost);
  book.worth = worth;
}

void Account::book(const FeeCorrected& corrected) {
  result_.fees += corrected.fee;
  result_of(corrected.key).fees += corrected.fee;
  add_balance(-corrected.fee);
  Open* open = find_open(corrected.tranche_id);
  if (open == nullptr) {
    correct(corrected.tranche_id, corrected.key, Money(), corrected.fee, Money());
  } else {
    open->row.fees += corrected.fee;
  }
  if (rows_.empty()) return;
  TradeRow row;
  row.time = time_;
  row.sequence = sequence_;
  row.key = corrected.key;
  row.tranche_id = corrected.tranche_id;
  row.fee_correction = true;
  row.fee = corrected.fee;
  for (Rows* rows : rows_) rows->add(row);
}

void Account::book(const FundingBooked& funding) {
  result_.funding += funding.amount;
  result_of(funding.key).funding += funding.amount;
  add_balance(funding.amount);
  Open* open = find_open(funding.tranche_id);
  if (open == nullptr) {
    correct(funding.tranche_id, funding.key, Money(), Money(), funding.amount);
  } else {
    open->row.funding += funding.amount;
  }
}

void Account::book(const TrancheMerged& merged) {
  fold_excursions(merged.key.instrument);
  // One whose first entry is still on its way was never opened here.
  if (merged.quantity.is_zero() && find_open(merged.from) == nullptr) return;
  Open& from = open_tranche(merged.from);
  Open& into = open_tranche(merged.into);
  ENSURE(from.quantity == merged.quantity && from.cost == merged.cost);
  into.row.quantity += merged.quantity;
  into.entered_cost += merged.cost;
  into.quantity += merged.quantity;
  into.cost += merged.cost;
  from.row.merged_into = merged.into;
  end_tranche(from, TrancheEnd::Merged);
  open_.erase(place_of(merged.from));
  ++result_.merged;
}

void Account::book(const TrancheClosed& closed) {
  Open& open = open_tranche(closed.tranche_id);
  ENSURE(open.quantity.is_zero() && open.cost == 0);
  open.row.exit_reason = closed.reason;
  InstrumentResult& result = result_of(closed.key);
  ++result_.trades;
  ++result.trades;
  ++result_.exits[static_cast<std::size_t>(closed.reason) - 1];
  const Money earned = open.row.realized_pnl - open.row.fees + open.row.funding;
  ++(earned.is_positive() ? result_.wins : result_.losses);
  ++(earned.is_positive() ? result.wins : result.losses);
  end_tranche(open, TrancheEnd::Exited);
  open_.erase(open_.begin() + (&open - open_.data()));
}

void Account::correct(TrancheId tranche, PositionKey key, Money realized, Money fees,
                      Money funding) {
  if (rows_.empty()) return;
  TrancheRow row;
  row.tranche_id = tranche;
  row.key = key;
  row.opened = row.closed = time_;
  row.closed_sequence = sequence_;
  row.end = TrancheEnd::Correction;
  row.realized_pnl = realized;
  row.fees = fees;
  row.funding = funding;
  for (Rows* rows : rows_) rows->add(row);
}

// ---- Tranches.

std::vector<Account::Open>::iterator Account::place_of(TrancheId id) {
  return std::ranges::lower_bound(open_, id, {},
                                  [](const Open& open) { return open.row.tranche_id; });
}

Account::Open* Account::find_open(TrancheId id) {
  const auto place = place_of(id);
  return place != open_.end() && place->row.tranche_id == id ? &*place : nullptr;
}

Account::Open& Account::open_tranche(TrancheId id) {
  Open* open = find_open(id);
  ENSURE(open != nullptr);
  return *open;
}

// Between two bookings the open quantities stand still, so the lowest and the highest price of the
// stretch say all; on_price need not know the tranches. They are for rows alone.
void Account::fold_excursions(InstrumentId instrument) {
  Book& book = book_of(instrument);
  if (rows_.empty() || book.price.is_zero()) return;
  for (Open& open : open_) {
    if (open.row.key.instrument != instrument) continue;
    const Value at_low = value_of(book.low, open.quantity) - open.cost;
    const Value at_high = value_of(book.high, open.quantity) - open.cost;
    const bool is_long = open.row.key.side == PositionSide::Long;
    open.worst = std::min(open.worst, is_long ? at_low : -at_high);
    open.best = std::max(open.best, is_long ? at_high : -at_low);
  }
  book.low = book.high = book.price;
}

void Account::accrue_naked(Open& open, Timestamp time) {
  open.naked_total += static_cast<Int128>(open.naked.raw()) * (time - open.naked_since).count();
  open.naked_since = time;
}

void Account::end_tranche(Open& open, TrancheEnd end) {
  accrue_naked(open, time_);
  TrancheRow& row = open.row;
  // Counts of 1e-17 to 1e-16, tranche by tranche, so that the column adds up to the summary.
  row.naked_quantity_seconds = divide_half_away(open.naked_total, 10);
  result_.naked_quantity_seconds += row.naked_quantity_seconds;
  if (rows_.empty()) return;
  row.end = end;
  if (end != TrancheEnd::Open) {
    row.closed = time_;
    row.closed_sequence = sequence_;
  }
  row.average_entry = average(open.entered_cost, row.quantity);
  row.average_exit = average(open.exit_value, open.exited);
  row.mae = to_money(open.worst);
  row.mfe = to_money(open.best);
  for (Rows* rows : rows_) rows->add(row);
}

}  // namespace tranchet
