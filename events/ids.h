// Identities. Each is a type of its own: an order id is not a trade id.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/enums.h"

namespace tranchet {

// Position of an event in the log: 1, 2, 3, ... without a gap. The only order there is.
enum class Sequence : std::uint64_t {};
constexpr std::uint64_t number(Sequence sequence) {
  return static_cast<std::uint64_t>(sequence);
}
constexpr Sequence next(Sequence sequence) {
  return Sequence{number(sequence) + 1};
}

// A text that a log holds once and events refer to: build names, symbols, reasons. 0: none.
enum class TextId : std::uint32_t { None = 0 };

// A symbol, in order of first appearance, from 1. 0: none, "all instruments" where that is allowed.
enum class InstrumentId : std::uint16_t { None = 0 };

// A tranche, from 1, never reused within an account.
enum class TrancheId : std::uint64_t { None = 0 };

// FIX ExecID 17. A number where the venue's is one; else 2^63 + the TextId of its text.
enum class TradeId : std::uint64_t { None = 0 };
inline constexpr std::uint64_t kTextTradeId = std::uint64_t{1} << 63;

// FIX ClOrdID 11: a pure function of where the order was decided, so a replay makes the same ids
// and a fill can always be traced to its tranche. Packed so that ids order by sequence.
//
//   sequence 38 bits | index 14 bits | attempt 4 bits | account 8 bits
//
// 38 bits are eight years at a thousand events a second. As text, alphanumeric and at most 26
// characters (Fyers tags allow 28 or fewer): T<account>S<sequence>N<index>A<attempt>, "T1S4N0A0".
enum class OrderId : std::uint64_t { None = 0 };

struct OrderIdParts {
  std::uint8_t account = 0;
  Sequence sequence{};
  std::uint16_t index = 0;   // Of the order among those decided at one event, below 16,384.
  std::uint8_t attempt = 0;  // How often this exit was tried before; 15 stands for more.
  friend bool operator==(const OrderIdParts&, const OrderIdParts&) = default;
};
OrderId make_order_id(const OrderIdParts& parts);
OrderIdParts parts_of(OrderId id);
std::string to_text(OrderId id);
std::optional<OrderId> parse_order_id(std::string_view text);

// A timer of the engine: what it is for, and the tranche, order or instrument it belongs to.
enum class TimerKind : std::uint8_t {
  EntryTimeout = 1,  // Cancel a limit entry that did not fill.
  ExitRetry = 2,     // Try a failed exit again.
  StopRetry = 3,     // Try a refused stop again.
  TargetRetry = 4,   // Try a refused take-profit again.
  SquareOff = 5,     // Close what is traded intraday before the session ends.
};
template <>
struct Spelling<TimerKind> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"entry_timeout", "exit_retry", "stop_retry", "target_retry", "square_off"});
};
struct TimerId {
  TimerKind kind{};
  // OrderId for EntryTimeout, the instrument's number for SquareOff, else TrancheId.
  std::uint64_t subject = 0;
  friend auto operator<=>(const TimerId&, const TimerId&) = default;
};
// "entry_timeout:T1S4N0A0", "stop_retry:3".
std::string to_text(const TimerId& timer);
std::optional<TimerId> parse_timer_id(std::string_view text);

// One book of one instrument. Keys order by instrument, then Long before Short.
struct PositionKey {
  InstrumentId instrument{};
  PositionSide side{};
  friend auto operator<=>(const PositionKey&, const PositionKey&) = default;
};

}  // namespace tranchet
