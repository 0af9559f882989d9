// The binary frames of the data stream, the venue's side. Big-endian; one WebSocket message each.
//
//   control: u16 length | u8 type | u8 fields | { u8 id | u16 size | bytes }*
//   data:    u16 length | u8 6 | u32 number | u16 items | item*
//   item:    'S' snapshot, 'U' update by position, 'L' the last price alone
//
// Source: hslib.js of the published client, and frames captured from it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet::fyers_venue {

enum class FrameType : std::uint8_t {
  Connect = 1,
  Acknowledge = 3,
  Subscribe = 4,
  Unsubscribe = 5,
  Data = 6,
  Pause = 7,
  Resume = 8,
  Ping = 11,
  Mode = 12,
};

// What a client has sent. Which of the fields count depends on the type.
struct ClientFrame {
  FrameType type{};
  std::string key;                  // Connect.
  std::string source;               // Connect.
  std::vector<std::string> topics;  // Subscribe, Unsubscribe.
  std::uint8_t channel = 11;        // The same.
  std::uint64_t channels = 0;       // Pause, Resume, Mode: bit n is channel n.
  std::uint8_t mode = 0;            // Mode: 'F' or 'L'.
  std::uint32_t number = 0;         // Acknowledge.
};
// Nullopt: no such frame. The length it begins with is not looked at: half of the clients put
// something else there.
std::optional<ClientFrame> read_client_frame(std::string_view bytes);

// {'K'} or {'N'} of a type.
std::string control_frame(FrameType type, bool is_ok);
// With the schema that clients read data by; an acknowledgement is wanted of every so many frames.
std::string connected_frame(std::uint32_t acknowledge_every);
std::string refused_frame();

inline constexpr std::int32_t kUnchanged = INT32_MIN;

struct TopicSnapshot {
  std::uint16_t topic_id = 0;
  std::string_view topic;  // "sf|nse_cm|3045"
  std::span<const std::int32_t> values;
  std::uint8_t precision = 2;
  std::string_view segment;  // "nse_cm"
  std::string_view token;    // "3045", "Nifty 50"
  std::string_view symbol;   // "SBIN-EQ"
};
std::string snapshot_item(const TopicSnapshot& snapshot);
std::string update_item(std::uint16_t topic_id, std::span<const std::int32_t> values);
std::string lite_item(std::uint16_t topic_id, std::int32_t last);
std::string data_frame(std::uint32_t number, std::span<const std::string> items);

}  // namespace tranchet::fyers_venue
