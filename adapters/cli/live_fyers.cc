#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "adapters/cli/live_venue.h"
#include "adapters/cli/simulation_parameters.h"
#include "adapters/fyers/data_requests.h"
#include "adapters/live/clock.h"
#include "adapters/live/fyers_side.h"
#include "adapters/paper/fyers_public_market.h"
#include "adapters/service/credential.h"

namespace tranchet {
namespace {

bool is_measured(const Settings& settings, InstrumentId instrument) {
  return settings.choice<TargetsChoice>(Setting::Targets, instrument) != TargetsChoice::Percent;
}

// Candles of the instruments whose targets are measured by them. `state`: what the log has of them;
// null: it is not looked at.
fyers::CandleTerms candles_of(const Configuration& configuration, const State* state) {
  const Settings& settings = configuration.settings;
  const Duration offset = settings.duration(Setting::UtcOffset);
  fyers::CandleTerms terms{.session_start = settings.duration(Setting::SessionStart) - offset,
                           .session_end = settings.duration(Setting::SessionEnd) - offset,
                           .hours = hours_of(configuration)};
  for (const ConfiguredInstrument& one : configuration.instruments) {
    const InstrumentId id = one.instrument;
    if (fyers::is_index(one.symbol) || !is_measured(settings, id)) continue;
    fyers::WantedCandles wanted{.symbol = one.symbol,
                                .instrument = id,
                                .length = settings.duration(Setting::CandleInterval, id),
                                .period = settings.get(Setting::AtrPeriod, id)};
    if (state != nullptr && state->knows(id)) {
      const CandleMemory& memory = state->instrument(id).candles;
      const bool is_of_these = memory.count > 0 && memory.period == wanted.period &&
                               Duration::seconds(memory.seconds) == wanted.length;
      if (is_of_these) wanted.known = memory.opened;
    }
    terms.wanted.push_back(std::move(wanted));
  }
  return terms;
}

class LiveFyers final : public LiveVenue {
 public:
  LiveFyers(const Configuration& configuration, NetAddress rest, NetAddress stream,
            fyers::SymbolMaster master)
      : configuration_(configuration),
        rest_(std::move(rest)),
        stream_(std::move(stream)),
        master_(std::move(master)) {}

  std::expected<void, std::string> take_keys() override {
    auto permit = FyersPermit::from_file(configuration_.venue.keys);
    if (!permit) return std::unexpected(permit.error());
    permit_ = *std::move(permit);
    return read_gtt_file();
  }
  std::string host() const override { return rest_.host_header(); }
  std::string account() const override { return permit_->token().account(); }

  std::unique_ptr<VenueSide> trade(const OutsideParts& parts, TradingStart start) override {
    FyersSideOptions options{
        .core = {.account = configuration_.account,
                 .symbols = symbols(),
                 .stops = stops(),
                 .stop_limit_offset = configuration_.venue.stop_limit_offset,
                 .seed = static_cast<std::uint64_t>(read_clocks().wall.nanoseconds()),
                 .listed = std::move(start.listed),
                 .master = master_,
                 .limits = {.per_second = configuration_.venue.requests_per_second,
                            .per_minute = configuration_.venue.requests_per_minute,
                            .per_day = configuration_.venue.requests_per_day},
                 .hours = hours_of(configuration_),
                 .closed = closed(parts.state),
                 .candles = candles_of(configuration_, &parts.state),
                 .feed_elsewhere = true,
                 .gtt_backup = configuration_.venue.gtt_backup,
                 .gtt_limit_offset = configuration_.venue.gtt_limit_offset,
                 .gtt_records = std::move(gtt_records_)},
        .rest = rest_,
        .stream = stream_,
        .gtt_file = gtt_file(),
        .log_is_new = !start.has_orders};
    if (start.has_orders) options.core.last_active = start.known_until;
    return std::make_unique<FyersSide>(options, *std::move(permit_), parts.names, parts.state,
                                       parts.inbox, parts.network, parts.notes);
  }

  // The symbol master's, which is a file: nothing is asked.
  std::expected<ExchangeInfo, std::string> fetch_rules(Network&) override {
    Names names;
    ExchangeInfo info;
    for (const auto& [symbol, row] : master_) {
      info.symbols.push_back({.symbol = symbol, .rules = fyers::listed(row, names)});
    }
    return info;
  }

  std::expected<void, std::string> watch(Network& network, const Names& names, WatchedBook book,
                                         MarketSink sink) override {
    std::vector<std::string> symbols;
    for (const ConfiguredInstrument& one : configuration_.instruments) {
      symbols.push_back(one.symbol);
    }
    // A recording has the trades themselves.
    fyers::CandleTerms candles;
    if (book == WatchedBook::No) candles = candles_of(configuration_, nullptr);
    market_ = std::make_unique<FyersPublicMarket>(
        network,
        FyersPublicOptions{.rest = rest_,
                           .stream = stream_,
                           .token_file = credential_or_file(configuration_.venue.keys),
                           .symbols = std::move(symbols),
                           .book = book == WatchedBook::BestBidAndAsk,
                           .candles = std::move(candles)},
        names, std::move(sink));
    return {};
  }

 private:
  // With the log, for it belongs to what that says is held.
  std::filesystem::path gtt_file() const {
    return std::filesystem::path(configuration_.live.log) / "gtt.jsonl";
  }

  std::expected<void, std::string> read_gtt_file() {
    std::ifstream file(gtt_file(), std::ios::binary);
    const bool is_there = std::filesystem::exists(gtt_file());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (is_there && (!file.good() && !file.eof())) {
      return std::unexpected(gtt_file().string() + " cannot be read");
    }
    auto records = fyers::read_records(text);
    if (!records) return std::unexpected(gtt_file().string() + " " + records.error());
    gtt_records_ = *std::move(records);
    return {};
  }

