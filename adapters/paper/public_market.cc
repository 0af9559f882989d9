#include "adapters/paper/public_market.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "adapters/aster/market_feed.h"
#include "adapters/live/clock.h"

namespace tranchet {
namespace {

constexpr std::chrono::milliseconds kFirstPatience{250};
constexpr std::chrono::milliseconds kLastPatience{30'000};
// Every symbol has a mark each second: a stream that is silent for so long is dead.
constexpr std::chrono::milliseconds kSilence{30'000};

}  // namespace

class PublicMarket::Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(Network& network, const NetAddress& stream, std::string target, const Names& names,
          MarketSink sink)
      : network_(network),
        stream_(stream),
        target_(std::move(target)),
        feed_(names),
        sink_(std::move(sink)) {}

  void connect() {
    if (ended_) return;
    const auto weak = weak_from_this();
    const auto with_self = [weak](auto work) {
      if (const auto self = weak.lock(); self && !self->ended_) work(*self);
    };
    client_ = std::make_unique<WebSocketClient>(
        network_, stream_, target_, WebSocketLimits{.idle_time = kSilence},
        WebSocketEvents{
            .on_open = [with_self] { with_self([](Watcher& self) { self.on_open(); }); },
            .on_text =
                [with_self](std::string_view text) {
                  with_self([text](Watcher& self) { self.on_text(text); });
                },
            .on_alive = nullptr,
            .on_closed =
                [with_self](const std::string& why) {
                  with_self([&why](Watcher& self) { self.on_closed(why); });
                }});
  }

  void end() {
    ended_ = true;
    client_.reset();
  }

 private:
  void on_open() {
    is_up_ = true;
    sink_.on_stream(true, "");
  }

  void on_text(std::string_view text) {
    patience_ = kFirstPatience;
    bodies_.clear();
    const Timestamp wall = read_clocks().wall;
    const std::string flaw = feed_.read(text, bodies_);
    if (!bodies_.empty()) sink_.on_prices(wall, bodies_);
    if (!flaw.empty() && sink_.on_flaw) sink_.on_flaw(flaw);
  }

  void on_closed(const std::string& why) {
    if (is_up_) sink_.on_stream(false, why);
    is_up_ = false;
    network_.after(patience_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->connect();
    });
    patience_ = std::min(patience_ * 2, kLastPatience);
  }

  Network& network_;
  NetAddress stream_;
  std::string target_;
  aster::MarketFeed feed_;
  MarketSink sink_;
  std::vector<EventBody> bodies_;
  std::unique_ptr<WebSocketClient> client_;
  std::chrono::milliseconds patience_ = kFirstPatience;
  bool is_up_ = false;
  bool ended_ = false;
};

PublicMarket::PublicMarket(Network& network, const NetAddress& rest, const NetAddress& stream)
    : network_(network), rest_(rest), stream_(stream) {}

PublicMarket::~PublicMarket() {
  if (watcher_) network_.post([watcher = std::move(watcher_)] { watcher->end(); });
}

std::expected<ExchangeInfo, std::string> PublicMarket::fetch_rules() {
  HttpClient client(network_, rest_, {});
  auto promise = std::make_shared<std::promise<ClientAnswer>>();
  auto answered = promise->get_future();
  client.send({.method = "GET", .target = "/fapi/v1/exchangeInfo"},
              [promise](ClientAnswer answer) { promise->set_value(std::move(answer)); });
  const ClientAnswer answer = answered.get();
  const std::string from = rest_.host_header() + "/fapi/v1/exchangeInfo: ";
  if (answer.status == 0) return std::unexpected(from + answer.failure);
  if (answer.status != 200) {
    return std::unexpected(from + "answers with status " + std::to_string(answer.status));
  }
  auto info = parse_exchange_info(answer.body);
  if (!info) return std::unexpected(from + info.error());
  return info;
}

void PublicMarket::watch(std::vector<aster::MarketWish> wishes, bool liquidations,
                         const Names& names, MarketSink sink) {
  std::size_t left_out = 0;
  std::string target = aster::market_target(wishes, liquidations, left_out);
  if (left_out > 0 && sink.on_flaw) {
    sink.on_flaw(std::to_string(left_out) +
                 " market streams are left out: a connection has at most 200");
  }
  watcher_ =
      std::make_shared<Watcher>(network_, stream_, std::move(target), names, std::move(sink));
  network_.post([watcher = watcher_] { watcher->connect(); });
}

}  // namespace tranchet
