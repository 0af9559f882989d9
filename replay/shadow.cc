#include "replay/shadow.h"

#include <algorithm>
#include <iterator>

#include "events/log/json.h"
#include "replay/loop.h"

namespace tranchet {
namespace {

std::vector<Command> requests_of(std::span<const Command> commands) {
  std::vector<Command> requests;
  std::ranges::copy_if(commands, std::back_inserter(requests),
                       [](const Command& command) { return !is_publication(command); });
  return requests;
}

}  // namespace

std::string request_lines(std::span<const Command> commands, Sequence cause, const Names& names) {
  std::string lines;
  append_command_lines(requests_of(commands), cause, names, lines);
  return lines;
}

EventBody with_changes(const EventBody& body, std::span<const SettingChange> changes) {
  const auto* changed = std::get_if<ConfigChanged>(&body);
  if (changed == nullptr) return body;
  ConfigChanged kept = *changed;
  for (const SettingChange& change : changes) {
    if (change.setting == kept.setting && change.instrument == kept.instrument) {
      kept.value = change.value;
    }
  }
  return kept;
}

bool Shadow::change(std::span<const SettingChange> changes, Timestamp now) {
  ENSURE(changes_.empty());
  changes_.assign(changes.begin(), changes.end());
  changed_at_ = next(engine_.last_sequence());
  output_.clear();
  for (const SettingChange& change : changes) {
    ++ahead_;
    engine_.apply({.sequence = next(engine_.last_sequence()),
                   .time = now,
                   .body = ConfigChanged{change.setting, change.instrument, change.value}},
                  output_);
  }
  return std::ranges::all_of(output_.commands, is_publication);
}

bool Shadow::follow(const Event& event, const Output& of_log, const Names& names) {
  output_.clear();
  engine_.apply({.sequence = Sequence{number(event.sequence) + ahead_},
                 .time = event.time,
                 .body = own(event.body)},
                output_);
  if (of_log.commands.empty() && output_.commands.empty()) return true;
  std::vector<Command> theirs = requests_of(of_log.commands);
  std::ranges::transform(theirs, theirs.begin(),
                         [this](const Command& command) { return own(command); });
  return request_lines(theirs, event.sequence, names) ==
         request_lines(output_.commands, event.sequence, names);
}

// The log's id of an order as this engine has it.
OrderId Shadow::own(OrderId order) const {
  if (order == OrderId::None || ahead_ == 0) return order;
  OrderIdParts parts = parts_of(order);
  if (parts.sequence < changed_at_) return order;
  parts.sequence = Sequence{number(parts.sequence) + ahead_};
  return make_order_id(parts);
}

TimerId Shadow::own(TimerId timer) const {
  if (timer.kind != TimerKind::EntryTimeout) return timer;
  return {timer.kind, static_cast<std::uint64_t>(own(OrderId{timer.subject}))};
}

EventBody Shadow::own(const EventBody& body) const {
  EventBody mine = with_changes(body, changes_);
  std::visit(
      [this](auto& of_mine) {
        using Body = std::decay_t<decltype(of_mine)>;
        if constexpr (requires { of_mine.order; }) of_mine.order = own(of_mine.order);
        if constexpr (std::is_same_v<Body, TimerFired>) of_mine.timer = own(of_mine.timer);
      },
      mine);
  return mine;
}

Command Shadow::own(const Command& command) const {
  Command mine = command;
  std::visit(
      [this](auto& of_mine) {
        if constexpr (requires { of_mine.order; }) of_mine.order = own(of_mine.order);
        if constexpr (requires { of_mine.timer; }) of_mine.timer = own(of_mine.timer);
      },
      mine);
  return mine;
}

}  // namespace tranchet
