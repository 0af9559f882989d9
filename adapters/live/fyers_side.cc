#include "adapters/live/fyers_side.h"

#include <system_error>
#include <utility>

#include "adapters/live/lost_log.h"
#include "adapters/live/private_process.h"
#include "adapters/service/credential.h"

namespace tranchet {
namespace {

constexpr Duration kLookAtToken = Duration::seconds(2);

std::filesystem::file_time_type time_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(file, error);
  return error ? std::filesystem::file_time_type() : time;
}

}  // namespace

std::expected<FyersPermit, std::string> FyersPermit::from_file(const std::filesystem::path& file) {
  keep_process_private();
  const std::filesystem::path found = credential_or_file(file);
  auto token = fyers::read_access_token(found, read_clocks().wall);
  if (!token) return std::unexpected(std::move(token.error()));
  return FyersPermit(found, *std::move(token));
}

FyersSide::FyersSide(const FyersSideOptions& options, FyersPermit permit, Names& names,
                     const State& state, Inbox& inbox, Network& network, Notes& notes)
    : options_(options),
      state_(state),
      inbox_(inbox),
      network_(network),
      notes_(notes),
      token_file_(permit.file_),
      token_time_(time_of(token_file_)),
      core_(options.core, std::move(permit.token_), names),
      rest_(network, options.rest, inbox, notes,
            {.on_answer = [this](std::uint64_t id, const HttpAnswer& answer,
                                 Moment now) { core_.on_answer(id, answer, now); },
             .on_no_answer = [this](std::uint64_t id, bool may_have_left,
                                    Moment now) { core_.on_no_answer(id, may_have_left, now); }}) {}

void FyersSide::post(std::function<void(Moment)> work) {
  inbox_.post([work = std::move(work)](ClockReading now) { work(moment_of(now)); });
}

void FyersSide::start(ClockReading now) {
  rest_.keep_warm();
  core_.start(moment_of(now));
  next_look_ = now.steady + kLookAtToken;
  tick(now);
}

void FyersSide::tick(ClockReading now) {
  look_at_token_file(now);
  core_.tick(moment_of(now));
  move();
}

std::optional<Timestamp> FyersSide::next_tick() const {
  const auto core = core_.next_tick();
  return core && *core < next_look_ ? core : next_look_;
}

void FyersSide::submit(std::span<const Command> commands, Timestamp now) {
  // What may leave is decided by the time that it is, not by that of the last round.
  core_.tick(moment_of(read_clocks()));
  core_.submit(commands, now);
  move();
}

void FyersSide::advance(Timestamp now, std::vector<Occurrence>& out) {
  const std::size_t before = out.size();
  core_.advance(now, out);
  if (!options_.log_is_new) return;
  std::string refusal = take_out_lost_orders(out, before, state_);
  if (!refusal.empty()) refusal_ = std::move(refusal);
}

void FyersSide::take_market(std::vector<Occurrence>& out) {
  out.clear();
  core_.take_market(out);
}

void FyersSide::look_at_token_file(ClockReading now) {
  if (now.steady < next_look_) return;
  next_look_ = now.steady + kLookAtToken;
  const auto time = time_of(token_file_);
  if (time == token_time_) return;
  token_time_ = time;
  auto token = fyers::read_access_token(token_file_, now.wall);
  if (!token) {
    return notes_.say(NoteLevel::Error, "token_refused", {{"text", token.error()}});
  }
  notes_.say(NoteLevel::Info, "token_renewed", {{"expires", to_text(token->expires())}});
  core_.renew(*std::move(token), moment_of(now));
}

// What the core wants of the world.
void FyersSide::move() {
  requests_.clear();
  core_.take_requests(requests_);
  rest_.send(requests_);
  keep_user_stream();
  keep_market_stream();
  frames_.clear();
  core_.take_frames(frames_);
  for (const fyers::StreamFrame& frame : frames_) {
    if (frame.attempt != user_.attempt || !user_.client) continue;
    user_.client->send(WebSocketKind::Text, std::string(frame.bytes.reveal()));
  }
}

void FyersSide::keep_user_stream() {
  const auto wish = core_.wanted(Stream::User);
  if (!wish) {
    user_ = {};
    return;
  }
  if (wish->attempt == user_.attempt) return;
  user_.client.reset();
  user_.attempt = wish->attempt;
  user_.client = std::make_unique<WebSocketClient>(
      network_, options_.stream, wish->target, WebSocketLimits{}, user_events(wish->attempt),
      WebSocketHeaders{{"Authorization", std::string(core_.token().authorization().reveal())}});
}

WebSocketEvents FyersSide::user_events(std::uint64_t attempt) {
  return {
      .on_open =
          [this, attempt] {
            post([this, attempt](Moment now) { core_.on_stream_open(Stream::User, attempt, now); });
          },
      .on_text =
          [this, attempt](std::string_view text) {
            post([this, attempt, kept = std::string(text)](Moment now) {
              core_.on_stream_message(Stream::User, attempt, kept, now);
            });
          },
      .on_bytes = nullptr,
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

void FyersSide::keep_market_stream() {
  const auto wish = core_.wanted(Stream::Market);
  if (!wish) {
    market_ = {};
    return;
  }
  if (wish->attempt == market_.attempt) return;
  market_.client.reset();
  market_.attempt = wish->attempt;
  market_.client = std::make_unique<FyersMarketStream>(
      network_, options_.stream, wish->target, core_.market_topics(), options_.core.book,
      core_.token().hsm_key(), market_events(wish->attempt));
}

FyersMarketEvents FyersSide::market_events(std::uint64_t attempt) {
  return {
      .on_open =
          [this, attempt] {
            post([this, attempt](Moment now) {
              core_.on_stream_open(Stream::Market, attempt, now);
            });
          },
      .on_answer =
          [this, attempt](bool stands) {
            post([this, attempt, stands](Moment now) {
              core_.on_market_answer(attempt, stands, now);
            });
          },
      .on_prices = [this](Timestamp wall,
                          std::span<const EventBody> prices) { inbox_.post_market(wall, prices); },
      .on_limits =
          [this](const fyers::CircuitLimits& limits) {
            post([this, limits](Moment) { core_.on_circuit_limits(limits); });
          },
      .on_alive =
          [this, attempt] {
            post([this, attempt](Moment now) {
              core_.on_stream_alive(Stream::Market, attempt, now);
            });
          },
      .on_heard = [this] { post([this](Moment now) { core_.on_market_alive(now); }); },
      .on_flaw =
          [this, attempt](const std::string& flaw) {
            post([this, attempt, flaw](Moment now) { core_.on_market_flaw(attempt, flaw, now); });
          },
      .on_closed =
          [this, attempt](const std::string& why) {
            notes_.say(NoteLevel::Warning, "stream_ended", {{"stream", "market"}, {"why", why}});
            post([this, attempt](Moment now) {
              core_.on_stream_closed(Stream::Market, attempt, now);
            });
          }};
}

Notes::Fields FyersSide::figures() const {
  std::uint64_t calls = 0, failures = 0;
  std::string by_endpoint;
  for (const fyers::CallCount& count : core_.calls()) {
    calls += count.calls;
    failures += count.failures;
    by_endpoint += (by_endpoint.empty() ? "" : ", ") + std::string(count.label) + " " +
                   std::to_string(count.calls);
  }
  return {{"calls", std::to_string(calls)},
          {"calls_failed", std::to_string(failures)},
          {"requests_today", std::to_string(core_.requests_today())},
          {"by_endpoint", by_endpoint}};
}

}  // namespace tranchet
