#include "adapters/live/aster_side.h"

#include <utility>

#include "adapters/live/lost_log.h"

namespace tranchet {
namespace {

// Belongs to the network's thread.
struct MarketReader {
  aster::MarketFeed feed;
  std::vector<EventBody> bodies;
  Timestamp said_alive;
  std::uint64_t flaws = 0;
};

// The core wants to know that prices come, not of each.
constexpr Duration kAliveInterval = Duration::seconds(1);

}  // namespace

AsterSide::AsterSide(const AsterSideOptions& options, LivePermit permit, Names& names,
                     const State& state, Inbox& inbox, Network& network, Notes& notes)
    : options_(options),
      permit_(std::move(permit)),
      names_(names),
      state_(state),
      inbox_(inbox),
      network_(network),
      notes_(notes),
      core_(options.core, permit_.signer(), names),
      rest_(network, options.rest, inbox, notes,
            {.on_answer = [this](std::uint64_t id, const HttpAnswer& answer,
                                 Moment now) { core_.on_answer(id, answer, now); },
             .on_no_answer = [this](std::uint64_t id, bool may_have_left,
                                    Moment now) { core_.on_no_answer(id, may_have_left, now); }}) {}

void AsterSide::post(std::function<void(Moment)> work) {
  inbox_.post([work = std::move(work)](ClockReading now) { work(moment_of(now)); });
}

void AsterSide::start(ClockReading now) {
  rest_.keep_warm();
  core_.start(moment_of(now));
  tick(now);
}

void AsterSide::tick(ClockReading now) {
  core_.tick(moment_of(now));
  send_requests();
  keep_streams();
}

void AsterSide::submit(std::span<const Command> commands, Timestamp now) {
  core_.submit(commands, now);
  send_requests();
}

void AsterSide::advance(Timestamp now, std::vector<Occurrence>& out) {
  const std::size_t before = out.size();
  core_.advance(now, out);
  if (!options_.log_is_new) return;
  std::string refusal = take_out_lost_orders(out, before, state_);
  if (!refusal.empty()) refusal_ = std::move(refusal);
}

void AsterSide::take_market(std::vector<Occurrence>& out) {
  out.clear();
  core_.take_market(out);
}

void AsterSide::send_requests() {
  requests_.clear();
  core_.take_requests(requests_);
  rest_.send(requests_);
}

void AsterSide::keep_streams() {
  keep_stream(Stream::User, user_);
  keep_stream(Stream::Market, market_);
}

void AsterSide::keep_stream(Stream stream, Line& line) {
  const auto wish = core_.wanted(stream);
  if (!wish) {
    line = {};
    return;
  }
  if (wish->attempt == line.attempt) return;
  line.client.reset();
  line.attempt = wish->attempt;
  line.client = std::make_unique<WebSocketClient>(
      network_, options_.stream, wish->target, WebSocketLimits{},
      stream == Stream::User ? user_events(wish->attempt) : market_events(wish->attempt));
}

WebSocketEvents AsterSide::user_events(std::uint64_t attempt) {
  return {
      .on_open =
          [this, attempt] {
            post([this, attempt](Moment now) { core_.on_stream_open(Stream::User, attempt, now); });
          },
      .on_text =
          [this, attempt](std::string_view text) {
            post([this, attempt, kept = std::string(text)](Moment now) {
              core_.on_stream_text(Stream::User, attempt, kept, now);
            });
          },
      .on_alive =
          [this, attempt] {
            post(
                [this, attempt](Moment now) { core_.on_stream_alive(Stream::User, attempt, now); });
          },
      .on_closed =
          [this, attempt](const std::string& why) {
            notes_.say(NoteLevel::Warning, "stream_ended", {{"stream", "user"}, {"why", why}});
            post([this, attempt](Moment now) {
              core_.on_stream_closed(Stream::User, attempt, now);
            });
          }};
}

WebSocketEvents AsterSide::market_events(std::uint64_t attempt) {
  auto reader = std::make_shared<MarketReader>(MarketReader{.feed = aster::MarketFeed(names_)});
  const auto on_text = [this, attempt, reader](std::string_view text) {
    const ClockReading now = read_clocks();
    reader->bodies.clear();
    const std::string flaw = reader->feed.read(text, reader->bodies);
    if (!reader->bodies.empty() && now.steady - reader->said_alive >= kAliveInterval) {
      reader->said_alive = now.steady;
      post([this](Moment heard) { core_.on_market_alive(heard); });
    }
    inbox_.post_market(now.wall, reader->bodies);
    // The first is worth a line in the log, a thousand more are not: the core tells those apart.
    if (!flaw.empty() && reader->flaws++ == 0) {
      post([this, attempt, kept = std::string(text)](Moment heard) {
        core_.on_stream_text(Stream::Market, attempt, kept, heard);
      });
    }
  };
  return {
      .on_open =
          [this, attempt] {
            post([this, attempt](Moment now) {
              core_.on_stream_open(Stream::Market, attempt, now);
            });
          },
      .on_text = on_text,
      .on_alive = nullptr,
      .on_closed =
          [this, attempt](const std::string& why) {
            notes_.say(NoteLevel::Warning, "stream_ended", {{"stream", "market"}, {"why", why}});
            post([this, attempt](Moment now) {
              core_.on_stream_closed(Stream::Market, attempt, now);
            });
          }};
}

Notes::Fields AsterSide::figures() const {
  std::uint64_t calls = 0, failures = 0;
  std::string by_endpoint;
  for (const aster::CallCount& count : core_.calls()) {
    calls += count.calls;
    failures += count.failures;
    by_endpoint += (by_endpoint.empty() ? "" : ", ") + std::string(count.label) + " " +
                   std::to_string(count.calls);
  }
  return {{"calls", std::to_string(calls)},
          {"calls_failed", std::to_string(failures)},
          {"weight", std::to_string(core_.weight_used())},
          {"by_endpoint", by_endpoint}};
}

}  // namespace tranchet
