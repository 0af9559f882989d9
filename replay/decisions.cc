#include "replay/decisions.h"

namespace tranchet {

std::expected<std::optional<Decision>, LogError> Decisions::next_decision() {
  while (true) {
    const auto event = follower_.read();
    if (!event) return std::unexpected(event.error());
    if (*event == nullptr) return std::optional<Decision>();
    const std::uint64_t before = follower_.engine().command_digest();
    follower_.apply();
    const std::uint64_t after = follower_.engine().command_digest();
    if (after != before) return Decision{(*event)->sequence, after};
  }
}

}  // namespace tranchet
