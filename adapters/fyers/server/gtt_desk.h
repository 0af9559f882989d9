// Good-till-triggered orders of an account: one leg, or two of which one cancels the other (OCO).
// They wait for a year, over nights and sessions; what triggers becomes a limit order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/fyers/server/account_desk.h"
#include "adapters/port/json.h"

namespace tranchet::fyers_venue {

struct GttLeg {
  Price price;
  Price trigger;
  Quantity quantity;
  bool waits_for_rise = false;
};

struct GttOrder {
  std::string id;
  std::size_t board = 0;
  Product product{};
  Side side{};
  GttLeg first;
  std::optional<GttLeg> second;  // Present: OCO.
  Status status = Status::Pending;
  std::string message;
  Timestamp created;
};

class GttDesk {
 public:
  explicit GttDesk(AccountDesk& account) : account_(account) {}

  // The body of an answer: {"code":1101,...,"id":"..."}
  Answer<std::string> place(const Json& body, const Moment& moment);
  Answer<std::string> modify(const Json& body, const Moment& moment);
  Answer<std::string> cancel(const Json& body);
  std::string book() const;  // Rows, as an array.

  // A price of the board has come.
  void watch(std::size_t board, const Moment& moment);

 private:
  Answer<GttOrder*> find(const Json& body);
  Answer<void> read_legs(const Json& body, GttOrder& order) const;
  void trigger(GttOrder& order, const GttLeg& leg, const Moment& moment);

  AccountDesk& account_;
  std::map<std::string, GttOrder, std::less<>> orders_;  // By id.
  std::int64_t next_ = 1;
};

}  // namespace tranchet::fyers_venue
