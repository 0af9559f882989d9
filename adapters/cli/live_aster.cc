#include <optional>
#include <utility>

#include "adapters/cli/live_venue.h"
#include "adapters/live/aster_side.h"
#include "adapters/live/clock.h"
#include "adapters/live/live_permit.h"

namespace tranchet {
namespace {

// Always heard: few, and the log and the tapes then have them for a hunter of later, which a reload
// of the configuration may begin.
constexpr bool kLiquidations = true;

class LiveAster final : public LiveVenue {
 public:
  LiveAster(const Configuration& configuration, NetAddress rest, NetAddress stream)
      : configuration_(configuration), rest_(std::move(rest)), stream_(std::move(stream)) {}

  std::expected<void, std::string> take_keys() override {
    auto permit = LivePermit::from_keys(configuration_.venue.keys);
    if (!permit) return std::unexpected(permit.error());
    account_ = permit->signer().account();
    permit_ = *std::move(permit);
    return {};
  }
  std::string host() const override { return rest_.host_header(); }
  std::string account() const override { return account_; }

  std::unique_ptr<VenueSide> trade(const OutsideParts& parts, TradingStart start) override {
    const AsterSideOptions options{
        .core = {.account = configuration_.account,
                 .position_mode = start.position_mode,
                 .set_position_mode = configuration_.venue.set_position_mode,
                 .instruments = watched(),
                 .liquidations = kLiquidations,
                 .seed = static_cast<std::uint64_t>(read_clocks().wall.nanoseconds()),
                 .listed = std::move(start.listed),
                 .known_until = start.known_until,
                 .traded = std::move(start.traded)},
        .rest = rest_,
        .stream = stream_,
        .log_is_new = !start.has_orders};
    return std::make_unique<AsterSide>(options, *std::move(permit_), parts.names, parts.state,
                                       parts.inbox, parts.network, parts.notes);
  }

  std::expected<ExchangeInfo, std::string> fetch_rules(Network& network) override {
    return PublicMarket(network, rest_, stream_).fetch_rules();
  }

  std::expected<void, std::string> watch(Network& network, const Names& names, WatchedBook book,
                                         MarketSink sink) override {
    std::vector<aster::MarketWish> wishes;
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      wishes.push_back({.symbol = configured.symbol, .book = book == WatchedBook::BestBidAndAsk});
    }
    market_ = std::make_unique<PublicMarket>(network, rest_, stream_);
    market_->watch(std::move(wishes), kLiquidations, names, std::move(sink));
    return {};
  }

 private:
  std::vector<aster::WatchedInstrument> watched() const {
    std::vector<aster::WatchedInstrument> all;
    const std::string& margin = configuration_.venue.margin_type;
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      const auto leverage = static_cast<std::uint16_t>(
          configuration_.settings.get(Setting::Leverage, configured.instrument));
      all.push_back({.symbol = configured.symbol,
                     .leverage = configuration_.venue.set_leverage ? leverage : std::uint16_t{0},
                     .margin = margin == "isolated"  ? aster::MarginType::Isolated
                               : margin == "crossed" ? aster::MarginType::Crossed
                                                     : aster::MarginType::AsItIs});
    }
    return all;
  }

  const Configuration& configuration_;
  NetAddress rest_, stream_;
  std::optional<LivePermit> permit_;
  std::string account_;
  std::unique_ptr<PublicMarket> market_;
};

}  // namespace

std::expected<std::unique_ptr<LiveVenue>, std::string> make_live_aster(
    const Configuration& configuration) {
  const VenueSettings& venue = configuration.venue;
  auto rest = parse_address(venue.rest, "https");
  if (!rest) return std::unexpected("venue.rest \"" + venue.rest + "\" " + rest.error());
  auto stream = parse_address(venue.stream, "wss");
  if (!stream) return std::unexpected("venue.stream \"" + venue.stream + "\" " + stream.error());
  return std::make_unique<LiveAster>(configuration, *std::move(rest), *std::move(stream));
}

}  // namespace tranchet
