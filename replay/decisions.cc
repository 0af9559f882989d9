#include "replay/decisions.h"

#include "replay/verify.h"

namespace tranchet {

Decisions::Decisions(LogReader& log) : log_(log), cursor_(log, Sequence{1}) {}
Decisions::~Decisions() = default;

std::expected<std::optional<Decision>, LogError> Decisions::next_decision() {
  Output output;
  while (true) {
    const auto event = cursor_.next_event();
    if (!event) return std::unexpected(event.error());
    if (*event == nullptr) return std::optional<Decision>();
    if (engine_ == nullptr) {
      Names names = log_.names();  // A copy: parsing settings may name instruments.
      auto engine = engine_of(**event, names);
      if (!engine) return std::unexpected(engine.error());
      engine_ = std::make_unique<Engine>(std::move(*engine));
    }
    const std::uint64_t before = engine_->command_digest();
    output.clear();
    engine_->apply(**event, output);
    if (engine_->command_digest() != before) {
      return Decision{(*event)->sequence, engine_->command_digest()};
    }
  }
}

}  // namespace tranchet
