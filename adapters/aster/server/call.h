// One admitted request on its way to the part of the venue that answers it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/aster/server/account_desk.h"
#include "adapters/aster/server/faults.h"
#include "adapters/aster/server/parameters.h"
#include "backtest/venue/front_door.h"

namespace tranchet::aster_venue {

// The key of an account's user stream. Empty: none.
struct ListenKey {
  std::string text;
  Timestamp expires;
  std::uint64_t made = 0;  // How many this account has had.
};

struct Call {
  const Parameters& parameters;
  Timestamp now;
  std::vector<MarketBoard>& boards;
  const DoorLimits& limits;
  Faults& faults;
  AccountDesk* account = nullptr;  // Null: a public request.
  ListenKey* key = nullptr;
  std::uint64_t secret = 0;  // What listen keys are made from.

  std::int64_t milliseconds_now() const { return milliseconds(now); }
  // -1102 without a symbol, -1121 with one that is not listed.
  Answer<MarketBoard*> board() const;
  // Null without a symbol; -1121 as above.
  Answer<MarketBoard*> board_if_any() const;
  // `limit`, cut to 1..most.
  Answer<std::size_t> limit(std::size_t otherwise, std::size_t most) const;
  // A number, or what it is without.
  Answer<std::int64_t> integer(std::string_view name, std::int64_t otherwise) const;
};

enum class Access : std::uint8_t {
  Public = 1,
  Signed,  // V3 or V1.
  Key,     // The same; of V1 the API key alone will do.
};

struct Route {
  std::string_view method;
  std::string_view name;  // Behind /fapi/vN/.
  std::uint32_t weight = 1;
  Access access{};
  bool is_order = false;  // Counts as an order, and may meet the faults of orders.
  Answer<std::string> (*answer)(Call&) = nullptr;
};
// Null: no such endpoint.
const Route* find_route(std::string_view method, std::string_view name);
// What a request weighs: some are heavier without a symbol or with a large limit.
std::uint32_t weight_of(const Route& route, const Parameters& parameters);

}  // namespace tranchet::aster_venue
