// What we send on the binary market data stream. Source: the published clients' HSM library v1.5.
//
// A connection begins with connect_frame(); after the venue's K come mode_frame(), resume_frame()
// and the subscriptions, and ping_frame() every 30 s. At most 10 frames a second.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/data_frames.h"
#include "adapters/port/secret.h"

namespace tranchet::fyers {

inline constexpr std::uint8_t kChannel = 11;  // What the published clients use. 1 to 30.
inline constexpr std::size_t kTopicsOfFrame = 1'500;
inline constexpr std::size_t kTopicsMost = 5'000;  // Of a user.

// The key is in it: not to be logged.
Secret connect_frame(std::string_view hsm_key, std::string_view source);
std::string acknowledge_frame(std::uint32_t message);
// As many frames as are needed for all topics, each below 64 KiB.
std::vector<std::string> subscribe_frames(std::span<const std::string> topics,
                                          std::uint8_t channel = kChannel);
std::vector<std::string> unsubscribe_frames(std::span<const std::string> topics,
                                            std::uint8_t channel = kChannel);
// Bit n of `channels` is channel n.
std::string pause_frame(std::uint64_t channels);
std::string resume_frame(std::uint64_t channels);
std::string mode_frame(std::uint64_t channels, bool lite);
std::string ping_frame();

// "sf|nse_cm|3045" of "NSE:SBIN-EQ" and its token "10100000003045"; of a symbol that ends with
// -INDEX "if|nse_cm|Nifty 50". The error names symbol and token.
std::expected<std::string, std::string> topic_name(std::string_view symbol,
                                                   std::string_view fy_token,
                                                   TopicKind kind = TopicKind::Scrip);

bool is_index(std::string_view symbol);

}  // namespace tranchet::fyers
