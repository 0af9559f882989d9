#include "adapters/cli/live_command.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <set>
#include <utility>

#include "adapters/cli/configuration.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/instruments.h"
#include "adapters/cli/live_venue.h"
#include "adapters/cli/simulation_parameters.h"
#include "adapters/live/account_lock.h"
#include "adapters/live/session.h"
#include "adapters/live/stop_distance.h"
#include "adapters/paper/paper_side.h"
#include "adapters/service/credential.h"
#include "replay/opening.h"

namespace tranchet {
namespace {

class LiveRun {
 public:
  explicit LiveRun(const LiveArguments& arguments, const LiveErrand* errand = nullptr)
      : arguments_(arguments), errand_(errand) {}

  std::expected<void, WriterFailure> run() {
    Names first_names;
    if (auto loaded = load(first_names); !loaded) return loaded;
    hold_signals_back();
    auto venue = make_live_venue(configuration_);
    if (!venue) return failure(kBadInput, venue.error());
    venue_ = *std::move(venue);
    std::optional<AccountLock> lock;
    if (arguments_.live) {
      if (auto keys = venue_->take_keys(); !keys) return failure(kBadInput, keys.error());
      auto taken = AccountLock::take(venue_->host(), venue_->account(), configuration_.account);
      if (!taken) return failure(kLogIsLocked, taken.error());
      lock.emplace(*std::move(taken));
    }
    if (auto opened = open_log(); !opened) return opened;
    // Again: the log has given numbers to symbols.
    if (auto loaded = load(run_.names); !loaded) return loaded;
    if (auto checked = check_account(); !checked) return checked;
    if (errand_ != nullptr) {
      if (auto prepared = errand_->prepare(); !prepared) return prepared;
    }
    if (auto opened = open_outside(); !opened) return opened;
    return arguments_.live ? trade_live() : trade_on_paper();
  }

 private:
  std::string mode() const { return arguments_.live ? "live" : "paper"; }
  bool is_new() const { return number(run_.writer->head().last) == 0; }
  // No order has come from this log yet: it is new, or a migration has made it.
  bool has_no_orders() const {
    return is_new() || (run_.engine->state().orders.empty() &&
                        run_.engine->state().last_tranche == TrancheId::None);
  }

  std::expected<void, WriterFailure> load(Names& names) {
    auto loaded = load_configuration(arguments_.config, arguments_.sets, names);
    if (!loaded) return failure(kBadInput, to_text(loaded.error()));
    configuration_ = std::move(*loaded);
    return {};
  }

  std::expected<void, WriterFailure> open_log() {
    std::function<void(const Event&, const Output&, const Engine&)> visit;
    if (!arguments_.live) {
      paper_ = std::make_unique<PaperSide>(simulation_of(configuration_));
      visit = [this](const Event& event, const Output& output, const Engine&) {
        paper_->recall(event, output);
      };
    }
    auto opened = open_run_log(configuration_.live.log, mode(), std::move(visit));
    if (!opened) return std::unexpected(opened.error());
    run_ = std::move(*opened);
    return {};
  }

  // Ids of another account number would be taken for those of somebody else.
  std::expected<void, WriterFailure> check_account() const {
    if (!run_.engine || run_.engine->state().account == configuration_.account) return {};
    return failure(kBadInput,
                   "account.number is " + std::to_string(configuration_.account) + ", and " +
                       configuration_.live.log + " is the log of account number " +
                       std::to_string(run_.engine->state().account) +
                       ": its orders at the venue carry that number. Give this account a log of "
                       "its own in live.log");
  }

  std::expected<void, WriterFailure> open_outside() {
    const LiveSettings& live = configuration_.live;
    // Standard error is for what the errand has to say.
    const std::string file =
        errand_ != nullptr && live.notes.empty() ? live.log + "/notes" : live.notes;
    auto notes =
        Notes::open({.file = file, .megabytes = live.notes_megabytes, .files = live.notes_files});
    if (!notes) return failure(kWorldFailed, notes.error());
    notes_ = std::move(*notes);
    auto network = Network::start({.certificates = configuration_.venue.certificates});
    if (!network) return failure(kBadInput, "venue.certificates: " + network.error());
    network_ = std::move(*network);
    return {};
  }

