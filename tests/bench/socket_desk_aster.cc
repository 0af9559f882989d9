#include <chrono>
#include <set>
#include <utility>

#include "adapters/aster/server/front_desk.h"
#include "adapters/live/clock.h"
#include "tests/bench/socket_desk.h"

namespace tranchet {
namespace {

using namespace literals;
using aster_venue::AsterFrontDesk;
using venue_server::StreamId;
using venue_server::StreamOutput;

constexpr PositionKey kHeld{InstrumentId{1}, PositionSide::Long};
// The example account of Aster's documentation.
const std::string kUser = "0x63dd5acc6b1aa0f563956c0e534dd30b6dcf7c4e";
const std::string kSigner = "0x21cf8ae13bb72632562c6fff438652ba1a151bb0";
const std::string kKey = "4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";

std::string coin_symbol(std::size_t number) {
  return "COIN" + std::to_string(number) + "USDT";
}

aster_venue::DeskOptions aster_options() {
  aster_venue::DeskOptions options;
  for (std::size_t number = 1; number <= kInstruments; ++number) {
    aster_venue::ListedSymbol listed{
        .symbol = coin_symbol(number), .rules = {}, .terms = {}, .info = ""};
    listed.rules.instrument = static_cast<InstrumentId>(number);
    listed.rules.tick_size = 0.1_px;
    listed.rules.step_size = listed.rules.min_quantity = 0.001_qty;
    listed.rules.min_notional = 5_usd;
    listed.rules.max_conditional_orders = 10;
    options.symbols.push_back(std::move(listed));
  }
  options.accounts = {{.user = kUser,
                       .signer = kSigner,
                       .hmac_key = {},
                       .hmac_secret = {},
                       .balance = 100'000_usd,
                       .position_mode = PositionMode::Hedge}};
  return options;
}

class AsterSocketDesk final : public SocketDesk {
 public:
  AsterSocketDesk() : desk_(aster_options()) {}

  std::string symbol_of(std::size_t number) const override { return coin_symbol(number); }
  std::string keys() const override {
    return "user = \"" + kUser + "\"\nkey = \"0x" + kKey + "\"\n";
  }
  std::string account_lines() const override { return "position_mode = \"hedge\"\n"; }
  std::string venue_lines() const override { return ""; }
  std::string default_lines() const override { return "stop_loss_pct = 50\n"; }
  std::string instrument_lines() const override { return "tick_size = 0.1\nstep_size = 0.001\n"; }
  std::string entry_quantity() const override { return "0.01"; }

  std::chrono::milliseconds pace() const override { return std::chrono::milliseconds(700); }
  int rounds() const override { return 100; }
  std::string ping_target() const override { return "/fapi/v3/ping"; }
  std::string ping_headers() const override { return ""; }

  bool is_of_orders(std::string_view path) const override {
    return path.ends_with("/order") || path.ends_with("/batchOrders");
  }
  ServerResponse answer(const ServerRequest& request) override {
    auto answer = desk_.answer({.method = request.method,
                                .target = request.target,
                                .body = request.body,
                                .api_key = {},
                                .peer = request.peer},
                               now());
    return {.status = answer.status,
            .headers = std::move(answer.headers),
            .body = std::move(answer.body)};
  }
  StreamId open_stream(const ServerRequest& request) override {
    const StreamId stream = desk_.open_stream(request.target, now());
    const bool is_market = request.target.find("markPrice") != std::string::npos;
    (is_market ? markets_ : others_).insert(stream);
    return stream;
  }
  void on_text(StreamId stream, std::string_view text) override {
    desk_.on_stream_text(stream, text, now());
  }
  void on_closed(StreamId stream) override {
    desk_.on_stream_closed(stream);
    markets_.erase(stream);
    others_.erase(stream);
  }
  void advance() override { desk_.advance(now()); }
  std::vector<StreamOutput> take_output() override { return desk_.take_output(); }

  void trade(Price price) override {
    mark(price);
    for (std::size_t number = 1; number <= kInstruments; ++number) {
      desk_.observe(
          TradePrinted{
              .instrument = static_cast<InstrumentId>(number), .quantity = 1_qty, .price = price},
          now());
    }
  }
  // The frame of all marks, which comes once a second, out of turn.
  std::vector<StreamOutput> tick(Price price) override {
    if (markets_.empty()) return {};
    mark(price);
    std::string text = R"({"stream":"!markPrice@arr@1s","data":[)";
    for (const aster_venue::MarketBoard& board : desk_.boards()) {
      if (!text.ends_with('[')) text += ',';
      text += board.mark_update(aster_venue::milliseconds(now()));
    }
    return {{.stream = *markets_.begin(), .text = text + "]}"}};
  }

  bool is_held() const override {
    return desk_.account(0).venue().position(kHeld).quantity.is_positive();
  }
  std::size_t open_orders() const override {
    std::size_t count = 0;
    for (const auto& [number, order] : desk_.account(0).orders())
      count += order.is_open() ? 1U : 0U;
    return count;
  }
  bool is_heard() const override { return !markets_.empty() && !others_.empty(); }

 private:
  static Timestamp now() { return read_clocks().wall; }
  void mark(Price price) {
    for (std::size_t number = 1; number <= kInstruments; ++number) {
      desk_.observe(MarkPrice{static_cast<InstrumentId>(number), price}, now());
    }
  }

  AsterFrontDesk desk_;
  std::set<StreamId> markets_;
  std::set<StreamId> others_;
};

}  // namespace

std::unique_ptr<SocketDesk> aster_socket_desk() {
  return std::make_unique<AsterSocketDesk>();
}

}  // namespace tranchet
