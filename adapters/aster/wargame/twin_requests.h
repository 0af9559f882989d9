// The requests of the core, read back as a venue reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/port/traffic.h"
#include "events/command.h"
#include "events/names.h"

namespace tranchet::aster {

enum class Asked : std::uint8_t {
  Time = 1,
  ExchangeInfo,
  Prices,
  PositionMode,
  ListenKey,
  Other,  // Signed, and answered with {}.
  Orders,
  Amend,
  Cancel,
  Query,
  ForeignOrder,  // By number, of an order that is not ours.
  Positions,
  OpenOrders,
  Balance,
  Trades,
};

struct ReadRequest {
  Asked asked{};
  bool is_batch = false;
  std::vector<Command> commands;  // What a venue can know of them: no tranche, no purpose.
  std::uint64_t nonce = 0;        // 0: not signed.
  std::int64_t number = 0;        // Of a foreign order.
  std::int64_t since = 0;         // Milliseconds.
  InstrumentId instrument{};
  std::uint32_t weight = 0;
};

// The program is wrong where it cannot be read.
ReadRequest read_request(const HttpRequest& request, const Names& names);

// Foreign orders have numbers from here on, ours are below: the OrderId itself.
inline constexpr std::int64_t kForeignOrders = 4'000'000'000'000'000'000;

}  // namespace tranchet::aster