  // What the engine is told first: the opening of a new log, or what a restart must say.
  std::vector<EventBody> beginning(const std::vector<InstrumentListed>& listed) {
    std::vector<EventBody> bodies;
    if (!run_.engine) {
      run_.engine = std::make_unique<Engine>(configuration_.settings, configuration_.account);
      bodies = opening_events({.account = configuration_.account,
                               .settings = configuration_.settings,
                               .instruments = listed},
                              run_.names);
      bodies.emplace_back(Disconnected{Stream::User});
      return bodies;
    }
    bodies = restart_events(run_.engine->state());
    const Settings& before = run_.engine->state().settings;
    for (const ConfigChanged& change : changed_settings(before, configuration_.settings)) {
      bodies.emplace_back(change);
    }
    for (const InstrumentListed& rules : listed) {
      const bool is_listed = run_.engine->state().knows(rules.instrument) &&
                             run_.engine->state().instrument(rules.instrument).listed;
      if (!is_listed) bodies.emplace_back(rules);
    }
    return bodies;
  }

  std::string stop_warning(InstrumentId instrument) const {
    const Ppm margin = configuration_.simulation.maintenance_margin;
    const Settings& settings = configuration_.settings;
    if (!is_stop_beyond_liquidation(settings, instrument, margin)) return {};
    const std::int64_t leverage = settings.get(Setting::Leverage, instrument);
    return "the stop is " + percent_text(settings.percent(Setting::StopLoss, instrument)) +
           " % away, and at leverage " + std::to_string(leverage) +
           " an isolated position is liquidated after " +
           percent_text(liquidation_distance(leverage, margin)) + " %";
  }

  std::optional<GatewayOptions> gateway() const {
    if (configuration_.gateway_listen.empty() || errand_ != nullptr) return std::nullopt;
    return GatewayOptions{.log = configuration_.live.log,
                          .listen = configuration_.gateway_listen,
                          .trading_mode = arguments_.live ? "REAL" : "PAPER",
                          .users = credential_or_file(configuration_.gateway_users),
                          .origins = configuration_.gateway_origins,
                          .certificate = credential_or_file(configuration_.gateway_certificate),
                          .key = credential_or_file(configuration_.gateway_key),
                          .alert_command = configuration_.gateway_alert,
                          .webhook = configuration_.gateway_webhook,
                          .webhook_certificates = configuration_.gateway_webhook_certificates};
  }

  LogKeeperOptions keeping() const {
    constexpr std::uint64_t kKilobyte = 1'000;
    const LogSettings& log = configuration_.log;
    // A restart on paper rebuilds the simulated venue from the first event, so paper keeps all.
    const bool may_remove = arguments_.live;
    return {.log = configuration_.live.log,
            .segment_bytes = log.segment_kilobytes * kKilobyte,
            .segment_daily = log.segment_daily,
            .keep_days = may_remove ? log.keep_days : 0,
            .budget_bytes = may_remove ? log.budget_kilobytes * kKilobyte : 0,
            .look_every = std::chrono::seconds(log.look_seconds),
            .check_every = std::chrono::hours(log.check_hours),
            .check_megabytes_a_second = log.check_megabytes_a_second};
  }

  void open_tape() {
    if (configuration_.live.tape.empty()) return;
    std::vector<std::string> symbols;
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      symbols.push_back(configured.symbol);
    }
    tape_ = std::make_unique<TapeRecorder>(configuration_.live.tape, symbols, run_.names);
  }

