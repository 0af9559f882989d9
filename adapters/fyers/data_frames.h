// The binary market data stream ("HSM") as updates of topics. Bytes in, values out; no clock.
//
//   frames.want("sf|nse_cm|3045", instrument);       // Once, for everything that is subscribed.
//   frames.connected();                              // Of every new connection.
//   FrameRead read = frames.read(bytes, updates);    // `updates` is cleared first.
//
// A frame is read as far as it can be: what is wrong in it is counted by name, and the rest of it
// is still read wherever it is known to begin. Where a frame is cut, the items before the cut
// count. Once every wanted topic has been announced, reading does not allocate.
//
// Source: the published clients' HSM library v1.5. All numbers are big-endian. The length in front
// of a frame is not looked at: some programs write 0 there, and a WebSocket message has its own.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"
#include "events/ids.h"
#include "events/time.h"

namespace tranchet::fyers {

enum class TopicKind : std::uint8_t {
  Scrip = 1,  // "sf|": prices and sizes of something that can be traded.
  Index,      // "if|"
  Depth,      // "dp|": five levels a side.
};

// Where the fields stand, by kind of topic. Prices are scaled, the others are counts or seconds.
enum class ScripField : std::uint8_t {
  LastPrice = 0,
  VolumeToday = 1,
  LastTradeTime = 2,
  FeedTime = 3,
  BidSize = 4,
  AskSize = 5,
  BidPrice = 6,
  AskPrice = 7,
  LastQuantity = 8,
  TotalBuyQuantity = 9,
  TotalSellQuantity = 10,
  AveragePrice = 11,
  OpenInterest = 12,
  LowPrice = 13,
  HighPrice = 14,
  YearHigh = 15,
  YearLow = 16,
  LowerCircuit = 17,
  UpperCircuit = 18,
  OpenPrice = 19,
  PreviousClose = 20,
};
enum class IndexField : std::uint8_t {
  LastPrice = 0,
  PreviousClose = 1,
  FeedTime = 2,
  HighPrice = 3,
  LowPrice = 4,
  OpenPrice = 5,
  YearHigh = 6,
  YearLow = 7,
};
// Each of five levels, the best first: level 2 of AskPrice is field 5 + 2.
enum class DepthField : std::uint8_t {
  BidPrice = 0,
  AskPrice = 5,
  BidSize = 10,
  AskSize = 15,
  BidOrders = 20,
  AskOrders = 25,
};
inline constexpr std::size_t kFieldsMost = 30;

// A topic that was asked for, and what is known of it.
class Topic {
 public:
  TopicKind kind() const { return kind_; }
  const std::string& name() const { return name_; }      // "sf|nse_cm|3045"
  const std::string& symbol() const { return symbol_; }  // The venue's own: "SBIN-EQ".
  InstrumentId instrument() const { return instrument_; }

  // None: not told, or not above 0, which is how the venue writes that there is none.
  Maybe<Price> price(ScripField field) const { return price_at(static_cast<unsigned>(field)); }
  Maybe<Price> price(IndexField field) const { return price_at(static_cast<unsigned>(field)); }
  Maybe<Price> price(DepthField field, unsigned level) const {
    return price_at(static_cast<unsigned>(field) + level);
  }
  // None: not told, or below 0.
  Maybe<Quantity> quantity(ScripField field) const {
    return quantity_at(static_cast<unsigned>(field));
  }
  Maybe<Quantity> quantity(DepthField field, unsigned level) const {
    return quantity_at(static_cast<unsigned>(field) + level);
  }
  std::optional<Timestamp> time(ScripField field) const {
    return time_at(static_cast<unsigned>(field));
  }
  std::optional<Timestamp> time(IndexField field) const {
    return time_at(static_cast<unsigned>(field));
  }
  // As the venue sent it.
  std::optional<std::int32_t> raw(unsigned field) const {
    if (field >= kFieldsMost || (known_ >> field & 1) == 0) return std::nullopt;
    return fields_[field];
  }

 private:
  friend class DataFrames;

  Maybe<Price> price_at(unsigned field) const;
  Maybe<Quantity> quantity_at(unsigned field) const;
  std::optional<Timestamp> time_at(unsigned field) const;

