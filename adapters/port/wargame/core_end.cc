#include "adapters/port/wargame/core_end.h"

#include <algorithm>

#include "events/ensure.h"
#include "events/order_of.h"

namespace tranchet {

void CoreEnd::submit(std::span<const Command> commands, Timestamp now) {
  for (const Command& command : commands) {
    asked_[{command.index(), order_of(command)}].push_back({command, cause_});
  }
  if (!core_) {
    early_.insert(early_.end(), commands.begin(), commands.end());
    return;
  }
  core_->submit(commands, now);
  pump();
}

std::optional<Timestamp> CoreEnd::next_wakeup() const {
  if (dead_) return std::nullopt;
  std::optional<Timestamp> due = core_ ? core_->next_wakeup() : std::nullopt;
  if (!inbox_.empty()) due = due ? std::min(*due, inbox_.front().time) : inbox_.front().time;
  if (due) due = std::max(*due, last_now_);
  return due;
}

void CoreEnd::advance(Timestamp now, std::vector<Occurrence>& out) {
  last_now_ = std::max(last_now_, now);
  if (dead_) return;
  if (!inbox_.empty() && inbox_.front().time <= now) {
    out.push_back({now, inbox_.front().body});
    inbox_.pop_front();
  } else if (core_) {
    core_->advance(now, out);
  }
}

void CoreEnd::tick() {
  if (!core_ || dead_) return;
  // What a shell hears when it pings, and the prices of all the symbols of a venue.
  if (user_.up) core_->on_stream_alive(Stream::User, user_.attempt, moment());
  if (market_.up) core_->on_market_alive(moment());
  core_->tick(moment());
  pump();
}

std::optional<Timestamp> CoreEnd::next_tick() const {
  if (!core_ || dead_) return std::nullopt;
  return core_->next_tick();
}

void CoreEnd::start() {
  core_ = make_core();
  core_->start(moment());
  core_->submit(early_, moment().wall);
  pump();
}

void CoreEnd::on_trades(std::span<const Update>, Timestamp) {
  ENSURE(false);
}

void CoreEnd::on_connected(Stream stream, Timestamp, const DoorUsage&) {
  Line& connection = line(stream);
  connection.up = true;
  core_->on_stream_open(stream, connection.attempt, moment());
  pump();
}

void CoreEnd::on_cut(Stream stream) {
  Line& connection = line(stream);
  connection.up = false;
  core_->on_stream_closed(stream, connection.attempt, moment());
  pump();
}

void CoreEnd::pump() {
  do {
    std::vector<HttpRequest> requests;
    core_->take_requests(requests);
    for (const HttpRequest& request : requests) send(request);
    if (dead_) return;
    connect(Stream::User);
    connect(Stream::Market);
  } while (converse() && !dead_);
}

void CoreEnd::take_prices() {
  std::vector<Occurrence> heard;
  core_->take_market(heard);
  ENSURE(!heard.empty());
  inbox_.insert(inbox_.end(), heard.begin(), heard.end());
}

void CoreEnd::connect(Stream stream) {
  Line& connection = line(stream);
  const auto wish = core_->wanted(stream);
  if (!wish) connection.up = false;
  if (!wish || wish->attempt == connection.attempt) return;
  connection = {.attempt = wish->attempt};
  wire_.connect(stream, options_.incarnation);
}

void CoreEnd::send(const HttpRequest& http) {
  if (dead_) return;
  if (lives_ && *lives_ == 0) {
    dead_ = true;
    return;
  }
  if (lives_) --*lives_;
  Request request{.id = http.id, .incarnation = options_.incarnation, .command = CancelTimer{}};
  read(http, request);
  wire_.send(request);
}

void CoreEnd::take_commands(std::span<const Command> commands, Request& request) {
  for (const Command& command : commands) {
    const AskedFor* found = asked_for(command);
    ENSURE(found != nullptr || is_cores_own(command));
    const Command& meant = found == nullptr ? command : found->command;
    if (&command == &commands.front()) {
      request.command = meant;
      request.cause = found == nullptr ? Sequence{} : found->cause;
    } else {
      request.others.push_back(meant);
    }
  }
}

bool CoreEnd::is_same(const Command& wire, const Command& asked) const {
  if (const auto* order = std::get_if<SubmitOrder>(&wire)) {
    return is_same(*order, std::get<SubmitOrder>(asked));
  }
  if (const auto* amend = std::get_if<AmendOrder>(&wire)) {
    const auto& other = std::get<AmendOrder>(asked);
    return amend->quantity == other.quantity && amend->limit_price == other.limit_price;
  }
  return true;
}

// The newest that the wire's form can stand for; null: nobody asked for that.
const CoreEnd::AskedFor* CoreEnd::asked_for(const Command& command) const {
  const auto found = asked_.find({command.index(), order_of(command)});
  if (found == asked_.end()) return nullptr;
  for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
    if (is_same(command, at->command)) return &*at;
  }
  return nullptr;
}

const SubmitOrder& CoreEnd::submitted(OrderId order) const {
  const Command asked = SubmitOrder{.order = order};
  return std::get<SubmitOrder>(asked_.at({asked.index(), order}).back().command);
}

Sequence CoreEnd::cause_of(const Command& command) const {
  const AskedFor* found = asked_for(command);
  return found == nullptr ? Sequence{} : found->cause;
}

}  // namespace tranchet
