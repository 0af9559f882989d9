// The account of a run: folds what the engine booked, and the prices between, into exact results.
//
//   balance = initial balance + realized - fees + funding          counts of 1e-8
//   equity  = balance + sum over instruments of (net quantity x price - net cost)   1e-16
//
// Every figure is an integer; equity, its peak and the drawdown are exact at every single price.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "backtest/report/rows.h"
#include "backtest/tape/price_summary.h"
#include "engine/output.h"
#include "engine/short_list.h"

namespace tranchet {

struct AccountResult {
  Money initial_balance;
  Money final_equity;    // initial_balance + net_pnl.
  Money net_pnl;         // realized_pnl + unrealized_pnl - fees + funding.
  Money realized_pnl;    // Gross.
  Money unrealized_pnl;  // At the last price of each instrument.
  Money fees;
  Money funding;               // Received positive.
  Money max_drawdown;          // The deepest fall of equity from its highest point before.
  Ppm max_drawdown_share = 0;  // Of that highest point.
  std::uint64_t trades = 0;    // Tranches that exited; merged ones are none.
  std::uint64_t wins = 0;      // Of these: realized_pnl - fees + funding > 0 when it closed.
  std::uint64_t losses = 0;    // The others.
  std::uint64_t tranches_opened = 0;
  std::uint64_t tranches_live_max = 0;  // Open at once.
  std::uint64_t merged = 0;
  std::array<std::uint64_t, Spelling<ExitReason>::names.size()> exits{};  // By reason, from 1.
  Value naked_quantity_seconds = 0;                                       // Counts of 1e-16.

  std::uint64_t exits_by(ExitReason reason) const {
    return exits[static_cast<std::size_t>(reason) - 1];
  }
  friend bool operator==(const AccountResult&, const AccountResult&) = default;
};

// The part of one instrument. Those of all of them add up to the AccountResult, but for the last
// count of 1e-8 of unrealized profit, which each rounds for itself.
struct InstrumentResult {
  InstrumentId instrument{};
  Money net_pnl;  // realized_pnl + unrealized_pnl - fees + funding.
  Money realized_pnl;
  Money unrealized_pnl;
  Money fees;
  Money funding;
  std::uint64_t trades = 0;
  std::uint64_t wins = 0;
  std::uint64_t losses = 0;
  std::uint64_t tranches_opened = 0;
};

class Account {
 public:
  // Rows go to each of `rows`, which outlive the account; none: nothing is written.
  explicit Account(Money initial_balance, std::vector<Rows*> rows = {});

  // A price that positions are valued at. The hot path of a backtest.
  void on_price(InstrumentId instrument, Price price, Timestamp time) {
    if (time.nanoseconds() >= next_hour_) [[unlikely]]
      pass_hour(time);
    Book& book = book_of(instrument);
    if (price < book.low) book.low = price;
    if (price > book.high) book.high = price;
    book.price = price;
    if (book.net == 0) return;
    const Value worth = static_cast<Int128>(book.net) * price.raw();
    equity_ += worth - book.worth;
    book.worth = worth;
    follow_equity();
  }

  // The same for a stretch of prices, exactly as one after the other. No row of equity may fall
  // within: the stretch ends before next_row(its first time).
  void on_prices(InstrumentId instrument, const PriceSummary& prices);
  // Whether a swing between these two prices may be the deepest fall of equity so far. While it is
  // not, on_prices() needs no swings of stretches that stay between them.
  bool heeds_swings(InstrumentId instrument, std::int64_t low, std::int64_t high) const;
  // When the next hour strikes after `time`, as nanoseconds; never where no rows are written.
  std::int64_t next_row(std::int64_t time) const;

  // What one event booked, after the prices up to it.
  void on_bookings(std::span<const Booking> bookings, Sequence sequence, Timestamp time);

  // What one event asked for; the targets of tranches are taken from it. After its bookings.
  void on_commands(std::span<const Command> commands);

  // How much of an open tranche has no stop from `time` on.
  void on_naked(TrancheId tranche, Quantity naked, Timestamp time);

  Money balance() const { return balance_; }
  Money equity() const;

  // Ends the run: the rows of the tranches still open, in the order of their ids, and the last row
  // of equity. Nothing may follow.
  AccountResult finish(Timestamp time);
  // After finish(); by number, without those that nothing was booked of.
  std::vector<InstrumentResult> by_instrument() const;

 private:
  // One instrument: what is open on both sides, and the prices since its last booking.
  struct Book {
    Price price;  // 0: none yet.
    Price low = Price::max();
    Price high;
    std::int64_t net = 0;  // Long minus short, counts of 1e-8.
    Value net_cost = 0;
    Value worth = 0;  // net x price.
    Quantity gross;   // Long plus short.
    InstrumentResult result;
    bool booked = false;
  };
  struct Open {
    TrancheRow row;
    ShortList<OrderId, 2> orders;  // Of the entries counted.
    Quantity quantity;
    Value cost = 0;
    Value entered_cost = 0;
    Quantity exited;
    Value exit_value = 0;
    Value worst = 0;
    Value best = 0;
    Quantity naked;
    Timestamp naked_since;
    Int128 naked_total = 0;  // Counts of 1e-8 x nanoseconds.
  };

  void follow_equity() {
    if (equity_ >= peak_) {
      peak_ = equity_;
    } else if (peak_ - equity_ > max_drawdown_) {
      max_drawdown_ = peak_ - equity_;
      max_drawdown_peak_ = peak_;
    }
  }
  Book& book_of(InstrumentId instrument) {
    const auto index = static_cast<std::size_t>(instrument);
    if (index >= books_.size()) [[unlikely]]
      books_.resize(index + 1);
    return books_.data()[index];
  }
  InstrumentResult& result_of(PositionKey key) {
    Book& book = book_of(key.instrument);
    book.booked = true;
    return book.result;
  }
  void pass_hour(Timestamp time);
  void write_equity(Timestamp time, Sequence sequence);
  Value unrealized() const;

  void book(const TrancheOpened& opened);
  void book(const FillBooked& fill);
  void book(const FeeCorrected& corrected);
  void book(const FundingBooked& funding);
  void book(const TrancheMerged& merged);
  void book(const TrancheClosed& closed);
  void take_in(Open& open, const FillBooked& fill);
  void give_out(Open& open, const FillBooked& fill);
  void move_position(Book& book, const FillBooked& fill, bool adds);
  void fold_excursions(InstrumentId instrument);
  void add_balance(Money change);
  void correct(TrancheId tranche, PositionKey key, Money realized, Money fees, Money funding);
  void accrue_naked(Open& open, Timestamp time);
  // Completes the averages, the excursions and the naked time, and writes the row.
  void end_tranche(Open& open, TrancheEnd end);
  std::vector<Open>::iterator place_of(TrancheId id);
  Open* find_open(TrancheId id);  // Null: not open, or never was.
  Open& open_tranche(TrancheId id);

  std::vector<Rows*> rows_;
  std::vector<Book> books_;  // By instrument number.
  std::vector<Open> open_;   // By tranche.
  AccountResult result_;
  Money balance_;
  Value equity_ = 0;
  Value peak_ = 0;
  Value max_drawdown_ = 0;
  Value max_drawdown_peak_ = 1;
  std::int64_t next_hour_;  // Of the next row; the end of time where no rows are written.
  Sequence sequence_{};     // Of the bookings at hand.
  Timestamp time_;
  bool balance_moved_ = false;
};

}  // namespace tranchet
