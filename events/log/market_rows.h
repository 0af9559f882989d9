// Market events as plain rows of 64-bit words, many to a record: they are nearly all of a log.
//
//   word 0  alternative | aggressor << 8 | instrument << 16 | zero << 32
//   word 1  time
//   then    MarkPrice: price; TradePrinted: price, quantity; BookTop: bid price, bid quantity,
//           ask price, ask quantity
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/event.h"
#include "events/log/event_codec.h"

namespace tranchet {

bool is_market_row(const EventBody& body);

// The words that were written; 0: `room` is too small.
std::size_t encode_market_row(const Event& event, std::span<std::uint64_t> room);

// Appends exactly `count` events from all of `words`, numbered from `first`.
DecodeResult decode_market_rows(std::span<const std::uint64_t> words, std::size_t count,
                                Sequence first, std::vector<Event>& out);

}  // namespace tranchet