  TopicKind kind_{};
  std::string name_;
  std::string symbol_;
  InstrumentId instrument_{};
  std::array<std::int32_t, kFieldsMost> fields_{};
  std::uint32_t known_ = 0;  // A bit a field.
  // A price is raw x factor_ / divisor_ counts of 1e-8, a half away from zero. Cash of two decimals
  // and multiplier 1: 1'000'000 / 1. One of them is 1 unless a price can have more than eight
  // decimals, which no exchange of India has; such a price is counted as InexactPrice.
  std::int64_t factor_ = 0;
  std::int64_t divisor_ = 1;
  std::optional<std::uint16_t> id_;  // What the venue calls it on this connection.
};

enum class UpdateKind : std::uint8_t { Snapshot = 1, Update, Lite };

// What an item of a frame said of a topic. `topic` holds the state after the whole frame; where two
// items of it are of one topic, `last_price` is still the one of this item.
struct DataUpdate {
  const Topic* topic = nullptr;
  Maybe<Price> last_price;    // None: not told, of a depth, or not above 0.
  std::uint32_t told = 0;     // A bit for each field that the item has a value of.
  std::uint32_t changed = 0;  // Those that are other than they were.
  UpdateKind kind{};

  bool has(ScripField field) const { return (told >> static_cast<unsigned>(field) & 1) != 0; }
  bool has(IndexField field) const { return (told >> static_cast<unsigned>(field) & 1) != 0; }
};

enum class FrameKind : std::uint8_t {
  None = 0,  // Nothing could be read.
  Connect = 1,
  Subscribe = 4,
  Unsubscribe = 5,
  Data = 6,
  Pause = 7,
  Resume = 8,
  Mode = 12,
  Other = 255,  // One that this program has no use for.
};

struct FrameRead {
  FrameKind kind{};
  bool ok = false;  // The venue's word: 'K'. Of data: there was no flaw.
  // The venue wants this message number acknowledged now.
  std::optional<std::uint32_t> acknowledge;
};

enum class FrameFlaw : std::uint8_t {
  Truncated = 0,   // It ends within a field.
  UnknownFrame,    // A type that is not in the protocol.
  BadControl,      // A control frame without the field that says K or N.
  UnknownItem,     // Neither S, U nor L; where the next one begins is not known.
  CountTooHigh,    // Fewer items than it said.
  CountTooLow,     // Bytes behind the last item.
  NeverAnnounced,  // U or L of a topic id without a snapshot on this connection.
  NotAsked,        // A snapshot of a topic that nobody wanted.
  IdReused,        // A snapshot gives the id of one topic to another.
  MoreFields,      // More fields than are known; the first ones count.
  NoFields,        // An update of nothing.
  BadScale,        // Multiplier 0, or more than 18 decimals.
  InexactPrice,    // More than eight decimals; rounded, a half away from zero.
  LiteOfDepth,     // There is no such thing.
};
inline constexpr std::size_t kFrameFlaws = 14;
std::string_view to_text(FrameFlaw flaw);

class DataFrames {
 public:
  DataFrames();

  // A topic that will be subscribed: "sf|...", "if|..." or "dp|...". False: it is none of these.
  // Twice: the second instrument holds. Not while updates of the last read are still looked at.
  bool want(std::string_view name, InstrumentId instrument);
  void no_longer_want(std::string_view name);

  // A new connection: ids, acknowledgement counts and values of the last one are forgotten.
  void connected();

  FrameRead read(std::string_view frame, std::vector<DataUpdate>& updates);

  std::uint64_t flaws(FrameFlaw flaw) const { return flaws_[static_cast<std::size_t>(flaw)]; }
  std::uint64_t flaws() const;
  std::uint64_t frames() const { return frames_; }

  // Null: not wanted.
  const Topic* find(std::string_view name) const;
  std::size_t wanted() const { return topics_.size(); }

 private:
  class Bytes;
  void count(FrameFlaw flaw) { ++flaws_[static_cast<std::size_t>(flaw)]; }
  FrameRead read_control(FrameKind kind, Bytes& bytes);
  FrameRead read_data(Bytes& bytes, std::vector<DataUpdate>& updates);
  bool read_item(Bytes& bytes, std::vector<DataUpdate>& updates);
  bool read_snapshot(Bytes& bytes, std::vector<DataUpdate>& updates);
  bool read_update(Bytes& bytes, std::vector<DataUpdate>& updates);
  bool read_lite(Bytes& bytes, std::vector<DataUpdate>& updates);
  void take(Topic& topic, std::string_view values, UpdateKind kind,
            std::vector<DataUpdate>& updates);
  Topic* announced(std::uint16_t id);
  void bind(Topic& topic, std::uint16_t id);
  void forget(Topic& topic);

  std::map<std::string, Topic, std::less<>> topics_;  // Nodes stay where they are.
  std::vector<Topic*> by_id_;                         // By the venue's number; null: not given.
  std::array<std::uint64_t, kFrameFlaws> flaws_{};
  std::uint64_t frames_ = 0;
  std::uint32_t acknowledge_every_ = 0;  // 0: not wished.
  std::uint32_t since_acknowledged_ = 0;
};

}  // namespace tranchet::fyers
