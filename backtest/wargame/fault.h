// Everything that can go wrong around the engine. Each seed switches on its own subset; a name is
// what `tranchet wargame --faults` takes.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet {

enum class Fault : std::uint8_t {
  // ---- The network.
  SlowNetwork = 1,    // Delays of seconds, now and then.
  LostRequest,        // A request never reaches the venue.
  LostResponse,       // It is carried out, and nobody hears of it.
  DuplicateRequest,   // The same bytes arrive twice.
  LateRequest,        // It arrives after its sender has given it up.
  StreamCut,          // The user stream breaks; what was on the way is gone.
  MarketCut,          // The same of the market stream.
  HalfOpen,           // The stream is dead and nobody is told.
  DuplicateMessage,   // The stream says the same thing twice.
  ReorderedMessages,  // Messages of the stream overtake each other.
  // ---- The venue.
  ExecutedUnknown,  // 503, and the request was carried out.
  RefusedUnknown,   // 503, and it was not.
  RateLimit,        // The limits are a tenth.
  Maintenance,      // For a while, every request is refused with a 503.
  TradingHalt,      // For a while, every new order and every amendment is refused.
  SessionEnd,       // The stream ends after its 24 h, or its key after 60 min.
  ThinBook,         // Market orders fill in part, or not at all.
  PartialFills,
  NoSecondStop,     // Exits beyond the position are refused (ReduceOnlyCapacity).
  FewConditionals,  // A cap of a few conditional orders.
  FiltersChange,    // Tick, step or minimum change while orders rest.
  PriceBand,        // PERCENT_PRICE refuses far limits.
  Jumps,            // The price jumps by percents.
  Liquidation,      // Too little margin.
  Deleveraging,     // ADL takes a part of the position.
  // ---- Other people on the same account.
  ForeignTrade,  // Somebody trades by hand.
  ForeignOrder,  // Somebody's orders rest beside ours.
  // ---- The disk.
  TornWrite,     // A crash leaves a part of the commit: all of it or nothing must show.
  LostTail,      // The disk said it had synced, and had not.
  RottenRecord,  // A bit of an old record flips.
  DiskFull,
  FailingSync,  // The commit's outcome is not known.
  SlowDisk,     // A commit takes seconds.
  // ---- The process.
  Kill,         // Between any two steps.
  Pause,        // Stopped for minutes, then goes on.
  SecondStart,  // Started beside itself.
  // ---- The clock.
  ClockSkew,  // Runs ahead or behind by up to seconds, and steps.
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::ClockSkew);

// "stream_cut".
std::string_view name_of(Fault fault);
std::optional<Fault> fault_named(std::string_view name);

class FaultSet {
 public:
  void add(Fault fault) { bits_ |= bit(fault); }
  void remove(Fault fault) { bits_ &= ~bit(fault); }
  bool has(Fault fault) const { return (bits_ & bit(fault)) != 0; }
  bool empty() const { return bits_ == 0; }
  std::vector<Fault> list() const;
  friend bool operator==(const FaultSet&, const FaultSet&) = default;

 private:
  static constexpr std::uint64_t bit(Fault fault) {
    return std::uint64_t{1} << static_cast<unsigned>(fault);
  }
  std::uint64_t bits_ = 0;
};

// "stream_cut,kill"; "none" for an empty set.
std::string to_text(const FaultSet& faults);
// The same back. The error is the first name that is no fault's.
std::expected<FaultSet, std::string> parse_faults(std::string_view text);

}  // namespace tranchet