  std::expected<void, WriterFailure> run_with(VenueSide& side, std::vector<EventBody> begin,
                                              std::function<void(Writer&)> on_start) {
    open_tape();
    notes_->say(NoteLevel::Info, "started",
                {{"build", std::string(build_name())},
                 {"mode", mode()},
                 {"log", configuration_.live.log},
                 {"replayed", std::to_string(run_.replayed)},
                 {"instruments", std::to_string(configuration_.instruments.size())}});
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      const std::string warning = stop_warning(configured.instrument);
      if (warning.empty()) continue;
      notes_->say(NoteLevel::Warning, "stop_beyond_liquidation",
                  {{"instrument", configured.symbol}, {"text", warning}});
    }
    const auto read_settings = [this](Names& names) -> std::expected<Settings, std::string> {
      auto loaded = load_configuration(arguments_.config, arguments_.sets, names);
      if (!loaded) return std::unexpected(to_text(loaded.error()));
      return loaded->settings;
    };
    auto ended = run_session({.engine = *run_.engine,
                              .names = run_.names,
                              .log = *run_.writer,
                              .venue = side,
                              .inbox = inbox_,
                              .notes = *notes_,
                              .network = *network_,
                              .log_folder = configuration_.live.log,
                              .keeping = keeping(),
                              .snapshot_interval = configuration_.live.snapshot_events,
                              .beginning = std::move(begin),
                              .read_settings = read_settings,
                              .warning = [this](InstrumentId id) { return stop_warning(id); },
                              .gateway = gateway(),
                              .tape = tape_.get(),
                              .on_start = errand_ != nullptr ? start_of_errand() : on_start});
    if (errand_ != nullptr) errand_->ended();
    if (ended) {
      notes_->say(NoteLevel::Info, "stopped");
    } else {
      notes_->say(NoteLevel::Error, "failed", {{"text", ended.error().message}});
    }
    return ended;
  }

  std::function<void(Writer&)> start_of_errand() {
    return [this](Writer& writer) { errand_->start(writer, inbox_); };
  }

  // With those that the log is about to have.
  std::vector<InstrumentListed> rules_of_log(const std::vector<EventBody>& begin) const {
    std::vector<InstrumentListed> listed;
    for (const EventBody& body : begin) {
      if (const auto* rules = std::get_if<InstrumentListed>(&body)) listed.push_back(*rules);
    }
    for (std::size_t id = 1; id <= run_.names.instruments(); ++id) {
      const auto instrument = static_cast<InstrumentId>(id);
      if (!run_.engine->state().knows(instrument)) continue;
      if (!run_.engine->state().instrument(instrument).listed) continue;
      listed.push_back(run_.engine->state().instrument(instrument).rules);
    }
    return listed;
  }

  // Symbols that may have fills which the log does not know of.
  std::vector<std::string> traded() const {
    std::set<InstrumentId> instruments;
    const State& state = run_.engine->state();
    for (const auto& [id, order] : state.orders) instruments.insert(order.key.instrument);
    std::vector<std::string> symbols;
    for (std::size_t id = 1; id <= run_.names.instruments(); ++id) {
      const auto instrument = static_cast<InstrumentId>(id);
      if (!state.knows(instrument)) continue;
      const bool is_open =
          std::ranges::any_of(state.instrument(instrument).positions,
                              [](const Position& position) { return !position.tranches.empty(); });
      if (is_open || instruments.contains(instrument)) {
        symbols.emplace_back(run_.names.symbol(instrument));
      }
    }
    return symbols;
  }

  std::expected<void, WriterFailure> trade_live() {
    const bool has_orders = !has_no_orders();
    std::vector<EventBody> begin = beginning(listed_instruments(configuration_, run_.names));
    const std::unique_ptr<VenueSide> side = venue_->trade(
        {run_.names, run_.engine->state(), inbox_, *network_, *notes_},
        {.position_mode = configuration_.settings.choice<PositionMode>(Setting::PositionModeChoice),
         .listed = rules_of_log(begin),
         .has_orders = has_orders,
         .known_until = has_orders ? run_.engine->state().now : Timestamp(),
         .traded = traded()});
    return run_with(*side, std::move(begin), {});
  }

