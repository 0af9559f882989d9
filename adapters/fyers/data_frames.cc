#include "adapters/fyers/data_frames.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace tranchet::fyers {
namespace {

constexpr std::uint32_t kUnchanged = 0x8000'0000;
constexpr unsigned kDecimalsMost = 18;

struct Layout {
  std::string_view prefix;
  TopicKind kind;
  std::size_t fields;
};
constexpr auto kLayouts = std::to_array<Layout>({
    {"sf|", TopicKind::Scrip, 21},
    {"if|", TopicKind::Index, 8},
    {"dp|", TopicKind::Depth, 30},
});

constexpr std::size_t fields_of(TopicKind kind) {
  return kLayouts[static_cast<std::size_t>(kind) - 1].fields;
}
static_assert(fields_of(TopicKind::Scrip) == 21 && fields_of(TopicKind::Depth) == kFieldsMost);

// A bit for each field that is a price.
constexpr std::uint32_t prices_of(TopicKind kind) {
  constexpr auto bit = [](auto field) { return std::uint32_t{1} << static_cast<unsigned>(field); };
  switch (kind) {
    case TopicKind::Scrip:
      return bit(ScripField::LastPrice) | bit(ScripField::BidPrice) | bit(ScripField::AskPrice) |
             bit(ScripField::AveragePrice) | bit(ScripField::LowPrice) |
             bit(ScripField::HighPrice) | bit(ScripField::YearHigh) | bit(ScripField::YearLow) |
             bit(ScripField::LowerCircuit) | bit(ScripField::UpperCircuit) |
             bit(ScripField::OpenPrice) | bit(ScripField::PreviousClose);
    case TopicKind::Index:
      return 0xFF & ~bit(IndexField::FeedTime);
    case TopicKind::Depth:
      return 0x3FF;
  }
  return 0;
}

// Four bytes, wherever they lie.
std::uint32_t number_at(const char* bytes) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return std::endian::native == std::endian::little ? __builtin_bswap32(number) : number;
}

}  // namespace

// What is left of a frame. A read behind its end gives zeros and is remembered.
class DataFrames::Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t number(std::size_t width) {
    const std::string_view part = take(width);
    std::uint32_t value = 0;
    for (const char byte : part) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }
  std::string_view text(std::size_t width) { return take(width); }
  bool at_end() const { return bytes_.empty(); }
  bool is_cut() const { return is_cut_; }

 private:
  std::string_view take(std::size_t width) {
    if (is_cut_ || bytes_.size() < width) {
      is_cut_ = true;
      return {};
    }
    const std::string_view part = bytes_.substr(0, width);
    bytes_.remove_prefix(width);
    return part;
  }

  std::string_view bytes_;
  bool is_cut_ = false;
};

std::string_view to_text(FrameFlaw flaw) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"truncated", "unknown frame", "bad control frame", "unknown item", "count too high",
       "count too low", "topic never announced", "topic not asked for", "topic id reused",
       "more fields than known", "no fields", "bad scale", "inexact price",
       "lite update of depth"});
  static_assert(kNames.size() == kFrameFlaws);
  return kNames[static_cast<std::size_t>(flaw)];
}

// ---- Topics.

// A count of 32 bits times 1e8 stays below 2^63.
Maybe<Price> Topic::price_at(unsigned field) const {
  const auto value = raw(field);
  if (!value || *value <= 0 || factor_ == 0) return std::nullopt;
  const std::int64_t scaled = *value * factor_;
  if (divisor_ == 1) return Price::from_raw(scaled);
  const Price price = Price::from_wide(divide_half_away(scaled, divisor_));
  return price.is_positive() ? Maybe<Price>(price) : Maybe<Price>();
}

Maybe<Quantity> Topic::quantity_at(unsigned field) const {
  const auto value = raw(field);
  if (!value || *value < 0) return std::nullopt;
  return Quantity::from_raw(*value * kDecimalOne);
}

// Seconds since 1970, of 32 bits without a sign.
std::optional<Timestamp> Topic::time_at(unsigned field) const {
  const auto value = raw(field);
  if (!value || *value == 0) return std::nullopt;
  return Timestamp() + Duration::seconds(static_cast<std::uint32_t>(*value));
}

DataFrames::DataFrames() = default;

bool DataFrames::want(std::string_view name, InstrumentId instrument) {
  const auto layout = std::ranges::find_if(
      kLayouts, [name](const Layout& each) { return name.starts_with(each.prefix); });
  if (layout == kLayouts.end() || name.size() == layout->prefix.size() || name.size() > 255) {
    return false;
  }
  const auto [at, is_new] = topics_.try_emplace(std::string(name));
  at->second.instrument_ = instrument;
  if (!is_new) return true;
  at->second.name_ = name;
  at->second.kind_ = layout->kind;
  return true;
}

void DataFrames::no_longer_want(std::string_view name) {
  const auto at = topics_.find(name);
  if (at == topics_.end()) return;
  forget(at->second);
  topics_.erase(at);
}

