#include "adapters/live/aster_side.h"

#include <utility>

#include "adapters/aster/market_feed.h"

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
    : SocketSide(core_, options.rest, options.log_is_new, state, inbox, network, notes),
      permit_(std::move(permit)),
      names_(names),
      core_(options.core, permit_.signer(), names),
      stream_address_(options.stream) {}

void AsterSide::keep_streams() {
  keep_stream(Stream::User, user_);
  keep_stream(Stream::Market, market_);
}

void AsterSide::keep_stream(Stream stream, SocketLine<WebSocketClient>& line) {
  keep_line<WebSocketClient>(stream, line, [this, stream](const StreamWish& wish) {
    return std::make_unique<WebSocketClient>(
        network_, stream_address_, wish.target, WebSocketLimits{},
        stream == Stream::User ? user_events(wish.attempt) : market_events(wish.attempt));
  });
}

WebSocketEvents AsterSide::user_events(std::uint64_t attempt) {
  return {.on_open = say_open(Stream::User, attempt),
          .on_text = say_message(Stream::User, attempt),
          .on_bytes = nullptr,
          .on_alive = say_alive(Stream::User, attempt),
          .on_closed = say_closed(Stream::User, attempt)};
}

WebSocketEvents AsterSide::market_events(std::uint64_t attempt) {
  auto reader = std::make_shared<MarketReader>(MarketReader{.feed = aster::MarketFeed(names_)});
  const auto say_flaw = say_message(Stream::Market, attempt);
  const auto on_text = [this, say_flaw, reader](std::string_view text) {
    const ClockReading now = read_clocks();
    reader->bodies.clear();
    const std::string flaw = reader->feed.read(text, reader->bodies);
    if (!reader->bodies.empty() && now.steady - reader->said_alive >= kAliveInterval) {
      reader->said_alive = now.steady;
      post([this](Moment heard) { core_.on_market_alive(heard); });
    }
    inbox_.post_market(now.wall, reader->bodies);
    // The first is worth a line in the log, a thousand more are not: the core tells those apart.
    if (!flaw.empty() && reader->flaws++ == 0) say_flaw(text);
  };
  return {.on_open = say_open(Stream::Market, attempt),
          .on_text = on_text,
          .on_bytes = nullptr,
          .on_alive = nullptr,
          .on_closed = say_closed(Stream::Market, attempt)};
}

Notes::Fields AsterSide::figures() const {
  Notes::Fields fields = SocketSide::figures();
  fields.emplace_back("weight", std::to_string(core_.weight_used()));
  return fields;
}

}  // namespace tranchet
