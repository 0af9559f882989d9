#include "adapters/live/session.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <chrono>
#include <optional>
#include <set>
#include <thread>

#include "adapters/cli/exit_status.h"
#include "adapters/live/control_socket.h"
#include "adapters/service/service_notice.h"

namespace tranchet {
namespace {

constexpr int kWriterEnded = SIGUSR2;

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kWriterEnded}) sigaddset(&set, signal);
  return set;
}

// Tells people what they must know, as it happens.
class Watch final : public Observer {
 public:
  Watch(Notes& notes, const Names& names, std::function<std::string(InstrumentId)> warning,
        TapeRecorder* tape)
      : notes_(notes), names_(names), warning_(std::move(warning)), tape_(tape) {}

  void on_event(const Event& event, const Output& output) override {
    if (tape_ != nullptr) record(event);
    if (output.commands.empty() && output.bookings.empty()) return on_quiet(event);
    const std::string sequence = std::to_string(number(event.sequence));
    for (const Command& command : output.commands) on_command(command, sequence);
    for (const Booking& booking : output.bookings) {
      const auto* opened = std::get_if<TrancheOpened>(&booking);
      if (opened != nullptr) on_opened(opened->key.instrument, sequence);
    }
    on_quiet(event);
  }

 private:
  // A tape that cannot be written is no reason to stop trading.
  void record(const Event& event) {
    auto taken = tape_->take({event.time, event.body});
    if (taken) taken = tape_->write(read_clocks().steady, false);
    if (taken) return;
    notes_.say(NoteLevel::Error, "tape_ended", {{"text", taken.error()}});
    tape_ = nullptr;
  }

  void on_quiet(const Event& event) {
    const std::string sequence = std::to_string(number(event.sequence));
    if (const auto* fault = std::get_if<AdapterFault>(&event.body)) {
      notes_.say(NoteLevel::Warning, "adapter_fault",
                 {{"seq", sequence}, {"text", std::string(names_.text(fault->text))}});
    } else if (const auto* up = std::get_if<Connected>(&event.body)) {
      notes_.say(NoteLevel::Info, "connected",
                 {{"seq", sequence}, {"stream", std::string(to_text(up->stream))}});
    } else if (const auto* down = std::get_if<Disconnected>(&event.body)) {
      notes_.say(NoteLevel::Warning, "disconnected",
                 {{"seq", sequence}, {"stream", std::string(to_text(down->stream))}});
    }
  }

  void on_command(const Command& command, const std::string& sequence) {
    if (const auto* alert = std::get_if<Alert>(&command)) {
      notes_.say(NoteLevel::Error, "alert",
                 {{"seq", sequence},
                  {"reason", std::string(to_text(alert->reason))},
                  {"instrument", std::string(names_.symbol(alert->instrument))},
                  {"tranche", std::to_string(alert->tranche)}});
    } else if (const auto* closed = std::get_if<TradeClosed>(&command)) {
      notes_.say(NoteLevel::Info, "trade_closed",
                 {{"seq", sequence},
                  {"instrument", std::string(names_.symbol(closed->instrument))},
                  {"tranche", std::to_string(closed->tranche)},
                  {"reason", std::string(to_text(closed->reason))},
                  {"realized_pnl", to_text(closed->realized_pnl)}});
    } else if (const auto* refused = std::get_if<EntryRefused>(&command)) {
      notes_.say(NoteLevel::Warning, "entry_refused",
                 {{"seq", sequence},
                  {"instrument", std::string(names_.symbol(refused->instrument))},
                  {"reason", std::string(to_text(refused->reason))}});
    }
  }

  void on_opened(InstrumentId instrument, const std::string& sequence) {
    if (!warning_ || !warned_.insert(instrument).second) return;
    const std::string text = warning_(instrument);
    if (text.empty()) return;
    notes_.say(NoteLevel::Warning, "stop_beyond_liquidation", {{"seq", sequence}, {"text", text}});
  }

  Notes& notes_;
  const Names& names_;
  std::function<std::string(InstrumentId)> warning_;
  TapeRecorder* tape_;
  std::set<InstrumentId> warned_;
};

// What people wish on screens, on its way to the writer.
class Door final : public Wishes {
 public:
  Door(Inbox& inbox, Notes& notes, Writer& writer)
      : inbox_(inbox), notes_(notes), writer_(writer) {}

  bool post(const std::string& event_line) override {
    return inbox_.offer([this, event_line](ClockReading) {
      writer_.wish(event_line, [this](const WishAnswer& answer) {
        if (answer.error.empty()) return;
        notes_.say(NoteLevel::Warning, "wish_refused", {{"text", answer.error}});
      });
    });
  }

 private:
  Inbox& inbox_;
  Notes& notes_;
  Writer& writer_;
};

// Screens that cannot be shown are no reason to leave positions alone.
std::unique_ptr<Gateway> open_gateway(const SessionParts& parts, Door& door) {
  if (!parts.gateway) return nullptr;
  auto gateway = Gateway::start(*parts.gateway, &door);
  if (!gateway) {
    parts.notes.say(NoteLevel::Error, "no_gateway", {{"text", gateway.error()}});
    return nullptr;
  }
  parts.notes.say(NoteLevel::Info, "gateway", {{"port", std::to_string((*gateway)->port())}});
  return std::move(*gateway);
}

void ask_for_priority(Notes& notes) {
  const sched_param priority{.sched_priority = 1};
  const int refused = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
  notes.say(NoteLevel::Info, "priority", {{"real_time", refused == 0 ? "yes" : "not permitted"}});
}

