#include "replay/log_watch.h"

#include "events/order_of.h"
#include "replay/loop.h"

namespace tranchet {
namespace {

DigestNote note_of(const Engine& engine) {
  return {engine.last_sequence(), engine.command_digest(), engine.state_digest()};
}

}  // namespace

std::optional<WatchFinding> LogWatch::take(const Event& event, const Engine& engine) {
  if (began_ == Sequence{}) began_ = event.sequence;
  const OrderId order = order_of(event.body);
  if (order != OrderId::None && !engine.state().orders.contains(order)) {
    const Sequence sent = parts_of(order).sequence;
    if (sent >= began_) return WatchFinding{sent, sent, order};
  }
  const bool is_noted = noted_.contains(event.sequence);
  if (!is_noted && number(event.sequence) % kDigestInterval != 0) return std::nullopt;
  return compare(event.sequence, note_of(engine));
}

std::expected<std::optional<WatchFinding>, LogError> LogWatch::caught_up(const Engine& engine) {
  auto notes = log_.digest_notes();
  if (!notes) return std::unexpected(notes.error());
  for (const DigestNote& note : *notes) {
    if (note.sequence > agreed_) noted_[note.sequence] = note;
  }
  own_[engine.last_sequence()] = note_of(engine);
  // What was passed before it was noted cannot be compared, but for what is kept in own_.
  while (!noted_.empty() && noted_.begin()->first <= engine.last_sequence()) {
    const Sequence sequence = noted_.begin()->first;
    const auto own = own_.find(sequence);
    if (own != own_.end()) {
      if (auto found = compare(sequence, own->second)) return found;
    }
    noted_.erase(sequence);
    own_.erase(own_.begin(), own_.upper_bound(sequence));
  }
  return std::nullopt;
}

std::optional<WatchFinding> LogWatch::compare(Sequence sequence, const DigestNote& own) {
  const auto noted = noted_.find(sequence);
  if (noted == noted_.end()) {
    own_[sequence] = own;
    return std::nullopt;
  }
  const DigestNote note = noted->second;
  noted_.erase(noted);
  if (note.command_digest != own.command_digest || note.state_digest != own.state_digest) {
    return WatchFinding{next(std::max(agreed_, Sequence{number(began_) - 1})), sequence, {}};
  }
  agreed_ = sequence;
  ++compared_;
  return std::nullopt;
}

}  // namespace tranchet
