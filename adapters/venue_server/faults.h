// Faults on demand: how they are written, and when they strike. What they are, each venue says with
// an enumeration of kinds that has spellings.
//
//   KIND[:every=N][:count=N][:ms=N][:code=-N]
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "events/enums.h"
#include "events/time.h"

namespace tranchet::venue_server {

template <class Kind>
struct FaultOrder {
  Kind kind{};
  std::uint64_t every = 1;  // Every so many occasions.
  std::uint64_t count = 1;  // So often; 0: for ever.
  Duration length = Duration::seconds(1);
  int code = 0;  // 0: the kind's own.
};

// "503-executed", "late-event:every=3:count=0:ms=250". The error names what is wrong.
template <class Kind>
std::expected<FaultOrder<Kind>, std::string> parse_fault(std::string_view text) {
  const std::string whole(text);
  const auto take = [&text] {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  const std::string_view name = take();
  const auto kind = parse_enum<Kind>(name);
  if (!kind) return std::unexpected("\"" + std::string(name) + "\" is no fault");
  FaultOrder<Kind> order{.kind = *kind};
  while (!text.empty()) {
    const std::string_view part = take();
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view key = part.substr(0, equals);
    const std::string_view digits = part.substr(std::min(equals + 1, part.size()));
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      return std::unexpected("\"" + std::string(part) + "\" of fault " + whole + " has no number");
    }
    if (key == "every" && value >= 1) {
      order.every = static_cast<std::uint64_t>(value);
    } else if (key == "count" && value >= 0) {
      order.count = static_cast<std::uint64_t>(value);
    } else if (key == "ms" && value >= 0) {
      order.length = Duration::milliseconds(value);
    } else if (key == "code" && value < 0) {
      order.code = static_cast<int>(value);
    } else {
      return std::unexpected("\"" + std::string(part) + "\" of fault " + whole +
                             " is none of every=N, count=N, ms=N, code=-N");
    }
  }
  return order;
}

// Those that wait for an occasion.
template <class Kind>
class Faults {
 public:
  void arm(const FaultOrder<Kind>& order) {
    armed_[static_cast<std::size_t>(order.kind)] = {.order = order, .on = true};
  }
  void calm() { armed_ = {}; }
  // An occasion: the fault that is armed and due strikes. Null: none.
  const FaultOrder<Kind>* strike(Kind kind) {
    Armed& armed = armed_[static_cast<std::size_t>(kind)];
    if (!armed.on) return nullptr;
    if (++armed.occasions % armed.order.every != 0) return nullptr;
    ++armed.struck;
    if (armed.order.count > 0 && armed.struck >= armed.order.count) armed.on = false;
    return &armed.order;
  }

 private:
  struct Armed {
    FaultOrder<Kind> order;
    bool on = false;
    std::uint64_t occasions = 0;
    std::uint64_t struck = 0;
  };
  std::array<Armed, 40> armed_;
};

}  // namespace tranchet::venue_server