  // The rules of the configured instruments: the venue's, and over them the configuration's.
  std::expected<std::vector<InstrumentListed>, WriterFailure> rules() {
    auto info = venue_->fetch_rules(*network_);
    if (!info) {
      if (is_new()) return failure(kWorldFailed, info.error());
      notes_->say(NoteLevel::Warning, "rules_not_fetched", {{"text", info.error()}});
      return std::vector<InstrumentListed>();
    }
    std::vector<InstrumentListed> listed;
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      InstrumentListed rules_of{.symbol = run_.names.intern(configured.symbol),
                                .instrument = configured.instrument};
      const auto found =
          std::ranges::find(info->symbols, configured.symbol, &InstrumentRules::symbol);
      if (found != info->symbols.end()) {
        const InstrumentListed named = rules_of;
        rules_of = found->rules;
        rules_of.symbol = named.symbol;
        rules_of.instrument = named.instrument;
      }
      rules_of = configured_rules(configured, rules_of);
      if (!rules_of.tick_size.is_positive() || !rules_of.step_size.is_positive()) {
        return failure(kBadInput, "instrument " + configured.symbol +
                                      ": the venue lists no usable tick_size and step_size, and "
                                      "the configuration gives none");
      }
      listed.push_back(rules_of);
    }
    return listed;
  }

  std::expected<void, WriterFailure> trade_on_paper() {
    const bool log_is_new = is_new();
    auto listed = rules();
    if (!listed) return std::unexpected(listed.error());
    std::vector<EventBody> begin = beginning(*listed);
    for (const EventBody& body : begin) {
      if (const auto* rules_of = std::get_if<InstrumentListed>(&body)) paper_->list(*rules_of);
    }
    if (log_is_new) inform_of_paper();
    begin.emplace_back(Connected{Stream::User});
    return run_with(*paper_, std::move(begin), [&](Writer& writer) {
      const auto watched = venue_->watch(*network_, run_.names, WatchedBook::No, sink_of(writer));
      if (!watched) notes_->say(NoteLevel::Error, "no_market", {{"text", watched.error()}});
    });
  }

  void inform_of_paper() {
    notes_->say(NoteLevel::Info, "paper",
                {{"text", "orders go to the simulated venue; --live trades for real"}});
  }

  MarketSink sink_of(Writer& writer) {
    return {.on_prices =
                [this](Timestamp wall, std::span<const EventBody> prices) {
                  inbox_.post_market(wall, prices);
                },
            .on_stream =
                [this, &writer](bool up, const std::string& why) {
                  if (!up) notes_->say(NoteLevel::Warning, "market_stream", {{"ended", why}});
                  inbox_.post([&writer, up](ClockReading) {
                    writer.take(up ? EventBody(Connected{Stream::Market})
                                   : EventBody(Disconnected{Stream::Market}));
                  });
                },
            .on_flaw =
                [this](const std::string& flaw) {
                  notes_->say(NoteLevel::Warning, "market_message", {{"text", flaw}});
                }};
  }

  const LiveArguments& arguments_;
  const LiveErrand* errand_;
  Configuration configuration_;
  RunLog run_;
  std::unique_ptr<PaperSide> paper_;
  std::unique_ptr<TapeRecorder> tape_;
  std::unique_ptr<Notes> notes_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<LiveVenue> venue_;
  Inbox inbox_{InboxLimits{}};
};

}  // namespace

std::expected<void, WriterFailure> run_errand(const LiveArguments& arguments,
                                              const LiveErrand& errand) {
  return LiveRun(arguments, &errand).run();
}

int run_live_command(const LiveArguments& arguments, std::ostream& out, std::ostream& err) {
  if (arguments.print_config) {
    Names names;
    const auto loaded = load_configuration(arguments.config, arguments.sets, names);
    if (!loaded) {
      err << "tranchet: live: " << to_text(loaded.error()) << "\n";
      return kBadInput;
    }
    out << effective_toml(*loaded) << std::flush;
    return out.good() ? kDone : kWorldFailed;
  }
  const auto ended = LiveRun(arguments).run();
  if (ended) return kDone;
  err << "tranchet: live: " << ended.error().message << "\n";
  return ended.error().exit_status;
}

}  // namespace tranchet
