#include "adapters/cli/configuration_keys.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace tranchet {
namespace {

constexpr auto kSections = std::to_array<std::string_view>(
    {"account", "venue", "live", "log", "defaults", "instrument", "session", "charges", "strategy",
     "gateway", "simulation", "backtest"});

// A number with `places` decimals in [min, max], both in counts of the last place.
struct ReadNumber {
  std::int64_t count = 0;
  std::string error;
};
std::string number_text(std::int64_t count, int places) {
  for (int place = places; place < kDecimalPlaces; ++place) count *= 10;
  return decimal_text(count);
}
ReadNumber read_number(std::string_view text, int places, std::int64_t min, std::int64_t max) {
  const ParsedDecimal parsed = parse_decimal(text, places);
  if (parsed.error == DecimalError::TooManyDecimals) {
    return {0, places == 0 ? "is not a whole number"
                           : "has more than " + std::to_string(places) + " decimals"};
  }
  if (parsed.error) return {0, std::string(describe(*parsed.error))};
  if (parsed.count < min) return {0, "is below " + number_text(min, places)};
  if (parsed.count > max) return {0, "is above " + number_text(max, places)};
  return {parsed.count, {}};
}

template <class Target>
std::string read_into(Target& target, std::string_view text, int places, std::int64_t min,
                      std::int64_t max) {
  const ReadNumber number = read_number(text, places, min, max);
  if (number.error.empty()) target = static_cast<Target>(number.count);
  return number.error;
}

std::string read_switch(bool& target, std::string_view text, std::string_view on,
                        std::string_view off) {
  if (text != on && text != off) return "is none of " + std::string(on) + ", " + std::string(off);
  target = text == on;
  return {};
}

std::string read_list(std::vector<std::string>& target, std::string_view text) {
  target.clear();
  std::string word;
  for (const char c : std::string(text) + ",") {
    if (c == ' ' || c == ',' || c == '[' || c == ']' || c == '"') {
      if (!word.empty()) target.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return {};
}

std::string read_word(std::string& target, std::string_view text,
                      std::span<const std::string_view> words) {
  if (std::ranges::count(words, text) == 0) {
    std::string all;
    for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
    return "is none of " + all;
  }
  target = text;
  return {};
}
constexpr auto kMarginTypes = std::to_array<std::string_view>({"as_it_is", "crossed", "isolated"});
constexpr auto kProducts = std::to_array<std::string_view>({"INTRADAY", "CNC", "MARGIN"});
constexpr auto kHeldAs =
    std::to_array<std::string_view>({"INTRADAY", "CNC", "MARGIN", "intraday", "carry"});
constexpr auto kStopOrders = std::to_array<std::string_view>({"auto", "market", "limit"});

std::string list_text(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + toml_string(word);
  return "[" + out + "]";
}

// Counts: 1 bp of a rate is 10,000 counts of 1e-8, so four decimals of a basis point are exact.
constexpr int kRatePlaces = 4;
constexpr std::int64_t kRateLimit = 10'000'000;  // 1,000 bp, 10 %.
constexpr std::int64_t kLargest = 90'000'000'000 * kDecimalOne;

using Shape = OutsideKey::Shape;
using View = std::string_view;
using Config = Configuration;

template <std::string VenueSettings::*field>
std::string read_venue(View text, Config& c) {
  c.venue.*field = text;
  return {};
}
template <std::string VenueSettings::*field>
std::string write_venue(const Config& c) {
  return toml_string(c.venue.*field);
}
template <std::string Config::*field>
std::string read_text(View text, Config& c) {
  c.*field = text;
  return {};
}
template <std::string Config::*field>
std::string write_text(const Config& c) {
  return toml_string(c.*field);
}
template <bool VenueSettings::*field>
std::string read_venue_switch(View text, Config& c) {
  return read_switch(c.venue.*field, text, "true", "false");
}
template <bool VenueSettings::*field>
std::string write_venue_switch(const Config& c) {
  return c.venue.*field ? "true" : "false";
}
template <std::uint32_t VenueSettings::*field>
std::string read_venue_count(View text, Config& c) {
  return read_into(c.venue.*field, text, 0, 1, 10'000'000);
}
template <std::uint32_t VenueSettings::*field>
std::string write_venue_count(const Config& c) {
  return std::to_string(c.venue.*field);
}
template <std::string LiveSettings::*field>
std::string read_live(View text, Config& c) {
  c.live.*field = text;
  return {};
}
template <std::string LiveSettings::*field>
std::string write_live(const Config& c) {
  return toml_string(c.live.*field);
}
template <std::uint32_t LiveSettings::*field, std::int64_t min, std::int64_t max>
std::string read_live_count(View text, Config& c) {
  return read_into(c.live.*field, text, 0, min, max);
}
template <std::uint32_t LiveSettings::*field>
std::string write_live_count(const Config& c) {
  return std::to_string(c.live.*field);
}
template <std::uint64_t LogSettings::*field, int places, std::int64_t min, std::int64_t max>
std::string read_log(View text, Config& c) {
  return read_into(c.log.*field, text, places, min, max);
}
template <std::uint64_t LogSettings::*field, int places>
std::string write_log(const Config& c) {
  return number_text(static_cast<std::int64_t>(c.log.*field), places);
}
template <std::int64_t SimulationSettings::*field>
std::string read_rate(View text, Config& c) {
  return read_into(c.simulation.*field, text, kRatePlaces, -kRateLimit, kRateLimit);
}
template <std::int64_t SimulationSettings::*field>
std::string write_rate(const Config& c) {
  return number_text(c.simulation.*field, kRatePlaces);
}
template <Ppm SimulationSettings::*field>
std::string read_percent(View text, Config& c) {
  return read_into(c.simulation.*field, text, kRatePlaces, 0, kPpmOne);
}
template <Ppm SimulationSettings::*field>
std::string write_percent(const Config& c) {
  return percent_text(c.simulation.*field);
}

// Dates of the calendar.
template <std::vector<std::string> SessionSettings::*field>
std::string read_days(View text, Config& c) {
  read_list(c.session.*field, text);
  for (const std::string& day : c.session.*field) {
    const bool is_date = day.size() == 10 && parse_time(day + "T00:00:00Z");
    if (!is_date) return "has " + toml_string(day) + ", which is no date such as 2024-01-26";
  }
  return {};
}
template <std::vector<std::string> SessionSettings::*field>
std::string write_days(const Config& c) {
  return list_text(c.session.*field);
}

constexpr auto kSchedules =
    std::to_array<View>({"none", "nse_equity", "nse_futures", "nse_options"});
constexpr View kOfSchedule = "schedule";
// Percent with six decimals are counts of 1e-8.
template <std::optional<std::int64_t> ChargeSettings::*field, int places, std::int64_t most>
std::string read_charge(View text, Config& c) {
  if (text == kOfSchedule) {
    (c.charges.*field).reset();
    return {};
  }
  return read_into(c.charges.*field, text, places, 0, most);
}
template <std::optional<std::int64_t> ChargeSettings::*field, int places>
std::string write_charge(const Config& c) {
  return c.charges.*field ? number_text(*(c.charges.*field), places) : toml_string(kOfSchedule);
}
template <std::optional<std::int64_t> ChargeSettings::*field>
constexpr OutsideKey percent_key(View name, View meaning) {
  return {"charges",
          name,
          meaning,
          Shape::Scalar,
          read_charge<field, 6, kDecimalOne>,
          write_charge<field, 6>};
}

constexpr auto kOutside = std::to_array<OutsideKey>({
    {"account", "number", "part of every order id, so that accounts do not collide (0 .. 255)",
     Shape::Scalar, [](View text, Config& c) { return read_into(c.account, text, 0, 0, 255); },
     [](const Config& c) { return std::to_string(c.account); }},
    {"account", "instruments", "entries only in these; empty: in all configured", Shape::List,
     [](View text, Config& c) { return read_list(c.account_instruments, text); },
     [](const Config& c) { return list_text(c.account_instruments); }},
    {"venue", "name", "which adapter", Shape::Text, read_venue<&VenueSettings::name>,
     write_venue<&VenueSettings::name>},
    {"venue", "rest", "address of its requests", Shape::Text, read_venue<&VenueSettings::rest>,
     write_venue<&VenueSettings::rest>},
    {"venue", "stream", "address of its streams", Shape::Text, read_venue<&VenueSettings::stream>,
     write_venue<&VenueSettings::stream>},
    {"venue", "keys", "file with the keys, readable by its owner only", Shape::Text,
     read_venue<&VenueSettings::keys>, write_venue<&VenueSettings::keys>},
    {"venue", "certificates", "PEM file of the authorities to trust; \"\": those of the system",
     Shape::Text, read_venue<&VenueSettings::certificates>,
     write_venue<&VenueSettings::certificates>},
    {"venue", "set_position_mode", "true: the account's position mode may be changed at start",
     Shape::Scalar, read_venue_switch<&VenueSettings::set_position_mode>,
     write_venue_switch<&VenueSettings::set_position_mode>},
    {"venue", "set_leverage", "true: leverage of the configured instruments is set at start",
     Shape::Scalar, read_venue_switch<&VenueSettings::set_leverage>,
     write_venue_switch<&VenueSettings::set_leverage>},
    {"venue", "margin_type", "as_it_is, or what configured instruments are set to at start",
     Shape::Text,
     [](View text, Config& c) { return read_word(c.venue.margin_type, text, kMarginTypes); },
     write_venue<&VenueSettings::margin_type>},
    {"venue", "product", "fyers: INTRADAY, CNC or MARGIN, what positions are held as", Shape::Text,
     [](View text, Config& c) { return read_word(c.venue.product, text, kProducts); },
     write_venue<&VenueSettings::product>},
    {"venue", "symbol_master",
     "fyers: files of today's rules and circuit limits, NSE_CM_sym_master.json and its like",
     Shape::List, [](View text, Config& c) { return read_list(c.venue.symbol_master, text); },
     [](const Config& c) { return list_text(c.venue.symbol_master); }},
    {"venue", "stop_order",
     "fyers: market (SL-M), limit (SL-L), or auto: limit for options, which have no SL-M",
     Shape::Text,
     [](View text, Config& c) { return read_word(c.venue.stop_order, text, kStopOrders); },
     write_venue<&VenueSettings::stop_order>},
    {"venue", "stop_limit_offset_pct",
     "fyers: how far beyond its trigger the limit of SL-L lies (0 .. 50)", Shape::Scalar,
     [](View text, Config& c) {
       return read_into(c.venue.stop_limit_offset, text, kRatePlaces, 0, kPpmOne / 2);
     },
     [](const Config& c) { return percent_text(c.venue.stop_limit_offset); }},
    {"venue", "gtt_backup",
     "fyers: true: while it is closed, GTT orders at the venue protect CNC and MARGIN positions",
     Shape::Scalar, read_venue_switch<&VenueSettings::gtt_backup>,
     write_venue_switch<&VenueSettings::gtt_backup>},
    {"venue", "gtt_limit_offset_pct",
     "fyers: how far beyond its trigger the limit of a GTT lies (0 .. 50)", Shape::Scalar,
     [](View text, Config& c) {
       return read_into(c.venue.gtt_limit_offset, text, kRatePlaces, 0, kPpmOne / 2);
     },
     [](const Config& c) { return percent_text(c.venue.gtt_limit_offset); }},
    {"venue", "requests_per_second", "fyers: what the account may send (1 .. 10000000)",
     Shape::Scalar, read_venue_count<&VenueSettings::requests_per_second>,
     write_venue_count<&VenueSettings::requests_per_second>},
    {"venue", "requests_per_minute", "fyers: the same of a minute (1 .. 10000000)", Shape::Scalar,
     read_venue_count<&VenueSettings::requests_per_minute>,
     write_venue_count<&VenueSettings::requests_per_minute>},
    {"venue", "requests_per_day", "fyers: the same of a day (1 .. 10000000)", Shape::Scalar,
     read_venue_count<&VenueSettings::requests_per_day>,
     write_venue_count<&VenueSettings::requests_per_day>},
    {"live", "log", "folder of the event log", Shape::Text, read_live<&LiveSettings::log>,
     write_live<&LiveSettings::log>},
    {"live", "notes", "file of the notes, key=value lines; \"\": standard error", Shape::Text,
     read_live<&LiveSettings::notes>, write_live<&LiveSettings::notes>},
    {"live", "notes_megabytes", "of one file of notes (1 .. 1024)", Shape::Scalar,
     read_live_count<&LiveSettings::notes_megabytes, 1, 1024>,
     write_live_count<&LiveSettings::notes_megabytes>},
    {"live", "notes_files", "older files of notes that are kept (1 .. 1000)", Shape::Scalar,
     read_live_count<&LiveSettings::notes_files, 1, 1000>,
     write_live_count<&LiveSettings::notes_files>},
    {"live", "tape", "tapes of the market as the engine is told of it; \"\": none", Shape::Text,
     read_live<&LiveSettings::tape>, write_live<&LiveSettings::tape>},
    {"live", "snapshot_events", "a state snapshot every so many events (0 .. 1000000000; 0: none)",
     Shape::Scalar, read_live_count<&LiveSettings::snapshot_events, 0, 1'000'000'000>,
     write_live_count<&LiveSettings::snapshot_events>},
    {"log", "segment_megabytes",
     "so much of the log becomes a segment (0 .. 1000000; 0: not by size)", Shape::Scalar,
     read_log<&LogSettings::segment_kilobytes, 3, 0, 1'000'000'000>,
     write_log<&LogSettings::segment_kilobytes, 3>},
    {"log", "segment_daily", "true: so does a UTC day that has ended", Shape::Scalar,
     [](View text, Config& c) { return read_switch(c.log.segment_daily, text, "true", "false"); },
     [](const Config& c) { return std::string(c.log.segment_daily ? "true" : "false"); }},
    {"log", "keep_days", "older segments are deleted (0 .. 36500; 0: kept for ever)", Shape::Scalar,
     read_log<&LogSettings::keep_days, 0, 0, 36'500>, write_log<&LogSettings::keep_days, 0>},
    {"log", "budget_megabytes",
     "of the whole log: the oldest segments are deleted (0 .. 100000000; 0: any size)",
     Shape::Scalar, read_log<&LogSettings::budget_kilobytes, 3, 0, 100'000'000'000>,
     write_log<&LogSettings::budget_kilobytes, 3>},
    {"log", "look_seconds", "how often it is looked what is due (1 .. 3600)", Shape::Scalar,
     read_log<&LogSettings::look_seconds, 0, 1, 3'600>, write_log<&LogSettings::look_seconds, 0>},
    {"log", "check_hours", "every checksum is read again so often (0 .. 8760; 0: never)",
     Shape::Scalar, read_log<&LogSettings::check_hours, 0, 0, 8'760>,
     write_log<&LogSettings::check_hours, 0>},
    {"log", "check_megabytes_a_second",
     "so much of the log a check reads at most (0 .. 100000; 0: as fast as it goes)", Shape::Scalar,
     read_log<&LogSettings::check_megabytes_a_second, 0, 0, 100'000>,
     write_log<&LogSettings::check_megabytes_a_second, 0>},
    {"gateway", "listen", "HOST:PORT of dashboard, WebSocket, HTTP and metrics; \"\" turns it off",
     Shape::Text,
     [](View text, Config& c) {
       c.gateway_listen = text;
       return std::string();
     },
     [](const Config& c) { return toml_string(c.gateway_listen); }},
    {"gateway", "users", "file of users and their tokens, its owner's alone; \"\": nobody acts",
     Shape::Text, read_text<&Config::gateway_users>, write_text<&Config::gateway_users>},
    {"gateway", "certificate", "PEM file; without it, loopback addresses only", Shape::Text,
     read_text<&Config::gateway_certificate>, write_text<&Config::gateway_certificate>},
    {"gateway", "key", "PEM file of the certificate's key", Shape::Text,
     read_text<&Config::gateway_key>, write_text<&Config::gateway_key>},
    {"gateway", "origins", "pages elsewhere that may speak to it", Shape::List,
     [](View text, Config& c) { return read_list(c.gateway_origins, text); },
     [](const Config& c) { return list_text(c.gateway_origins); }},
    {"gateway", "alert", "a program and its arguments, run for every alert", Shape::List,
     [](View text, Config& c) { return read_list(c.gateway_alert, text); },
     [](const Config& c) { return list_text(c.gateway_alert); }},
    {"gateway", "webhook",
     "https://... that every alert is POSTed to as JSON (http:// on this machine); \"\": none",
     Shape::Text, read_text<&Config::gateway_webhook>, write_text<&Config::gateway_webhook>},
    {"gateway", "webhook_certificates",
     "PEM file of the authorities that the webhook is trusted by; \"\": the system's", Shape::Text,
     read_text<&Config::gateway_webhook_certificates>,
     write_text<&Config::gateway_webhook_certificates>},
    {"simulation", "initial_balance", "quote currency (above 0)", Shape::Scalar,
     [](View text, Config& c) {
       const ReadNumber number = read_number(text, kDecimalPlaces, 1, kLargest);
       if (number.error.empty()) c.simulation.initial_balance = Money::from_raw(number.count);
       return number.error;
     },
     [](const Config& c) { return to_text(c.simulation.initial_balance); }},
    {"simulation", "maker_fee_bps",
     "basis points of the notional (-1000 .. 1000; negative: rebate)", Shape::Scalar,
     read_rate<&SimulationSettings::maker_fee>, write_rate<&SimulationSettings::maker_fee>},
    {"simulation", "taker_fee_bps", "basis points of the notional (-1000 .. 1000)", Shape::Scalar,
     read_rate<&SimulationSettings::taker_fee>, write_rate<&SimulationSettings::taker_fee>},
    {"simulation", "latency_ms", "milliseconds to the venue and back (0 .. 60000)", Shape::Scalar,
     [](View text, Config& c) {
       const ReadNumber number = read_number(text, 0, 0, 60'000);
       if (number.error.empty()) c.simulation.latency = Duration::milliseconds(number.count);
       return number.error;
     },
     [](const Config& c) { return std::to_string(c.simulation.latency.count() / 1'000'000); }},
    {"simulation", "slippage_bps", "basis points that market orders fill worse (0 .. 1000)",
     Shape::Scalar,
     [](View text, Config& c) { return read_into(c.simulation.slippage, text, 2, 0, 100'000); },
     [](const Config& c) { return number_text(c.simulation.slippage, 2); }},
    {"simulation", "maintenance_margin_pct", "percent of the notional (0 .. 100)", Shape::Scalar,
     read_percent<&SimulationSettings::maintenance_margin>,
     write_percent<&SimulationSettings::maintenance_margin>},
    {"simulation", "liquidation", "positions are liquidated when the margin is used up",
     Shape::Scalar,
     [](View text, Config& c) {
       return read_switch(c.simulation.liquidation, text, "true", "false");
     },
     [](const Config& c) { return std::string(c.simulation.liquidation ? "true" : "false"); }},
    {"simulation", "queue", "a resting limit order fills at a touch, or when traded through",
     Shape::Scalar,
     [](View text, Config& c) {
       bool touch = true;
       std::string error = read_switch(touch, text, "touch", "through");
       if (error.empty()) c.simulation.queue = touch ? QueueChoice::Touch : QueueChoice::Through;
       return error;
     },
     [](const Config& c) {
       return toml_string(c.simulation.queue == QueueChoice::Touch ? "touch" : "through");
     }},
    {"simulation", "partial_fill_pct", "most an order takes of a trade, percent (0: no limit)",
     Shape::Scalar, read_percent<&SimulationSettings::partial_fill>,
     write_percent<&SimulationSettings::partial_fill>},
    {"session", "trading_hours",
     "on: orders are taken between start and end of trading days only, and expire at the end",
     Shape::Scalar,
     [](View text, Config& c) { return read_switch(c.session.trading_hours, text, "on", "off"); },
     [](const Config& c) { return toml_string(c.session.trading_hours ? "on" : "off"); }},
    {"session", "holidays", "days without a session, 2024-01-26; weekends are none anyway",
     Shape::List, read_days<&SessionSettings::holidays>, write_days<&SessionSettings::holidays>},
    {"session", "extra_days", "weekends with a session", Shape::List,
     read_days<&SessionSettings::extra_days>, write_days<&SessionSettings::extra_days>},
    {"session", "venue_square_off",
     "when the venue itself closes intraday positions; \"\": it does not", Shape::Text,
     [](View text, Config& c) {
       c.session.venue_square_off.reset();
       if (text.empty()) return std::string();
       const ParsedSetting parsed = parse_setting(info(Setting::SquareOff), text);
       if (parsed.error.empty()) {
         c.session.venue_square_off = Duration::nanoseconds(parsed.value);
       }
       return parsed.error;
     },
     [](const Config& c) {
       const auto& time = c.session.venue_square_off;
       return toml_string(time ? setting_text(info(Setting::SquareOff), time->count()) : "");
     }},
    {"charges", "schedule",
     "an exchange's charges in place of maker and taker fees: none, nse_equity (intraday or "
     "delivery, by session.product), nse_futures, nse_options",
     Shape::Text,
     [](View text, Config& c) {
       const auto found = std::ranges::find(kSchedules, text);
       if (found == kSchedules.end()) {
         return std::string("is none of none, nse_equity, nse_futures, nse_options");
       }
       c.charges.schedule = static_cast<ChargeSchedule>(found - kSchedules.begin() + 1);
       return std::string();
     },
     [](const Config& c) {
       return toml_string(kSchedules[static_cast<std::size_t>(c.charges.schedule) - 1]);
     }},
    percent_key<&ChargeSettings::brokerage>(
        "brokerage_pct", "percent of an order's turnover (0 .. 100), or \"schedule\""),
    {"charges", "brokerage_max", "rupees per executed order; 0: no limit; or \"schedule\"",
     Shape::Scalar, read_charge<&ChargeSettings::brokerage_most, kDecimalPlaces, kLargest>,
     write_charge<&ChargeSettings::brokerage_most, kDecimalPlaces>},
    percent_key<&ChargeSettings::stt_buy>(
        "stt_buy_pct", "securities transaction tax of the buyer, percent, or \"schedule\""),
    percent_key<&ChargeSettings::stt_sell>("stt_sell_pct",
                                           "the same of the seller, percent, or \"schedule\""),
    percent_key<&ChargeSettings::exchange>(
        "exchange_pct", "transaction charge of the exchange, percent, or \"schedule\""),
    percent_key<&ChargeSettings::sebi>("sebi_pct",
                                       "turnover fee of SEBI, percent, or \"schedule\""),
    percent_key<&ChargeSettings::stamp>("stamp_pct",
                                        "stamp duty of the buyer, percent, or \"schedule\""),
    percent_key<&ChargeSettings::gst>(
        "gst_pct", "tax on brokerage, exchange and SEBI, percent, or \"schedule\""),
    {"backtest", "skip", "on: jump over stretches in which nothing can happen; off: never",
     Shape::Scalar, [](View text, Config& c) { return read_switch(c.skip, text, "on", "off"); },
     [](const Config& c) { return toml_string(c.skip ? "on" : "off"); }},
});

template <auto field>
std::string read_field(View text, ConfiguredInstrument& instrument) {
  using Number = typename std::remove_reference_t<decltype(instrument.*field)>::value_type;
  const ReadNumber number = read_number(text, kDecimalPlaces, 0, kLargest);
  if (number.error.empty()) instrument.*field = Number::from_raw(number.count);
  return number.error;
}
template <auto field>
std::string read_step(View text, ConfiguredInstrument& instrument) {
  const ParsedDecimal parsed = parse_decimal(text);
  if (!parsed.error && parsed.count <= 0) return "must be above 0";
  return read_field<field>(text, instrument);
}
template <auto field>
std::string write_field(const ConfiguredInstrument& instrument) {
  return instrument.*field ? to_text(*(instrument.*field)) : std::string();
}

using Listed = ConfiguredInstrument;
constexpr std::array<InstrumentKey, 8> kInstrument{{
    {"tick_size", "prices are multiples of it (above 0)", read_step<&Listed::tick_size>,
     write_field<&Listed::tick_size>},
    {"step_size", "quantities are multiples of it (above 0)", read_step<&Listed::step_size>,
     write_field<&Listed::step_size>},
    {"min_quantity", "of an order; 0: none", read_field<&Listed::min_quantity>,
     write_field<&Listed::min_quantity>},
    {"max_quantity", "of a limit order; 0: none", read_field<&Listed::max_quantity>,
     write_field<&Listed::max_quantity>},
    {"market_max_quantity", "of a market or stop order; 0: none",
     read_field<&Listed::market_max_quantity>, write_field<&Listed::market_max_quantity>},
    {"min_notional", "price x quantity of an order, quote currency; 0: none",
     read_field<&Listed::min_notional>, write_field<&Listed::min_notional>},
    {"max_conditional_orders", "stops resting at once (0 .. 65535; 0: no cap)",
     [](View text, Listed& instrument) {
       std::uint16_t count = 0;
       std::string error = read_into(count, text, 0, 0, std::numeric_limits<std::uint16_t>::max());
       if (error.empty()) instrument.max_conditional_orders = count;
       return error;
     },
     [](const Listed& instrument) {
       return instrument.max_conditional_orders ? std::to_string(*instrument.max_conditional_orders)
                                                : std::string();
     }},
    {"product", "intraday or carry; fyers: INTRADAY, or CNC and MARGIN, which are carried",
     [](View text, Listed& instrument) {
       std::string word;
       std::string error = read_word(word, text, kHeldAs);
       if (error.empty()) instrument.product = word;
       return error;
     },
     [](const Listed& instrument) {
       return instrument.product ? toml_string(*instrument.product) : std::string();
     }},
}};

}  // namespace

std::span<const OutsideKey> outside_keys() {
  return kOutside;
}

std::span<const InstrumentKey> instrument_keys() {
  return kInstrument;
}

std::span<const std::string_view> configuration_sections() {
  return kSections;
}

KnownKey find_key(std::string_view section, std::string_view name) {
  if (section == "instrument") {
    for (const InstrumentKey& key : kInstrument) {
      if (key.name == name) return {nullptr, nullptr, &key};
    }
    for (const SettingInfo& setting : all_settings()) {
      if (setting.per_instrument && setting.name == name) return {&setting, nullptr, nullptr};
    }
    return {};
  }
  for (const OutsideKey& key : kOutside) {
    if (key.section == section && key.name == name) return {nullptr, &key, nullptr};
  }
  return {find_setting(section, name), nullptr, nullptr};
}

std::span<const std::string> configuration_key_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    const auto add = [&](View section, View name) {
      names.push_back(std::string(section) + "." + std::string(name));
    };
    for (const SettingInfo& setting : all_settings()) add(setting.section, setting.name);
    for (const OutsideKey& key : kOutside) add(key.section, key.name);
    for (const InstrumentKey& key : kInstrument) add("instrument", key.name);
    for (const SettingInfo& setting : all_settings()) {
      if (setting.per_instrument) add("instrument", setting.name);
    }
    return names;
  }();
  return kNames;
}

std::string toml_string(std::string_view text) {
  constexpr View kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20 || code == 0x7F) {
      out += "\\u00";
      out += kHex[code >> 4];
      out += kHex[code & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace tranchet