void DataFrames::forget(Topic& topic) {
  if (topic.id_) by_id_[*topic.id_] = nullptr;
  topic.id_.reset();
  topic.known_ = 0;
  topic.factor_ = 0;
}

void DataFrames::connected() {
  for (auto& [name, topic] : topics_) forget(topic);
  acknowledge_every_ = 0;
  since_acknowledged_ = 0;
}

std::uint64_t DataFrames::flaws() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t each : flaws_) sum += each;
  return sum;
}

const Topic* DataFrames::find(std::string_view name) const {
  const auto at = topics_.find(name);
  return at == topics_.end() ? nullptr : &at->second;
}

Topic* DataFrames::announced(std::uint16_t id) {
  Topic* const topic = id < by_id_.size() ? by_id_[id] : nullptr;
  if (topic == nullptr) count(FrameFlaw::NeverAnnounced);
  return topic;
}

void DataFrames::bind(Topic& topic, std::uint16_t id) {
  if (by_id_.size() <= id) by_id_.resize(std::size_t{id} + 1);
  Topic* const before = by_id_[id];
  if (before != nullptr && before != &topic) {
    count(FrameFlaw::IdReused);
    forget(*before);
  }
  if (topic.id_ && *topic.id_ != id) by_id_[*topic.id_] = nullptr;
  topic.id_ = id;
  by_id_[id] = &topic;
}

// ---- Frames.

FrameRead DataFrames::read(std::string_view frame, std::vector<DataUpdate>& updates) {
  updates.clear();
  ++frames_;
  Bytes bytes(frame);
  bytes.u16();  // The length, which some get wrong.
  const std::uint8_t type = bytes.u8();
  if (bytes.is_cut()) {
    count(FrameFlaw::Truncated);
    return {};
  }
  switch (type) {
    case 6:
      return read_data(bytes, updates);
    case 1:
    case 4:
    case 5:
    case 7:
    case 8:
    case 12:
      return read_control(static_cast<FrameKind>(type), bytes);
    case 2:   // Throttling,
    case 3:   // an acknowledgement,
    case 9:   // a snapshot that was asked for,
    case 10:  // an option chain,
    case 11:  // a ping,
    case 13:  // a buffer of a channel: nothing that was asked for here.
      return {.kind = FrameKind::Other};
    default:
      count(FrameFlaw::UnknownFrame);
      return {};
  }
}

// Fields as id, length and bytes: 1 is K or N, 2 of a connection how many data frames may pass
// before one is acknowledged. Others, such as the names of all fields, are passed over.
FrameRead DataFrames::read_control(FrameKind kind, Bytes& bytes) {
  FrameRead result{.kind = kind};
  const std::uint8_t fields = bytes.u8();
  bool is_said = false;
  std::uint32_t every = 0;
  for (unsigned field = 0; field < fields && !bytes.is_cut(); ++field) {
    const std::uint8_t id = bytes.u8();
    const std::string_view value = bytes.text(bytes.u16());
    if (bytes.is_cut()) break;
    if (id == 1 && value.size() == 1) {
      is_said = true;
      result.ok = value == "K";
    } else if (id == 2 && value.size() == 4) {
      every = Bytes(value).u32();
    }
  }
  if (bytes.is_cut()) count(FrameFlaw::Truncated);
  if (!is_said) count(FrameFlaw::BadControl);
  if (kind == FrameKind::Connect) {
    connected();
    acknowledge_every_ = every;
  }
  return result;
}

FrameRead DataFrames::read_data(Bytes& bytes, std::vector<DataUpdate>& updates) {
  const std::uint64_t flaws_before = flaws();
  const std::uint32_t message = bytes.u32();
  const std::uint16_t items = bytes.u16();
  if (bytes.is_cut()) {
    count(FrameFlaw::Truncated);
    return {.kind = FrameKind::Data};
  }
  bool can_go_on = true;
  for (unsigned item = 0; item < items && can_go_on; ++item) {
    if (bytes.at_end()) {
      count(FrameFlaw::CountTooHigh);
      break;
    }
    can_go_on = read_item(bytes, updates);
  }
  if (can_go_on && !bytes.at_end()) count(FrameFlaw::CountTooLow);
  FrameRead result{.kind = FrameKind::Data, .ok = flaws() == flaws_before};
  if (acknowledge_every_ > 0 && ++since_acknowledged_ >= acknowledge_every_) {
    since_acknowledged_ = 0;
    result.acknowledge = message;
  }
  return result;
}

// False: where the next item begins is not known.
bool DataFrames::read_item(Bytes& bytes, std::vector<DataUpdate>& updates) {
  bool is_known = true;
  switch (bytes.u8()) {
    case 'S':
      is_known = read_snapshot(bytes, updates);
      break;
    case 'U':
      is_known = read_update(bytes, updates);
      break;
    case 'L':
      is_known = read_lite(bytes, updates);
      break;
    default:
      count(FrameFlaw::UnknownItem);
      return false;
  }
  if (!is_known) count(FrameFlaw::Truncated);
  return is_known;
}

