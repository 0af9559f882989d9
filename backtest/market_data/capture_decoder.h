// Raw captures of a venue's market stream: `<local time> {json}` lines, one message each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backtest/market_data/admission.h"
#include "backtest/market_data/line_decoder.h"

namespace tranchet {

// Whether a line looks like one of a capture: `1680652700423575 {...}` (seconds to nanoseconds, all
// by their size) or `1626992741.06217: {...}`.
bool is_capture_line(std::string_view line);

// Trades, book tops, mark prices (with the funding rate, when it changes) and forced orders of the
// Binance family become events; depth, candles and other symbols are ignored. An event's time is
// the local time of arrival: what a program that ran then would have seen.
class CaptureDecoder final : public LineDecoder {
 public:
  // `admission` outlives the decoder.
  CaptureDecoder(std::string symbol, InstrumentId instrument, Admission& admission);
  ~CaptureDecoder() override;

  std::expected<void, InputError> decode(Lines lines, Block& block) override;

 private:
  struct Message;
  class Parser;

  RowOutcome take_line(std::string_view line, Block& block);
  RowOutcome take_message(const Message& message, Timestamp time, Block& block);
  RowOutcome take_trade(const Message& message, Timestamp time, Block& block);
  RowOutcome take_book_top(const Message& message, Timestamp time, Block& block);
  RowOutcome take_mark(const Message& message, Timestamp time, Block& block);
  RowOutcome take_forced_order(const Message& message, Timestamp time, Block& block);
  std::optional<std::int64_t> positive(std::string_view text, std::string_view what);
  std::optional<std::int64_t> not_negative(std::string_view text, std::string_view what);
  RowOutcome bad(std::string fault);

  std::string symbol_;
  InstrumentId instrument_;
  Admission& admission_;
  std::unique_ptr<Parser> parser_;
  std::string fault_;
  // A capture of both trades and their aggregates says everything twice: the kind that comes first
  // is used.
  enum class TradeKind : std::uint8_t { Unknown, Trade, Aggregate };
  TradeKind trade_kind_ = TradeKind::Unknown;
  // What is announced, and for when, in milliseconds; 0: nothing yet.
  std::int64_t funding_due_ = 0;
  std::int64_t funding_rate_ = 0;
};

}  // namespace tranchet