void reload(const SessionParts& parts, Writer& writer) {
  const auto settings = parts.read_settings(writer.names());
  if (!settings) {
    parts.notes.say(NoteLevel::Error, "configuration_refused", {{"text", settings.error()}});
    return;
  }
  const Settings before = writer.engine().state().settings;
  for (const ConfigChanged& change : changed_settings(before, *settings)) {
    const SettingInfo& setting = info(change.setting);
    const Notes::Fields fields = {
        {"key", std::string(setting.section) + "." + std::string(setting.name)},
        {"instrument", std::string(writer.names().symbol(change.instrument))},
        {"value", setting_text(setting, change.value)}};
    if (change.setting == Setting::PositionModeChoice) {
      parts.notes.say(NoteLevel::Error, "configuration_needs_restart", fields);
      continue;
    }
    writer.take(change);
    parts.notes.say(NoteLevel::Info, "configuration_changed", fields);
  }
}

void reload_users(const SessionParts& parts, Gateway& gateway) {
  if (auto reloaded = gateway.reload_users("SIGHUP"); !reloaded) {
    parts.notes.say(NoteLevel::Error, "users_refused", {{"text", reloaded.error()}});
  }
}

// The next of the awaited signals; none: so long there was none.
std::optional<int> next_signal(std::optional<std::chrono::microseconds> patience) {
  const sigset_t set = awaited_signals();
  int signal = 0;
  if (patience) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*patience);
    const auto rest = std::chrono::nanoseconds(*patience - seconds);
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    signal = sigtimedwait(&set, nullptr, &time);
  } else if (sigwait(&set, &signal) != 0) {
    return std::nullopt;
  }
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

// The writer's own end, which the first signal that ends the session leads to.
void wait_for_end(const SessionParts& parts, const ServiceNotice& service, Writer& writer,
                  Gateway* gateway) {
  using Clock = std::chrono::steady_clock;
  const auto alive_every = service.alive_every();
  Clock::time_point alive_at = Clock::now();
  while (true) {
    std::optional<std::chrono::microseconds> patience;
    if (alive_every) {
      const Clock::time_point now = Clock::now();
      if (now >= alive_at) {
        // Said by the writer: one that hangs is silent, whatever the other threads do.
        parts.inbox.offer([&service](ClockReading) { service.alive(); });
        alive_at = now + *alive_every;
      }
      patience = std::chrono::ceil<std::chrono::microseconds>(alive_at - now);
    }
    const std::optional<int> signal = next_signal(patience);
    if (!signal) continue;
    if (signal == kWriterEnded) return;
    if (signal == SIGHUP) {
      parts.inbox.post([&parts, &writer](ClockReading) { reload(parts, writer); });
      if (gateway != nullptr) reload_users(parts, *gateway);
      continue;
    }
    service.stopping();
    parts.notes.say(NoteLevel::Info, "stopping", {{"signal", std::to_string(*signal)}});
    parts.inbox.post([&writer](ClockReading now) { writer.stop(now); });
  }
}

}  // namespace

void hold_signals_back() {
  const sigset_t set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::expected<void, WriterFailure> run_session(const SessionParts& parts) {
  Watch watch(parts.notes, parts.names, parts.warning, parts.tape);
  Loop loop(parts.engine, parts.venue, watch,
            {.log = &parts.log,
             .names = &parts.names,
             .durability = Durability::EveryBatch,
             .snapshot_interval = parts.snapshot_interval});
  Writer writer({parts.engine, parts.names, parts.venue, parts.inbox, parts.notes, loop});
  if (auto begun = writer.begin(parts.beginning, read_clocks()); !begun) {
    return std::unexpected(WriterFailure{exit_status(begun.error().kind), begun.error().message});
  }
  auto control = ControlSocket::listen(
      parts.network, parts.log_folder / "control",
      [&](std::string line, std::function<void(WishAnswer)> answer) {
        return parts.inbox.offer([&writer, line = std::move(line), answer = std::move(answer)](
                                     ClockReading) { writer.wish(line, answer); });
      });
  if (!control) return std::unexpected(WriterFailure{kWorldFailed, control.error()});
  Door door(parts.inbox, parts.notes, writer);
  std::unique_ptr<Gateway> gateway = open_gateway(parts, door);
  auto keeper = std::make_unique<LogKeeper>(
      parts.keeping, parts.notes, [&parts, &writer](const std::string& words) {
        parts.inbox.offer([&writer, words](ClockReading) {
          writer.take(AdapterFault{.text = writer.names().intern(words)});
        });
      });
  const ServiceNotice service = ServiceNotice::from_environment();
  std::expected<void, WriterFailure> ended;
  const pthread_t main_thread = pthread_self();
  std::thread thread([&] {
    ask_for_priority(parts.notes);
    if (parts.on_start) parts.on_start(writer);
    ended = writer.run();
    pthread_kill(main_thread, kWriterEnded);
  });
  service.ready();
  wait_for_end(parts, service, writer, gateway.get());
  thread.join();
  keeper.reset();
  gateway.reset();
  parts.inbox.close();
  parts.network.stop();
  control->reset();
  if (parts.tape != nullptr) {
    auto written = parts.tape->write(read_clocks().steady, true);
    if (!written) parts.notes.say(NoteLevel::Error, "tape_ended", {{"text", written.error()}});
  }
  auto closed = parts.log.close();
  if (!ended) return ended;
  if (!closed) {
    return std::unexpected(WriterFailure{exit_status(closed.error().kind), closed.error().message});
  }
  return {};
}

}  // namespace tranchet