// The three below are false where the frame ends within the item, which then counts for nothing.

bool DataFrames::read_snapshot(Bytes& bytes, std::vector<DataUpdate>& updates) {
  const std::uint16_t id = bytes.u16();
  const std::string_view name = bytes.text(bytes.u8());
  const std::string_view values = bytes.text(bytes.u8() * std::size_t{4});
  bytes.u16();
  const std::uint16_t multiplier = bytes.u16();
  const std::uint8_t decimals = bytes.u8();
  bytes.text(bytes.u8());  // The exchange's segment and token: the name has them.
  bytes.text(bytes.u8());
  const std::string_view symbol = bytes.text(bytes.u8());
  if (bytes.is_cut()) return false;

  const auto at = topics_.find(name);
  if (at == topics_.end()) {
    // The id is another topic's from now on, whether we want that one or not.
    if (id < by_id_.size() && by_id_[id] != nullptr) {
      count(FrameFlaw::IdReused);
      forget(*by_id_[id]);
    }
    count(FrameFlaw::NotAsked);
    return true;
  }
  Topic& topic = at->second;
  bind(topic, id);
  if (topic.symbol_ != symbol) topic.symbol_ = symbol;
  topic.factor_ = 0;
  topic.divisor_ = 1;
  if (multiplier == 0 || decimals > kDecimalsMost) {
    count(FrameFlaw::BadScale);
  } else {
    Int128 divisor = multiplier;
    for (unsigned place = 0; place < decimals; ++place) divisor *= 10;
    if (kDecimalOne % divisor == 0) {
      topic.factor_ = static_cast<std::int64_t>(kDecimalOne / divisor);
    } else if (divisor <= std::numeric_limits<std::int64_t>::max()) {
      topic.factor_ = kDecimalOne;
      topic.divisor_ = static_cast<std::int64_t>(divisor);
    } else {
      count(FrameFlaw::BadScale);
    }
  }
  const std::uint32_t known_before = topic.known_;
  topic.known_ = 0;
  take(topic, values, UpdateKind::Snapshot, updates);
  // What a snapshot leaves out is not known any more, and that is a change.
  updates.back().changed |= known_before & ~topic.known_;
  return true;
}

bool DataFrames::read_update(Bytes& bytes, std::vector<DataUpdate>& updates) {
  const std::uint16_t id = bytes.u16();
  const std::string_view values = bytes.text(bytes.u8() * std::size_t{4});
  if (bytes.is_cut()) return false;
  Topic* const topic = announced(id);
  if (topic != nullptr) take(*topic, values, UpdateKind::Update, updates);
  return true;
}

bool DataFrames::read_lite(Bytes& bytes, std::vector<DataUpdate>& updates) {
  const std::uint16_t id = bytes.u16();
  const std::string_view value = bytes.text(4);
  if (bytes.is_cut()) return false;
  Topic* const topic = announced(id);
  if (topic == nullptr) return true;
  if (topic->kind_ == TopicKind::Depth) {
    count(FrameFlaw::LiteOfDepth);
    return true;
  }
  take(*topic, value, UpdateKind::Lite, updates);
  return true;
}

void DataFrames::take(Topic& topic, std::string_view values, UpdateKind kind,
                      std::vector<DataUpdate>& updates) {
  std::size_t told = values.size() / 4;
  if (told == 0) count(FrameFlaw::NoFields);
  const std::size_t known = fields_of(topic.kind_);
  if (told > known) {
    count(FrameFlaw::MoreFields);
    told = known;
  }
  DataUpdate update{.topic = &topic, .kind = kind};
  for (std::size_t field = 0; field < told; ++field) {
    const std::uint32_t value = number_at(values.data() + 4 * field);
    if (value == kUnchanged) continue;
    const std::uint32_t bit = std::uint32_t{1} << field;
    const auto now = static_cast<std::int32_t>(value);
    update.told |= bit;
    if ((topic.known_ & bit) != 0 && topic.fields_[field] == now) continue;
    update.changed |= bit;
    topic.fields_[field] = now;
  }
  topic.known_ |= update.told;
  if (topic.divisor_ != 1) {
    for (std::uint32_t left = update.changed & prices_of(topic.kind_); left != 0;
         left &= left - 1) {
      const auto field = static_cast<std::size_t>(__builtin_ctz(left));
      if (topic.fields_[field] * topic.factor_ % topic.divisor_ != 0) {
        count(FrameFlaw::InexactPrice);
      }
    }
  }
  if (topic.kind_ != TopicKind::Depth && (update.told & 1) != 0) {
    update.last_price = topic.price(ScripField::LastPrice);  // Field 0, as of an index.
  }
  updates.push_back(update);
}

}  // namespace tranchet::fyers
