// What a program is told to do: a TOML file, TRANCHET_SET and --set, checked key by key.
//
// Later wins: the defaults, the file, the environment variable TRANCHET_SET, --set.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "events/decimal.h"
#include "events/names.h"
#include "events/settings.h"
#include "events/time.h"

namespace tranchet {

// A table [instrument.SYM]. A field that is not given is left to a venue's exchangeInfo or to the
// data.
struct ConfiguredInstrument {
  std::string symbol;
  InstrumentId instrument{};
  std::optional<Price> tick_size;                       // > 0.
  std::optional<Quantity> step_size;                    // > 0.
  std::optional<Quantity> min_quantity;                 // 0: none.
  std::optional<Quantity> max_quantity;                 // Of one limit order; 0: none.
  std::optional<Quantity> market_max_quantity;          // Of one market or stop order; 0: none.
  std::optional<Money> min_notional;                    // 0: none.
  std::optional<std::uint16_t> max_conditional_orders;  // 0: no cap.
  std::optional<std::string> product;                   // In place of session and venue.product.
};

struct VenueSettings {
  std::string name = "aster";
  std::string rest = "https://fapi.asterdex.com";
  std::string stream = "wss://fstream.asterdex.com";
  std::string keys = "/etc/tranchet/keys.toml";  // A path. What is in that file never comes here.
  std::string certificates;              // PEM file of authorities; "": those of the system.
  bool set_position_mode = false;        // May change the account's position mode.
  bool set_leverage = false;             // May change the leverage of instruments.
  std::string margin_type = "as_it_is";  // as_it_is, crossed, isolated: of the instruments.
  // ---- Fyers alone.
  std::string product = "INTRADAY";        // INTRADAY, CNC, MARGIN: what positions are held as.
  std::vector<std::string> symbol_master;  // Files, as the venue publishes them each morning.
  std::string stop_order = "auto";         // auto, market (SL-M), limit (SL-L).
  Ppm stop_limit_offset = 5'000;           // Of SL-L: its limit, beyond the trigger.
  bool gtt_backup = true;                  // Carried positions are protected while it is closed.
  Ppm gtt_limit_offset = 30'000;           // Of a GTT: its limit, beyond the trigger.
  std::uint32_t requests_per_second = 10;
  std::uint32_t requests_per_minute = 200;
  std::uint32_t requests_per_day = 100'000;
};

// Where a live or paper program keeps what it writes.
struct LiveSettings {
  std::string log = "tranchet-log";           // Folder of the event log.
  std::string notes;                          // File of the notes; "": standard error.
  std::uint32_t notes_megabytes = 16;         // Of one file of notes.
  std::uint32_t notes_files = 5;              // Older ones that are kept.
  std::string tape;                           // Tapes of what the engine is told; "": none.
  std::uint32_t snapshot_events = 1'000'000;  // A state snapshot every so many events; 0: none.
};

// How a live or paper program keeps its log small and sound (events/log/segments.h).
struct LogSettings {
  std::uint64_t segment_kilobytes = 1'000'000;  // Not yet in a segment; 0: not by size.
  bool segment_daily = true;                    // A UTC day that has ended becomes a segment.
  std::uint64_t keep_days = 0;                  // Older segments go; 0: kept for ever.
  std::uint64_t budget_kilobytes = 0;           // Of the whole: the oldest go; 0: any size.
  std::uint64_t look_seconds = 60;              // How often it is looked what is due.
  std::uint64_t check_hours = 24;               // How often all is read again; 0: never.
  std::uint64_t check_megabytes_a_second = 50;  // How fast; 0: as fast as it goes.
};

// When a resting limit order fills: at the first trade at its price, or only at one beyond it.
enum class QueueChoice : std::uint8_t { Touch = 1, Through = 2 };

// What the simulated venue assumes.
struct SimulationSettings {
  Money initial_balance = Money::from_raw(10'000 * kDecimalOne);
  std::int64_t maker_fee = 10'000;  // Counts of 1e-8 of the notional; negative: a rebate.
  std::int64_t taker_fee = 50'000;
  Duration latency = Duration::milliseconds(50);  // There and back.
  Ppm slippage = 0;                               // Of market orders, against the taker.
  Ppm maintenance_margin = 4'000;                 // Of the notional.
  bool liquidation = true;
  QueueChoice queue = QueueChoice::Touch;
  Ppm partial_fill = 0;  // Most of a printed trade that one order takes; 0: any amount.
};

// When the exchange takes orders; the times of day are settings ([session] start, end, ...).
struct SessionSettings {
  bool trading_hours = false;                 // On: outside of them no order is taken.
  std::vector<std::string> holidays;          // 2024-01-26: days on which it stays closed.
  std::vector<std::string> extra_days;        // Weekends on which it does not.
  std::optional<Duration> venue_square_off =  // The venue closes intraday positions itself.
      Duration::minutes(15 * 60 + 20);
};

// What an Indian exchange charges, in place of maker and taker fees.
enum class ChargeSchedule : std::uint8_t { None = 1, NseEquity, NseFutures, NseOptions };
struct ChargeSettings {
  ChargeSchedule schedule = ChargeSchedule::None;
  // In place of what the schedule says. Counts of 1e-8 of the turnover; the brokerage's limit in
  // counts of 1e-8 rupees.
  std::optional<std::int64_t> brokerage;
  std::optional<std::int64_t> brokerage_most;
  std::optional<std::int64_t> stt_buy;
  std::optional<std::int64_t> stt_sell;
  std::optional<std::int64_t> exchange;
  std::optional<std::int64_t> sebi;
  std::optional<std::int64_t> stamp;
  std::optional<std::int64_t> gst;
};

struct Configuration {
  std::uint8_t account = 1;  // Goes into every order id.
  Settings settings;
  std::vector<ConfiguredInstrument> instruments;  // In the order of the file.
  std::vector<std::string> account_instruments;   // Entries only in these; empty: everywhere.
  VenueSettings venue;
  LiveSettings live;
  LogSettings log;
  std::string gateway_listen = "127.0.0.1:8080";  // "": no gateway.
  std::string gateway_users;                      // File of who may do what; "": nobody acts.
  std::string gateway_certificate, gateway_key;   // PEM files; "": loopback only.
  std::vector<std::string> gateway_origins;       // Pages elsewhere that may speak to it.
  std::vector<std::string> gateway_alert;         // A program and its arguments; empty: none.
  std::string gateway_webhook;                    // Where alerts are POSTed; "": nowhere.
  std::string gateway_webhook_certificates;       // PEM file of whom it may be; "": the system's.
  SimulationSettings simulation;
  SessionSettings session;
  ChargeSettings charges;
  bool skip = true;  // A backtest may jump over stretches in which nothing can happen.

  // Whether somebody wrote the setting down: for all instruments, or for the one given.
  bool was_set(Setting setting, InstrumentId instrument = InstrumentId::None) const;
  std::set<Settings::Key> written;
};

struct ConfigurationError {
  std::string source;      // A file, "--set" or "TRANCHET_SET".
  std::uint64_t line = 0;  // From 1; 0: the source as a whole.
  std::string message;     // Names key and value.
};
std::string to_text(const ConfigurationError& error);  // "SOURCE:LINE: message"

// `sets` are KEY=VALUE with KEY a `section.name`, an `instrument.SYM.name`, or a name that only one
// section has. TRANCHET_SET holds the same, separated by commas or new lines. Symbols are numbered
// in `names` in the order in which the file names them. Unknown keys, wrong types and values out of
// range are errors; nothing is ignored. An empty path: no file.
std::expected<Configuration, ConfigurationError> load_configuration(
    const std::filesystem::path& path, std::span<const std::string> sets, Names& names);

// The effective whole as TOML, each key with its meaning, unit and range. Loading it gives the same
// configuration.
std::string effective_toml(const Configuration& configuration);

}  // namespace tranchet