  std::vector<fyers::TradedSymbol> symbols() const {
    std::vector<fyers::TradedSymbol> all;
    for (const ConfiguredInstrument& one : configuration_.instruments) {
      const auto own = fyers::product(one.product.value_or(""));  // Or a word of session.product.
      const fyers::Product product = own.value_or(*fyers::product(configuration_.venue.product));
      const bool intraday = product == fyers::Product::Intraday;
      all.push_back({one.symbol, product, charges_of(configuration_.charges, intraday)});
    }
    return all;
  }

  std::vector<InstrumentId> closed(const State& state) const {
    std::vector<InstrumentId> all;
    for (const ConfiguredInstrument& one : configuration_.instruments) {
      const bool is_closed =
          state.knows(one.instrument) && state.instrument(one.instrument).session_closed;
      if (is_closed) all.push_back(one.instrument);
    }
    return all;
  }

  fyers::StopStyle stops() const {
    const std::string& word = configuration_.venue.stop_order;
    return word == "market"  ? fyers::StopStyle::Market
           : word == "limit" ? fyers::StopStyle::Limit
                             : fyers::StopStyle::Auto;
  }

  const Configuration& configuration_;
  NetAddress rest_, stream_;
  fyers::SymbolMaster master_;
  std::optional<FyersPermit> permit_;
  std::vector<fyers::GttRecord> gtt_records_;
  std::unique_ptr<FyersPublicMarket> market_;
};

// The account is netted, and nothing at the venue keeps an exit from opening the other side.
std::string flaw_in_settings(const Configuration& configuration) {
  const Settings& settings = configuration.settings;
  if (settings.choice<PositionMode>(Setting::PositionModeChoice) != PositionMode::OneWay) {
    return "account.position_mode must be \"one_way\" with venue.name \"fyers\": it holds one "
           "position a symbol and product";
  }
  if (settings.flag(Setting::ReduceOnly)) {
    return "venue.reduce_only must be false with venue.name \"fyers\": it has no orders that can "
           "only reduce";
  }
  for (const ConfiguredInstrument& one : configuration.instruments) {
    const Duration length = settings.duration(Setting::CandleInterval, one.instrument);
    if (!is_measured(settings, one.instrument) || fyers::has_candles_of(length)) continue;
    return "candle_interval of " + one.symbol + " is " + to_text(length) +
           ", and venue.name \"fyers\" has candles of 1m, 2m, 3m, 5m, 10m, 15m, 20m, 30m, 60m, "
           "120m and 240m";
  }
  return {};
}

// "NSE_CM", "NSE_FO", "MCX_COM": the venue's files are of one segment each and begin with its name.
std::string segment_of(std::string_view symbol) {
  const std::string exchange(symbol.substr(0, symbol.find(':')));
  if (exchange == "MCX") return exchange + "_COM";
  const bool is_derivative =
      symbol.ends_with("FUT") || symbol.ends_with("CE") || symbol.ends_with("PE");
  return exchange + (is_derivative ? "_FO" : "_CM");
}

// Each configured symbol is in one of the files. Without files, the rules are in the configuration.
std::expected<fyers::SymbolMaster, std::string> read_master(const Configuration& configuration) {
  const std::vector<std::string>& files = configuration.venue.symbol_master;
  fyers::SymbolMaster master;
  if (files.empty()) return master;
  std::vector<std::string> missing;
  for (const ConfiguredInstrument& one : configuration.instruments) missing.push_back(one.symbol);
  for (const std::string& file : files) {
    std::vector<std::string> wanted;
    const std::string name = std::filesystem::path(file).filename().string();
    std::erase_if(missing, [&](const std::string& symbol) {
      if (files.size() > 1 && !name.starts_with(segment_of(symbol))) return false;
      wanted.push_back(symbol);
      return true;
    });
    auto rows = fyers::read_symbol_master(std::filesystem::path(file), wanted);
    if (!rows) return std::unexpected(rows.error());
    master.merge(*rows);
  }
  if (missing.empty()) return master;
  return std::unexpected("no file is of " + segment_of(missing.front()) + ", which " +
                         missing.front() + " should be in");
}

}  // namespace

std::expected<std::unique_ptr<LiveVenue>, std::string> make_live_fyers(
    const Configuration& configuration) {
  const VenueSettings& venue = configuration.venue;
  if (std::string flaw = flaw_in_settings(configuration); !flaw.empty()) {
    return std::unexpected(std::move(flaw));
  }
  auto master = read_master(configuration);
  if (!master) return std::unexpected("venue.symbol_master: " + master.error());
  for (const ConfiguredInstrument& one : configuration.instruments) {
    const bool has_rules = one.tick_size && one.step_size;
    if (has_rules || master->contains(one.symbol) || fyers::is_index(one.symbol)) continue;
    return std::unexpected("instrument " + one.symbol +
                           " has no tick_size and step_size, and no file of venue.symbol_master "
                           "has it");
  }
  auto rest = parse_address(venue.rest, "https");
  if (!rest) return std::unexpected("venue.rest \"" + venue.rest + "\" " + rest.error());
  auto stream = parse_address(venue.stream, "wss");
  if (!stream) return std::unexpected("venue.stream \"" + venue.stream + "\" " + stream.error());
  return std::make_unique<LiveFyers>(configuration, *std::move(rest), *std::move(stream),
                                     *std::move(master));
}

}  // namespace tranchet
