#include "adapters/live/fyers_side.h"

#include <system_error>
#include <utility>

#include "adapters/live/carried_instruments.h"
#include "adapters/live/private_process.h"
#include "adapters/port/private_file.h"
#include "adapters/service/credential.h"
#include "events/log/sync.h"

namespace tranchet {
namespace {

constexpr Duration kLookAtToken = Duration::seconds(2);
constexpr Duration kWriteAgain = Duration::seconds(10);

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
    : SocketSide(core_, options.rest, options.log_is_new, state, inbox, network, notes),
      options_(options),
      token_file_(permit.file_),
      token_time_(time_of(token_file_)),
      core_(options.core, std::move(permit.token_), names) {}

void FyersSide::start(ClockReading now) {
  next_look_ = now.steady + kLookAtToken;
  SocketSide::start(now);
}

void FyersSide::tick(ClockReading now) {
  look_at_token_file(now);
  SocketSide::tick(now);
  look_at_night(now);
}

std::optional<Timestamp> FyersSide::next_tick() const {
  const auto core = core_.next_tick();
  return core && *core < next_look_ ? core : next_look_;
}

void FyersSide::submit(std::span<const Command> commands, Timestamp now) {
  // What may leave is decided by the time that it is, not by that of the last round.
  core_.tick(moment_of(read_clocks()));
  SocketSide::submit(commands, now);
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

// What must wait at the venue while the exchange is closed.
void FyersSide::look_at_night(ClockReading now) {
  const bool is_closed = core_.looks_at_carried();
  if (is_closed) core_.on_carried(carried_instruments(state_), moment_of(now));
  if (!is_closed && core_.gtt_version() == gtt_kept_) return;
  keep_gtt_records(now);
  note_gtt_news();
  move();
}

// The core places none before its record is on disk.
void FyersSide::keep_gtt_records(ClockReading now) {
  const std::uint64_t version = core_.gtt_version();
  if (version == gtt_kept_ || now.steady < next_gtt_write_) return;
  const std::string text = fyers::written_records(core_.gtt_records());
  std::optional<std::string> failed = write_private_file(options_.gtt_file, Secret(text));
  if (!failed) {
    const auto synced = sync_folder(options_.gtt_file.parent_path());
    if (!synced) failed = synced.error().message;
  }
  if (failed) {
    next_gtt_write_ = now.steady + kWriteAgain;
    return notes_.say(NoteLevel::Error, "gtt_records_not_written", {{"text", *failed}});
  }
  gtt_kept_ = version;
  core_.on_gtt_kept(version, moment_of(now));
}

void FyersSide::note_gtt_news() {
  for (const fyers::GttNews& news : core_.take_gtt_news()) {
    const bool is_good = news.event == "gtt_placed" || news.event == "gtt_cancelled";
    notes_.say(is_good ? NoteLevel::Info : NoteLevel::Warning, news.event,
               {{"id", news.record.id}, {"order", fyers::to_text(news.record.terms)}});
  }
}

void FyersSide::keep_streams() {
  keep_line<WebSocketClient>(Stream::User, user_, [this](const StreamWish& wish) {
    return std::make_unique<WebSocketClient>(
        network_, options_.stream, wish.target, WebSocketLimits{}, user_events(wish.attempt),
        WebSocketHeaders{{"Authorization", std::string(core_.token().authorization().reveal())}});
  });
  keep_line<FyersMarketStream>(Stream::Market, market_, [this](const StreamWish& wish) {
    return std::make_unique<FyersMarketStream>(
        network_, options_.stream, wish.target, core_.market_topics(), options_.core.book,
        core_.token().hsm_key(), market_events(wish.attempt));
  });
  frames_.clear();
  core_.take_frames(frames_);
  for (const fyers::StreamFrame& frame : frames_) {
    if (frame.attempt != user_.attempt || !user_.client) continue;
    user_.client->send(WebSocketKind::Text, std::string(frame.bytes.reveal()));
  }
}

WebSocketEvents FyersSide::user_events(std::uint64_t attempt) {
  return {.on_open = say_open(Stream::User, attempt),
          .on_text = say_message(Stream::User, attempt),
          .on_bytes = nullptr,
          .on_alive = say_alive(Stream::User, attempt),
          .on_closed = say_closed(Stream::User, attempt)};
}

FyersMarketEvents FyersSide::market_events(std::uint64_t attempt) {
  return {
      .on_open = say_open(Stream::Market, attempt),
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
      .on_alive = say_alive(Stream::Market, attempt),
      .on_heard = [this] { post([this](Moment now) { core_.on_market_alive(now); }); },
      .on_flaw =
          [this, attempt](const std::string& flaw) {
            post([this, attempt, flaw](Moment now) { core_.on_market_flaw(attempt, flaw, now); });
          },
      .on_closed = say_closed(Stream::Market, attempt)};
}

Notes::Fields FyersSide::figures() const {
  Notes::Fields fields = SocketSide::figures();
  fields.emplace_back("requests_today", std::to_string(core_.requests_today()));
  return fields;
}

}  // namespace tranchet
