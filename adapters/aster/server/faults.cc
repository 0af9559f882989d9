#include "adapters/aster/server/faults.h"

#include <algorithm>
#include <charconv>

namespace tranchet::aster_venue {

std::expected<FaultOrder, std::string> parse_fault(std::string_view text) {
  const std::string whole(text);
  const auto take = [&text] {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  const std::string_view name = take();
  const auto kind = parse_enum<FaultKind>(name);
  if (!kind) return std::unexpected("\"" + std::string(name) + "\" is no fault");
  FaultOrder order{.kind = *kind};
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

void Faults::arm(const FaultOrder& order) {
  armed_[static_cast<std::size_t>(order.kind)] = {.order = order, .on = true};
}

const FaultOrder* Faults::strike(FaultKind kind) {
  Armed& armed = armed_[static_cast<std::size_t>(kind)];
  if (!armed.on) return nullptr;
  if (++armed.occasions % armed.order.every != 0) return nullptr;
  ++armed.struck;
  if (armed.order.count > 0 && armed.struck >= armed.order.count) armed.on = false;
  return &armed.order;
}

}  // namespace tranchet::aster_venue
