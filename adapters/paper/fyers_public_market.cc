#include "adapters/paper/fyers_public_market.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "adapters/fyers/data_requests.h"
#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/token.h"
#include "adapters/live/clock.h"

namespace tranchet {
namespace {

constexpr std::chrono::milliseconds kFirstPatience{250};
constexpr std::chrono::milliseconds kLastPatience{30'000};
constexpr std::chrono::milliseconds kLookAtCandles{1'000};

}  // namespace

// All of it on the network's thread.
class FyersPublicMarket::Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(Network& network, FyersPublicOptions options, const Names& names, MarketSink sink)
      : network_(network),
        options_(std::move(options)),
        sink_(std::move(sink)),
        rest_(network, options_.rest, {.connections = 1}),
        candles_(options_.candles) {
    for (const std::string& symbol : options_.symbols) {
      instruments_.emplace_back(symbol, names.find_instrument(symbol));
    }
  }

  void connect() {
    if (ended_) return;
    auto token = fyers::read_access_token(options_.token_file, read_clocks().wall);
    if (!token) return come_back(token.error());
    token_ = *std::move(token);
    if (!topics_.empty()) return watch();
    ask_for_topics(0);
  }

  // Every second there may be one to ask for.
  void look_at_candles() {
    if (ended_ || options_.candles.wanted.empty()) return;
    ask_for_candles();
    network_.after(kLookAtCandles, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look_at_candles();
    });
  }

  void end() {
    ended_ = true;
    market_.reset();
  }

 private:
  auto with_self(auto work) {
    return [weak = weak_from_this(), work](auto&&... told) {
      const auto self = weak.lock();
      if (self && !self->ended_) work(*self, std::forward<decltype(told)>(told)...);
    };
  }

  void ask_for_topics(std::size_t first) {
    if (first >= options_.symbols.size()) {
      if (topics_.empty()) return come_back("none of the symbols is known to the venue");
      return watch();
    }
    const std::size_t count = std::min(options_.symbols.size() - first, fyers::kTokensMost);
    const HttpRequest asked = fyers::written_request(
        fyers::symbol_tokens_call(std::span(options_.symbols).subspan(first, count)), *token_);
    rest_.send(client_request(asked),
               with_self([first, count](Watcher& self, const ClientAnswer& answer) {
                 self.take_topics(answer, first + count);
               }));
  }

  static ClientRequest client_request(const HttpRequest& asked) {
    ClientRequest request{
        .method = std::string(to_text(asked.method)), .target = asked.target, .body = asked.body};
    for (const HttpHeader& header : asked.headers) {
      request.headers.emplace_back(header.name, header.value);
    }
    return request;
  }

  void ask_for_candles() {
    if (!token_) return;
    const auto due = candles_.ask(read_clocks().wall);
    if (!due) return;
    rest_.send(client_request(fyers::written_request(candles_.question(*due), *token_)),
               with_self([index = *due](Watcher& self, const ClientAnswer& answer) {
                 self.take_candles(index, answer);
               }));
  }

  void take_candles(std::size_t index, const ClientAnswer& answer) {
    const Timestamp now = read_clocks().wall;
    const auto rows = fyers::read_history(answer.body);
    if (answer.status != 200 || !rows) {
      if (sink_.on_flaw) {
        sink_.on_flaw("GET history: " + (answer.status == 0 ? answer.failure
                                                            : "status " +
                                                                  std::to_string(answer.status)));
      }
      return candles_.failed(index, now);
    }
    std::vector<CandleClosed> closed;
    candles_.take(index, *rows, closed);
    const std::vector<EventBody> bodies(closed.begin(), closed.end());
    if (!bodies.empty()) sink_.on_prices(now, bodies);
  }

  void take_topics(const ClientAnswer& answer, std::size_t next) {
    if (answer.status == 0) return come_back("POST symbol-token: " + answer.failure);
    const auto tokens = fyers::read_symbol_tokens(answer.body);
    if (!tokens) {
      return come_back("POST symbol-token: status " + std::to_string(answer.status) + ": " +
                       tokens.error());
    }
    for (const std::string& symbol : tokens->unknown) {
      if (sink_.on_flaw) sink_.on_flaw(symbol + " is no symbol of the venue");
    }
    for (const auto& [symbol, instrument] : instruments_) {
      const auto found = tokens->tokens.find(symbol);
      if (found == tokens->tokens.end()) continue;
      auto name = fyers::topic_name(symbol, found->second);
      if (name) {
        topics_.push_back({*std::move(name), instrument});
      } else if (sink_.on_flaw) {
        sink_.on_flaw(name.error());
      }
    }
    ask_for_topics(next);
  }

  void watch() {
    market_ = std::make_unique<FyersMarketStream>(
        network_, options_.stream, "/hsm/v1-5/prod", topics_, options_.book, token_->hsm_key(),
        FyersMarketEvents{
            .on_open = nullptr,
            .on_answer = with_self([](Watcher& self, bool stands) { self.on_answer(stands); }),
            .on_prices =
                with_self([](Watcher& self, Timestamp wall, std::span<const EventBody> prices) {
                  self.patience_ = kFirstPatience;
                  self.sink_.on_prices(wall, prices);
                }),
            .on_limits = nullptr,
            .on_alive = nullptr,
            .on_heard = nullptr,
            .on_flaw = with_self([](Watcher& self, const std::string& flaw) {
              if (self.sink_.on_flaw) self.sink_.on_flaw(flaw);
            }),
            .on_closed =
                with_self([](Watcher& self, const std::string& why) { self.come_back(why); })});
  }

  void on_answer(bool stands) {
    if (!stands) return come_back("the market stream does not take our key");
    is_up_ = true;
    sink_.on_stream(true, "");
  }

  void come_back(const std::string& why) {
    market_.reset();
    if (std::exchange(is_up_, false)) {
      sink_.on_stream(false, why);
    } else if (sink_.on_flaw) {
      sink_.on_flaw(why);
    }
    network_.after(patience_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->connect();
    });
    patience_ = std::min(patience_ * 2, kLastPatience);
  }

  Network& network_;
  FyersPublicOptions options_;
  MarketSink sink_;
  HttpClient rest_;
  fyers::CandleWatch candles_;
  std::vector<std::pair<std::string, InstrumentId>> instruments_;
  std::optional<fyers::AccessToken> token_;
  std::vector<fyers::MarketTopic> topics_;
  std::unique_ptr<FyersMarketStream> market_;
  std::chrono::milliseconds patience_ = kFirstPatience;
  bool is_up_ = false;
  bool ended_ = false;
};

FyersPublicMarket::FyersPublicMarket(Network& network, FyersPublicOptions options,
                                     const Names& names, MarketSink sink)
    : network_(network),
      watcher_(std::make_shared<Watcher>(network, std::move(options), names, std::move(sink))) {
  network_.post([watcher = watcher_] {
    watcher->connect();
    watcher->look_at_candles();
  });
}

FyersPublicMarket::~FyersPublicMarket() {
  network_.post([watcher = std::move(watcher_)] { watcher->end(); });
}

}  // namespace tranchet
