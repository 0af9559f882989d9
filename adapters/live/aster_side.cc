#include "adapters/live/aster_side.h"

#include <utility>

namespace tranchet {
namespace {

Moment moment_of(ClockReading now) {
  return {.steady = now.steady, .wall = now.wall};
}

ClientRequest client_request(const HttpRequest& request) {
  ClientRequest out{.method = std::string(to_text(request.method)),
                    .target = request.target,
                    .body = request.body};
  for (const HttpHeader& header : request.headers) {
    out.headers.emplace_back(header.name, header.value);
  }
  return out;
}

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
      rest_(network, options.rest, {}) {}

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
  // Ids count from 1 again in a new log, so one that the engine never gave is another log's.
  for (std::size_t at = before; at < out.size(); ++at) {
    const auto* order = std::get_if<OrderReported>(&out[at].body);
    if (order == nullptr || order->order == OrderId::None) continue;
    if (state_.orders.contains(order->order)) continue;
    refusal_ = "the venue holds order " + to_text(order->order) +
               ", which carries this account's number, and this log is new: its log was lost, or "
               "another program trades here. Ids would collide. Go on with that log, or give this "
               "one another account.number, and the orders at the venue are left alone";
    out.resize(before);
    return;
  }
}

void AsterSide::take_market(std::vector<Occurrence>& out) {
  out.clear();
  core_.take_market(out);
}

void AsterSide::send_requests() {
  requests_.clear();
  core_.take_requests(requests_);
  for (const HttpRequest& request : requests_) {
    rest_.send(client_request(request),
               [this, id = request.id, label = request.label](ClientAnswer answer) {
                 note_failure(label, answer);
                 post([this, id, answer = std::move(answer)](Moment now) {
                   if (answer.status == 0) return core_.on_no_answer(id, answer.may_have_left, now);
                   std::vector<HttpHeader> headers;
                   for (const auto& [name, value] : answer.headers)
                     headers.push_back({name, value});
                   core_.on_answer(id, {answer.status, headers, answer.body}, now);
                 });
               });
  }
}

// What went wrong, without what was asked or answered: either may hold a secret.
void AsterSide::note_failure(std::string_view label, const ClientAnswer& answer) {
  if (answer.status >= 200 && answer.status < 300) return;
  notes_.say(NoteLevel::Warning, "call_failed",
             {{"call", std::string(label)},
              {"status", std::to_string(answer.status)},
              {"why", answer.failure},
              {"may_have_left", answer.status != 0 || answer.may_have_left ? "yes" : "no"}});
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
  return {.on_open =
              [this, attempt] {
                post([this, attempt](Moment now) {
                  core_.on_stream_open(Stream::User, attempt, now);
                });
              },
          .on_text =
              [this, attempt](std::string_view text) {
                post([this, attempt, kept = std::string(text)](Moment now) {
                  core_.on_stream_text(Stream::User, attempt, kept, now);
                });
              },
          .on_alive =
              [this, attempt] {
                post([this, attempt](Moment now) {
                  core_.on_stream_alive(Stream::User, attempt, now);
                });
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
