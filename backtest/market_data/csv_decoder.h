// Rows of CSV, by plan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backtest/market_data/admission.h"
#include "backtest/market_data/agg_trade_scan.h"
#include "backtest/market_data/csv_format.h"
#include "backtest/market_data/line_decoder.h"

namespace tranchet {

// How long the bars of a file without close times are: the most frequent distance between the
// opening times of successive rows, at least a second. One minute when there are not two rows.
Duration bar_length_of(const CsvPlan& plan, Lines head);

class CsvDecoder final : public LineDecoder {
 public:
  // `admission` outlives the decoder.
  CsvDecoder(CsvPlan plan, std::string symbol, InstrumentId instrument, Admission& admission);

  std::expected<void, InputError> decode(Lines lines, Block& block) override;

 private:
  struct Column {
    Slot slot;
    FieldKind kind;
    std::size_t index;  // In a row.
  };
  std::expected<void, InputError> decode_agg_trades(const char*& at, const char* end,
                                                    std::uint64_t& line, Block& block);
  const char* find_ends(const char* at);
  const char* scan(const char* at);
  bool read_exactly(std::string_view line, RowOutcome& outcome);

  bool is_our_symbol(std::string_view symbol) const;
  RowOutcome check_symbol();
  RowOutcome take_row(Block& block);
  RowOutcome take_agg_trade(const AggTrade& trade, Block& block);
  RowOutcome take_bar(Block& block);
  RowOutcome refuse_prices(const Bar& bar);
  RowOutcome take_trade(Block& block);
  RowOutcome take_lean_trade(Block& block);
  RowOutcome take_book_top(Block& block);
  RowOutcome take_funding(Block& block);
  RowOutcome take_liquidation(Block& block);
  bool require_positive(Slot slot) {
    if (row_[slot] > 0) [[likely]]
      return true;
    return refuse_not_positive(slot);
  }
  bool refuse_not_positive(Slot slot);
  bool require_not_negative(Slot slot);
  RowOutcome bad(std::string fault);

  CsvPlan plan_;
  std::vector<Column> columns_;    // Without the skipped ones.
  std::vector<const char*> ends_;  // Of all fields of the row at hand.
  std::string symbol_;
  InstrumentId instrument_;
  Admission& admission_;
  bool has_symbol_;
  bool has_id_;
  bool has_volume_;
  bool has_close_time_;
  bool has_clock_;
  bool has_price_;
  bool is_agg_trades_;  // The largest files there are: their rows have a reader of their own.
  AggTradeScan agg_trades_;
  CsvRow row_;
  std::string fault_;
  std::vector<std::string_view> fields_;
};

}  // namespace tranchet
