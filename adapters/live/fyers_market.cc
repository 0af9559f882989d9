#include "adapters/live/fyers_market.h"

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "adapters/fyers/data_requests.h"
#include "adapters/live/clock.h"
#include "adapters/net/client_websocket.h"

namespace tranchet {
namespace {

constexpr std::chrono::seconds kPing{30};
constexpr Duration kHeardInterval = Duration::seconds(1);

}  // namespace

class FyersMarketStream::Inside : public std::enable_shared_from_this<Inside> {
 public:
  Inside(Network& network, std::span<const fyers::MarketTopic> topics, bool book,
         std::string_view hsm_key, FyersMarketEvents events)
      : network_(network), feed_(topics, book), events_(std::move(events)) {
    first_ = feed_.begin(hsm_key);
  }

  // What the client tells may come before this returns: it waits at the lock.
  void connect(const NetAddress& address, const std::string& target) {
    const auto weak = weak_from_this();
    const auto with_self = [weak](auto work) {
      if (const auto self = weak.lock()) work(*self);
    };
    const std::scoped_lock lock(mutex_);
    client_ = std::make_unique<WebSocketClient>(
        network_, address, target, WebSocketLimits{},
        WebSocketEvents{.on_open = [with_self] { with_self([](Inside& self) { self.on_open(); }); },
                        .on_text = nullptr,
                        .on_bytes =
                            [with_self](std::string_view frame) {
                              with_self([frame](Inside& self) { self.on_frame(frame); });
                            },
                        .on_alive =
                            [with_self] {
                              with_self([](Inside& self) {
                                if (self.events_.on_alive) self.events_.on_alive();
                              });
                            },
                        .on_closed =
                            [with_self](const std::string& why) {
                              with_self([&why](Inside& self) {
                                if (self.events_.on_closed) self.events_.on_closed(why);
                              });
                            }});
  }

  void end() {
    std::unique_ptr<WebSocketClient> gone;
    const std::scoped_lock lock(mutex_);
    gone = std::move(client_);
  }

 private:
  void send(std::string_view frame) {
    const std::scoped_lock lock(mutex_);
    if (client_) client_->send(WebSocketKind::Bytes, std::string(frame));
  }

  void on_open() {
    if (events_.on_open) events_.on_open();
    send(first_.reveal());
    ping_later();
  }

  void ping_later() {
    network_.after(kPing, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->send(fyers::ping_frame());
      self->ping_later();
    });
  }

  void say_heard(Timestamp now) {
    if (now - said_heard_ < kHeardInterval) return;
    said_heard_ = now;
    if (events_.on_heard) events_.on_heard();
  }

  void on_frame(std::string_view frame) {
    const ClockReading now = read_clocks();
    bodies_.clear();
    const fyers::MarketHeard heard = feed_.read(frame, now.steady, bodies_);
    for (const std::string& answer : heard.answers) send(answer);
    if (events_.on_limits) {
      for (const fyers::CircuitLimits& limits : heard.limits) events_.on_limits(limits);
    }
    if (!bodies_.empty()) {
      if (events_.on_prices) events_.on_prices(now.wall, bodies_);
      say_heard(now.steady);
    }
    if (!heard.flaw.empty() && events_.on_flaw) events_.on_flaw(heard.flaw);
    if ((heard.stands || heard.refused) && events_.on_answer) events_.on_answer(heard.stands);
  }

  Network& network_;
  fyers::MarketFeed feed_;
  FyersMarketEvents events_;
  Secret first_;
  std::vector<EventBody> bodies_;
  Timestamp said_heard_;
  std::mutex mutex_;
  std::unique_ptr<WebSocketClient> client_;  // Null: it is over.
};

FyersMarketStream::FyersMarketStream(Network& network, const NetAddress& address,
                                     const std::string& target,
                                     std::span<const fyers::MarketTopic> topics, bool book,
                                     std::string_view hsm_key, FyersMarketEvents events)
    : inside_(std::make_shared<Inside>(network, topics, book, hsm_key, std::move(events))) {
  inside_->connect(address, target);
}

FyersMarketStream::~FyersMarketStream() {
  inside_->end();
}

}  // namespace tranchet
