#include <algorithm>

#include "adapters/fyers/core_parts.h"
#include "adapters/fyers/data_requests.h"

namespace tranchet::fyers {
namespace {

constexpr Duration kPing = Duration::seconds(10);
constexpr Duration kMarketPing = Duration::seconds(30);

}  // namespace

// ---- Connections.

// It is time to get ready. With a dead token nothing is: renew() begins anew.
void FyersCore::Inside::connect(Stream stream) {
  if (token_is_dead()) return line(stream).begin_preparing();
  if (stream == Stream::User) return user_.connect("/trade/v3", now_.steady);
  if (options_.symbols.empty()) return market_line_.begin_preparing();
  if (has_topics_) return market_line_.connect("/hsm/v1-5/prod", now_.steady);
  market_line_.begin_preparing();
  if (!is_asked(Use::Tokens)) ask({.use = Use::Tokens});
}

void FyersCore::Inside::close_line(Stream stream) {
  const bool was_up = stream == Stream::User ? std::exchange(stands_, false)
                                             : line(stream).is_open() && market_stands_;
  if (stream == Stream::Market) {
    market_stands_ = false;
    feed_.reset();
  }
  line(stream).closed(now_.steady);
  std::erase_if(frames_, [stream](const StreamFrame& frame) { return frame.stream == stream; });
  if (was_up) push(Disconnected{stream});
}

void FyersCore::Inside::on_stream_open(Stream stream, std::uint64_t attempt, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt) || line(stream).is_open()) return;
  line(stream).opened(now_.steady);
  if (stream == Stream::User) {
    say(Stream::User, true, Secret(order_stream_subscription()));
    next_ping_ = now_.steady + kPing;
  } else if (!options_.feed_elsewhere) {
    begin_market();
  }
  tick(now);
}

void FyersCore::Inside::on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt)) return;
  close_line(stream);
  tick(now);
}

void FyersCore::Inside::on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) {
  see(now);
  if (line(stream).is_current(attempt) && line(stream).is_open()) line(stream).heard(now_.steady);
}

void FyersCore::Inside::say(Stream stream, bool is_text, Secret bytes) {
  frames_.push_back({.stream = stream,
                     .attempt = line(stream).wish()->attempt,
                     .is_text = is_text,
                     .bytes = std::move(bytes)});
}

void FyersCore::Inside::take_frames(std::vector<StreamFrame>& out) {
  for (StreamFrame& frame : frames_) out.push_back(std::move(frame));
  frames_.clear();
}

void FyersCore::Inside::say_pings() {
  if (user_.is_open() && next_ping_ <= now_.steady) {
    next_ping_ = now_.steady + kPing;
    say(Stream::User, true, Secret(kOrderStreamPing));
  }
  if (feed_ && market_line_.is_open() && next_market_ping_ <= now_.steady) {
    next_market_ping_ = now_.steady + kMarketPing;
    say(Stream::Market, false, Secret(ping_frame()));
  }
}

void FyersCore::Inside::on_stream_message(Stream stream, std::uint64_t attempt,
                                          std::string_view message, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt) || !line(stream).is_open()) return;
  line(stream).heard(now_.steady);
  if (stream == Stream::User) {
    take_user_text(message);
  } else {
    take_market_frame(attempt, message, now);
  }
  tick(now);
}

// ---- The market.

void FyersCore::Inside::begin_market() {
  feed_.emplace(topics_, options_.book);
  next_market_ping_ = now_.steady + kMarketPing;
  say(Stream::Market, false, feed_->begin(token_.hsm_key()));
}

void FyersCore::Inside::take_market_frame(std::uint64_t attempt, std::string_view frame,
                                          Moment now) {
  if (!feed_) return;
  heard_.clear();
  MarketHeard heard = feed_->read(frame, now_.steady, heard_);
  for (const std::string& answer : heard.answers) say(Stream::Market, false, Secret(answer));
  for (const CircuitLimits& limits : heard.limits) on_circuit_limits(limits);
  for (const EventBody& body : heard_) market_.push_back({told_.date(), body});
  if (!heard_.empty()) on_market_alive(now);
  if (!heard.flaw.empty()) on_market_flaw(attempt, heard.flaw, now);
  if (heard.stands || heard.refused) on_market_answer(attempt, heard.stands, now);
}

void FyersCore::Inside::on_market_answer(std::uint64_t attempt, bool stands, Moment now) {
  see(now);
  if (!market_line_.is_current(attempt)) return;
  if (stands) {
    if (!std::exchange(market_stands_, true)) push(Connected{Stream::Market});
    return;
  }
  fault("the market stream does not take our key");
  close_line(Stream::Market);
}

void FyersCore::Inside::on_market_flaw(std::uint64_t attempt, std::string_view flaw, Moment now) {
  see(now);
  if (market_line_.is_current(attempt)) fault("market stream: " + std::string(flaw));
}

void FyersCore::Inside::on_market_alive(Moment now) {
  see(now);
  market_heard_ = now_.steady;
  if (market_line_.is_open()) market_line_.heard(now_.steady);
}

// ---- The order stream.

void FyersCore::Inside::take_user_text(std::string_view text) {
  const auto message = read_stream_message(text);
  if (!message) return fault("order stream: " + message.error());
  std::visit(Overload{[this](const OrderNews& news) {
                        if (traded(news.symbol, news.product) == InstrumentId::None) return;
                        snapshot_.overtaken = true;
                        take_order(news);
                      },
                      [this](const TradeNews& news) {
                        if (traded(news.symbol, news.product) == InstrumentId::None) return;
                        snapshot_.overtaken = true;
                        take_trade(news);
                      },
                      [this](const PositionNews& news) { take_position(news); },
                      [this](const StreamAnswer& answer) {
                        if (!answer.ok) {
                          fault("order stream: the subscription is refused: " + answer.message);
                          return close_line(Stream::User);
                        }
                        if (!std::exchange(stands_, true)) push(Connected{Stream::User});
                      },
                      [](const StreamPong&) {}, [](const OtherStreamMessage&) {}},
             *message);
}

// Positions follow trades. One that stays different shows that some trade was not told.
void FyersCore::Inside::take_position(const PositionNews& news) {
  const InstrumentId instrument = traded(news.symbol, news.product);
  if (instrument == InstrumentId::None) return;
  // The day's sales of shares that were held before are not the whole position.
  if (product_of(instrument) == Product::Cnc) return;
  if (net_[instrument] != news.net) drift_[instrument] = {news.net, now_.steady};
}

}  // namespace tranchet::fyers
