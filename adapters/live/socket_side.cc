#include "adapters/live/socket_side.h"

#include <utility>

#include "adapters/live/lost_log.h"

namespace tranchet {

SocketSide::SocketSide(VenueCore& core, const NetAddress& rest, bool log_is_new, const State& state,
                       Inbox& inbox, Network& network, Notes& notes)
    : state_(state),
      inbox_(inbox),
      network_(network),
      notes_(notes),
      core_(core),
      log_is_new_(log_is_new),
      rest_(network, rest, inbox, notes,
            {.on_answer = [this](std::uint64_t id, const HttpAnswer& answer,
                                 Moment now) { core_.on_answer(id, answer, now); },
             .on_no_answer = [this](std::uint64_t id, bool may_have_left,
                                    Moment now) { core_.on_no_answer(id, may_have_left, now); }}) {}

void SocketSide::post(std::function<void(Moment)> work) {
  inbox_.post([work = std::move(work)](ClockReading now) { work(moment_of(now)); });
}

void SocketSide::start(ClockReading now) {
  rest_.keep_warm();
  core_.start(moment_of(now));
  tick(now);
}

void SocketSide::tick(ClockReading now) {
  core_.tick(moment_of(now));
  move();
}

void SocketSide::submit(std::span<const Command> commands, Timestamp now) {
  core_.submit(commands, now);
  move();
}

void SocketSide::advance(Timestamp now, std::vector<Occurrence>& out) {
  const std::size_t before = out.size();
  core_.advance(now, out);
  if (!log_is_new_) return;
  std::string refusal = take_out_lost_orders(out, before, state_);
  if (!refusal.empty()) refusal_ = std::move(refusal);
}

void SocketSide::take_market(std::vector<Occurrence>& out) {
  out.clear();
  core_.take_market(out);
}

void SocketSide::move() {
  requests_.clear();
  core_.take_requests(requests_);
  rest_.send(requests_);
  keep_streams();
}

std::function<void()> SocketSide::say_open(Stream stream, std::uint64_t attempt) {
  return [this, stream, attempt] {
    post([this, stream, attempt](Moment now) { core_.on_stream_open(stream, attempt, now); });
  };
}

std::function<void()> SocketSide::say_alive(Stream stream, std::uint64_t attempt) {
  return [this, stream, attempt] {
    post([this, stream, attempt](Moment now) { core_.on_stream_alive(stream, attempt, now); });
  };
}

std::function<void(std::string_view)> SocketSide::say_message(Stream stream,
                                                              std::uint64_t attempt) {
  return [this, stream, attempt](std::string_view message) {
    post([this, stream, attempt, kept = std::string(message)](Moment now) {
      core_.on_stream_message(stream, attempt, kept, now);
    });
  };
}

std::function<void(std::string)> SocketSide::say_closed(Stream stream, std::uint64_t attempt) {
  return [this, stream, attempt](const std::string& why) {
    notes_.say(NoteLevel::Warning, "stream_ended",
               {{"stream", stream == Stream::User ? "user" : "market"}, {"why", why}});
    post([this, stream, attempt](Moment now) { core_.on_stream_closed(stream, attempt, now); });
  };
}

Notes::Fields SocketSide::figures() const {
  std::uint64_t calls = 0, failures = 0;
  std::string by_endpoint;
  for (const CallCount& count : core_.calls()) {
    calls += count.calls;
    failures += count.failures;
    by_endpoint += (by_endpoint.empty() ? "" : ", ") + std::string(count.label) + " " +
                   std::to_string(count.calls);
  }
  return {{"calls", std::to_string(calls)},
          {"calls_failed", std::to_string(failures)},
          {"by_endpoint", by_endpoint}};
}

}  // namespace tranchet
