#include "adapters/fyers/data_requests.h"

#include <algorithm>
#include <array>

#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

constexpr std::size_t kLongest = 65'535;  // Of a field and of a frame.

// Numbers are big-endian.
void append_number(std::string& out, std::uint64_t number, unsigned width) {
  for (unsigned byte = width; byte-- > 0;) out += static_cast<char>(number >> (8 * byte) & 0xFF);
}

// A length, a type, a count of fields; each an id, a length, bytes.
class Frame {
 public:
  explicit Frame(std::uint8_t type) { append_number(text_, type, 1); }
  Frame& field(std::uint8_t id, std::string_view value) {
    ENSURE(value.size() <= kLongest);
    append_number(fields_, id, 1);
    append_number(fields_, value.size(), 2);
    fields_ += value;
    ++count_;
    return *this;
  }
  std::string done() {
    append_number(text_, count_, 1);
    text_ += fields_;
    std::string frame;
    // Of what follows; a frame of the most topics passes 16 bits by a few bytes, and nobody reads
    // it.
    append_number(frame, text_.size() & 0xFFFF, 2);
    frame += text_;
    wipe(text_.data(), text_.size());
    wipe(fields_.data(), fields_.size());
    return frame;
  }

 private:
  std::string text_;
  std::string fields_;
  std::uint8_t count_ = 0;
};

std::string number_text(std::uint64_t number, unsigned width) {
  std::string text;
  append_number(text, number, width);
  return text;
}

std::vector<std::string> topic_frames(std::uint8_t type, std::span<const std::string> topics,
                                      std::uint8_t channel) {
  std::vector<std::string> frames;
  std::size_t at = 0;
  while (at < topics.size()) {
    std::string list;
    std::size_t count = 0;
    for (; at < topics.size() && count < kTopicsOfFrame; ++at, ++count) {
      const std::string& topic = topics[at];
      ENSURE(!topic.empty() && topic.size() <= 255);
      if (2 + list.size() + 1 + topic.size() > kLongest - 64) break;
      append_number(list, topic.size(), 1);
      list += topic;
    }
    frames.push_back(Frame(type)
                         .field(1, number_text(count, 2) + list)
                         .field(2, number_text(channel, 1))
                         .done());
  }
  return frames;
}

struct Segment {
  std::string_view prefix;  // Exchange and segment, as a token begins.
  std::string_view name;
};
constexpr auto kSegments = std::to_array<Segment>({
    {"1010", "nse_cm"},
    {"1011", "nse_fo"},
    {"1012", "cde_fo"},
    {"1020", "nse_com"},
    {"1120", "mcx_fo"},
    {"1210", "bse_cm"},
    {"1211", "bse_fo"},
    {"1212", "bcs_fo"},
});

struct IndexName {
  std::string_view symbol;
  std::string_view name;
};
// Indices go by a name of their own on the stream; others by the bare name of the symbol.
constexpr auto kIndexNames = std::to_array<IndexName>({
    {"NSE:NIFTY50-INDEX", "Nifty 50"},
    {"NSE:NIFTYBANK-INDEX", "Nifty Bank"},
    {"NSE:FINNIFTY-INDEX", "Nifty Fin Service"},
    {"NSE:MIDCPNIFTY-INDEX", "NIFTY MID SELECT"},
    {"NSE:INDIAVIX-INDEX", "India VIX"},
    {"BSE:SENSEX-INDEX", "SENSEX"},
    {"BSE:BANKEX-INDEX", "BANKEX"},
});
constexpr std::string_view kIndexEnding = "-INDEX";

// "NSE:NIFTY50-INDEX" is "NIFTY50".
std::string_view bare_index(std::string_view symbol) {
  symbol.remove_prefix(symbol.find(':') + 1);
  symbol.remove_suffix(kIndexEnding.size());
  return symbol;
}

}  // namespace

Secret connect_frame(std::string_view hsm_key, std::string_view source) {
  std::string frame = Frame(1)
                          .field(1, hsm_key)
                          .field(2, "P")
                          .field(3, number_text(1, 1))  // The names of the fields, please.
                          .field(4, source)
                          .done();
  Secret secret(frame);
  wipe(frame.data(), frame.size());
  return secret;
}

std::string acknowledge_frame(std::uint32_t message) {
  return Frame(3).field(1, number_text(message, 4)).done();
}

std::vector<std::string> subscribe_frames(std::span<const std::string> topics,
                                          std::uint8_t channel) {
  return topic_frames(4, topics, channel);
}

std::vector<std::string> unsubscribe_frames(std::span<const std::string> topics,
                                            std::uint8_t channel) {
  return topic_frames(5, topics, channel);
}

std::string pause_frame(std::uint64_t channels) {
  return Frame(7).field(1, number_text(channels, 8)).done();
}

std::string resume_frame(std::uint64_t channels) {
  return Frame(8).field(1, number_text(channels, 8)).done();
}

std::string mode_frame(std::uint64_t channels, bool lite) {
  return Frame(12).field(1, number_text(channels, 8)).field(2, lite ? "L" : "F").done();
}

std::string ping_frame() {
  return {'\x00', '\x01', '\x0b'};
}

bool is_index(std::string_view symbol) {
  return symbol.ends_with(kIndexEnding);
}

std::expected<std::string, std::string> topic_name(std::string_view symbol,
                                                   std::string_view fy_token, TopicKind kind) {
  const auto fail = [&](std::string_view why) {
    return std::unexpected(std::string(symbol) + ", token \"" + std::string(fy_token) +
                           "\": " + std::string(why));
  };
  if (fy_token.size() < 11 || fy_token.size() > 24 ||
      fy_token.find_first_not_of("0123456789") != std::string_view::npos) {
    return fail("is not a token");
  }
  const auto segment = std::ranges::find(kSegments, fy_token.substr(0, 4), &Segment::prefix);
  if (segment == kSegments.end()) return fail("is of no known exchange and segment");
  const std::string behind = "|" + std::string(segment->name) + "|";
  if (!is_index(symbol)) {
    if (kind == TopicKind::Index) return fail("is not an index");
    return (kind == TopicKind::Depth ? "dp" : "sf") + behind + std::string(fy_token.substr(10));
  }
  if (kind == TopicKind::Depth) return fail("an index has no depth");
  const auto named = std::ranges::find(kIndexNames, symbol, &IndexName::symbol);
  return "if" + behind + std::string(named == kIndexNames.end() ? bare_index(symbol) : named->name);
}

}  // namespace tranchet::fyers
