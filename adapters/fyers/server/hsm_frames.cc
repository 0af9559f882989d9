#include "adapters/fyers/server/hsm_frames.h"

#include "adapters/venue_server/json_text.h"
#include "events/ensure.h"

namespace tranchet::fyers_venue {
namespace {

using venue_server::json_array;
using venue_server::json_string;
using venue_server::JsonObject;

void put_u8(std::string& out, std::size_t value) {
  out += static_cast<char>(value & 0xFF);
}
void put_u16(std::string& out, std::size_t value) {
  put_u8(out, value >> 8);
  put_u8(out, value);
}
void put_u32(std::string& out, std::uint32_t value) {
  put_u16(out, value >> 16);
  put_u16(out, value & 0xFFFF);
}
void put_short(std::string& out, std::string_view text) {  // Its length first.
  ENSURE(text.size() <= 255);
  put_u8(out, text.size());
  out += text;
}
void put_field(std::string& out, std::uint8_t id, std::string_view bytes) {
  ENSURE(bytes.size() <= 0xFFFF);
  put_u8(out, id);
  put_u16(out, bytes.size());
  out += bytes;
}
std::string framed(const std::string& body) {
  std::string frame;
  ENSURE(body.size() <= 0xFFFF);
  put_u16(frame, body.size());
  return frame + body;
}

// Reads what a client wrote; past the end it gives nothing, and says so.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char byte : take(size)) value = (value << 8) | static_cast<unsigned char>(byte);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

bool read_topics(std::string_view bytes, std::vector<std::string>& topics) {
  Reader reader(bytes);
  const std::uint64_t count = reader.number(2);
  for (std::uint64_t index = 0; index < count && !reader.failed(); ++index) {
    topics.emplace_back(reader.take(reader.number(1)));
  }
  return !reader.failed();
}

bool read_field(ClientFrame& frame, std::uint64_t id, std::string_view bytes) {
  const std::uint64_t value = bytes.size() <= 8 ? Reader(bytes).number(bytes.size()) : 0;
  switch (frame.type) {
    case FrameType::Connect:
      if (id == 1) frame.key = bytes;
      if (id == 4) frame.source = bytes;
      return true;
    case FrameType::Acknowledge:
      if (id == 1) frame.number = static_cast<std::uint32_t>(value);
      return true;
    case FrameType::Subscribe:
    case FrameType::Unsubscribe:
      if (id == 1) return read_topics(bytes, frame.topics);
      if (id == 2) frame.channel = static_cast<std::uint8_t>(value);
      return true;
    case FrameType::Pause:
    case FrameType::Resume:
      if (id == 1) frame.channels = value;
      return true;
    case FrameType::Mode:
      if (id == 1) frame.channels = value;
      if (id == 2) frame.mode = static_cast<std::uint8_t>(value);
      return true;
    case FrameType::Data:
    case FrameType::Ping:
      break;
  }
  return true;
}

bool is_known(std::uint64_t type) {
  return (type >= 3 && type <= 5) || type == 1 || type == 7 || type == 8 || type == 11 ||
         type == 12;
}

// ---- The schema.

struct SchemaField {
  std::string_view id;
  std::string_view name;
  char kind;  // 'p' a price, 'n' a number, 't' a time.
};
constexpr auto kFields = std::to_array<SchemaField>({{"s100", "ftm0", 't'},
                                                     {"s101", "dtm1", 't'},
                                                     {"s102", "fdtm", 't'},
                                                     {"s103", "ltt", 't'},
                                                     {"s104", "v", 'n'},
                                                     {"s105", "ltp", 'p'},
                                                     {"s106", "ltq", 'n'},
                                                     {"s107", "tbq", 'n'},
                                                     {"s108", "tsq", 'n'},
                                                     {"s109", "bp", 'p'},
                                                     {"s110", "sp", 'p'},
                                                     {"s111", "bq", 'n'},
                                                     {"s112", "bs", 'n'},
                                                     {"s113", "ap", 'p'},
                                                     {"s114", "lo", 'p'},
                                                     {"s115", "h", 'p'},
                                                     {"s116", "lcl", 'p'},
                                                     {"s117", "ucl", 'p'},
                                                     {"s118", "yh", 'p'},
                                                     {"s119", "yl", 'p'},
                                                     {"s120", "op", 'p'},
                                                     {"s121", "c", 'p'},
                                                     {"s122", "oi", 'n'},
                                                     {"i102", "iv", 'p'},
                                                     {"i103", "ic", 'p'},
                                                     {"i104", "tvalue", 't'},
                                                     {"i105", "highPrice", 'p'},
                                                     {"i106", "lowPrice", 'p'},
                                                     {"i107", "openingPrice", 'p'},
                                                     {"i108", "yh", 'p'},
                                                     {"i109", "yl", 'p'},
                                                     {"f101", "cng", 'p'},
                                                     {"f102", "nc", 'n'},
                                                     {"f103", "to", 'n'},
                                                     {"f104", "cng", 'p'},
                                                     {"f105", "nc", 'n'},
                                                     {"d102", "bp", 'p'},
                                                     {"d103", "bp1", 'p'},
                                                     {"d104", "bp2", 'p'},
                                                     {"d105", "bp3", 'p'},
                                                     {"d106", "bp4", 'p'},
                                                     {"d107", "sp", 'p'},
                                                     {"d108", "sp1", 'p'},
                                                     {"d109", "sp2", 'p'},
                                                     {"d110", "sp3", 'p'},
                                                     {"d111", "sp4", 'p'},
                                                     {"d112", "bq", 'n'},
                                                     {"d113", "bq1", 'n'},
                                                     {"d114", "bq2", 'n'},
                                                     {"d115", "bq3", 'n'},
                                                     {"d116", "bq4", 'n'},
                                                     {"d117", "bs", 'n'},
                                                     {"d118", "bs1", 'n'},
                                                     {"d119", "bs2", 'n'},
                                                     {"d120", "bs3", 'n'},
                                                     {"d121", "bs4", 'n'},
                                                     {"d122", "bno1", 'n'},
                                                     {"d123", "bno2", 'n'},
                                                     {"d124", "bno3", 'n'},
                                                     {"d125", "bno4", 'n'},
                                                     {"d126", "bno5", 'n'},
                                                     {"d127", "sno1", 'n'},
                                                     {"d128", "sno2", 'n'},
                                                     {"d129", "sno3", 'n'},
                                                     {"d130", "sno4", 'n'},
                                                     {"d131", "sno5", 'n'}});

std::string names(char letter, std::span<const int> numbers) {
  std::vector<std::string> items;
  for (const int number : numbers) {
    items.push_back(json_string(letter + std::to_string(number)));
  }
  return json_array(items);
}

std::string schema() {
  constexpr int kScrip[] = {105, 104, 103, 102, 111, 112, 109, 110, 106, 107, 108,
                            113, 122, 114, 115, 118, 119, 116, 117, 120, 121};
  constexpr int kIndex[] = {102, 103, 104, 105, 106, 107, 108, 109};
  std::vector<int> depth;
  for (int number = 102; number <= 131; ++number) depth.push_back(number);
  std::vector<std::string> fields;
  for (const SchemaField& field : kFields) {
    const std::string_view type = field.kind == 'p'   ? "ConvNumber"
                                  : field.kind == 'n' ? "Number"
                                                      : "timestamp";
    fields.push_back(JsonObject()
                         .text("fid", field.id)
                         .text("fld", field.name)
                         .text("dataType", type)
                         .text("type", "Number")
                         .text("details", "")
                         .str());
  }
  return JsonObject()
      .text("version", "1.0.0")
      .text("protocol", "1.0.0")
      .json("fields", json_array(fields))
      .json("scrip", names('s', kScrip))
      .json("index", names('i', kIndex))
      .json("depth", names('d', depth))
      .json("scrip_lite", R"({"hfid":1})")
      .json("index_lite", R"({"hfid":1})")
      .str();
}

void put_values(std::string& out, std::span<const std::int32_t> values) {
  put_u8(out, values.size());
  for (const std::int32_t value : values) put_u32(out, static_cast<std::uint32_t>(value));
}

}  // namespace

std::optional<ClientFrame> read_client_frame(std::string_view bytes) {
  Reader reader(bytes);
  reader.take(2);
  const std::uint64_t type = reader.number(1);
  if (reader.failed() || !is_known(type)) return std::nullopt;
  ClientFrame frame;
  frame.type = static_cast<FrameType>(type);
  if (frame.type == FrameType::Ping) return frame;
  const std::uint64_t fields = reader.number(1);
  for (std::uint64_t index = 0; index < fields && !reader.failed(); ++index) {
    const std::uint64_t id = reader.number(1);
    const std::string_view value = reader.take(reader.number(2));
    if (!reader.failed() && !read_field(frame, id, value)) return std::nullopt;
  }
  if (reader.failed()) return std::nullopt;
  return frame;
}

std::string control_frame(FrameType type, bool is_ok) {
  std::string body;
  put_u8(body, static_cast<std::size_t>(type));
  put_u8(body, 1);
  put_field(body, 1, is_ok ? "K" : "N");
  return framed(body);
}

std::string connected_frame(std::uint32_t acknowledge_every) {
  std::string body;
  put_u8(body, static_cast<std::size_t>(FrameType::Connect));
  put_u8(body, 3);
  put_field(body, 1, "K");
  std::string count;
  put_u32(count, acknowledge_every);
  put_field(body, 2, count);
  put_field(body, 3, schema());
  return framed(body);
}

std::string refused_frame() {
  return control_frame(FrameType::Connect, false);
}

std::string snapshot_item(const TopicSnapshot& snapshot) {
  std::string item = "S";
  put_u16(item, snapshot.topic_id);
  put_short(item, snapshot.topic);
  put_values(item, snapshot.values);
  put_u16(item, 0);
  put_u16(item, 1);  // Multiplier.
  put_u8(item, snapshot.precision);
  put_short(item, snapshot.segment);
  put_short(item, snapshot.token);
  put_short(item, snapshot.symbol);
  return item;
}

std::string update_item(std::uint16_t topic_id, std::span<const std::int32_t> values) {
  std::string item = "U";
  put_u16(item, topic_id);
  put_values(item, values);
  return item;
}

std::string lite_item(std::uint16_t topic_id, std::int32_t last) {
  std::string item = "L";
  put_u16(item, topic_id);
  put_u32(item, static_cast<std::uint32_t>(last));
  return item;
}

std::string data_frame(std::uint32_t number, std::span<const std::string> items) {
  std::string body;
  put_u8(body, static_cast<std::size_t>(FrameType::Data));
  put_u32(body, number);
  put_u16(body, items.size());
  for (const std::string& item : items) body += item;
  return framed(body);
}

}  // namespace tranchet::fyers_venue
