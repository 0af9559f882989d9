#include "adapters/net/client_http.h"

#include <algorithm>
#include <deque>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http.hpp>

#include "adapters/net/client_core.h"
#include "adapters/net/peer_stream.h"

namespace tranchet {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Error = boost::system::error_code;

constexpr std::size_t kReadBytes = 64 * 1024;

struct Exchange {
  ClientRequest request;
  HttpClient::Answered answered;
};

void answer_none(Exchange& exchange, bool may_have_left, std::string failure) {
  exchange.answered({.may_have_left = may_have_left, .failure = std::move(failure)});
}

// One connection. It reads all the time: that is how an idle one learns that the peer has gone,
// before a request is given to it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Owner {
    virtual ~Owner() = default;
    virtual void on_ready(const std::shared_ptr<Connection>& connection) = 0;
    virtual void on_gone(const std::shared_ptr<Connection>& connection, std::string why) = 0;
  };

  Connection(NetworkCore& core, const NetAddress& address, const HttpLimits& limits,
             std::weak_ptr<Owner> owner)
      : stream_(core.context, address.tls ? &core.tls : nullptr),
        deadline_(core.context),
        address_(address),
        limits_(limits),
        owner_(std::move(owner)),
        input_(kReadBytes) {}

  bool is_free() const { return open_ && !exchange_ && !is_writing_; }
  bool was_ready() const { return ready_; }

  void connect() {
    expire_after(limits_.connect_time, "the connection took too long");
    if (address_.tls && !expect_peer(stream_.tls(), address_))
      return fail("the host name cannot be asked for");
    stream_.async_connect(address_.host, address_.port,
                          [self = shared_from_this()](const Error& error) {
                            if (error) return self->fail(error.message());
                            self->shake_hands();
                          });
  }

  void send(Exchange exchange) {
    exchange_.emplace(std::move(exchange));
    const ClientRequest& asked = exchange_->request;
    output_ = {};
    output_.version(11);
    output_.method_string(asked.method);
    output_.target(address_.path + asked.target);
    output_.set(http::field::host, address_.host_header());
    output_.set(http::field::user_agent, "tranchet");
    for (const auto& [name, value] : asked.headers) output_.set(name, value);
    output_.body() = asked.body;
    output_.prepare_payload();
    parser_.emplace();
    parser_->body_limit(limits_.body_bytes);
    parser_->eager(true);
    expire_after(limits_.answer_time, "no answer came in time");
    sent_ = is_writing_ = true;
    http::async_write(stream_, output_,
                      [self = shared_from_this()](const Error& error, std::size_t) {
                        self->is_writing_ = false;
                        if (error) return self->fail(error.message());
                        self->tell_if_free();
                      });
  }

  void end() {
    owner_.reset();
    fail("the program ends");
  }

 private:
  void shake_hands() {
    if (!address_.tls) return stand();
    stream_.async_handshake(
        beast::role_type::client, [self = shared_from_this()](const Error& error) {
          if (error) return self->fail(handshake_failure(error.message(), self->stream_.tls()));
          self->stand();
        });
  }

  void stand() {
    if (gone_) return;
    open_ = ready_ = true;
    deadline_.cancel();
    read();
    if (auto owner = owner_.lock()) owner->on_ready(shared_from_this());
  }

  void read() {
    stream_.async_read_some(asio::buffer(input_),
                            [self = shared_from_this()](const Error& error, std::size_t size) {
                              self->on_read(error, size);
                            });
  }

  void on_read(const Error& error, std::size_t size) {
    if (gone_) return;
    if (error) {
      if (exchange_ && parser_ && parser_->got_some()) {
        Error ended;
        parser_->put_eof(ended);
        if (!ended && parser_->is_done()) finish(false);
      }
      return fail(error.message());
    }
    if (!exchange_) return fail("the host spoke without being asked");
    unread_.append(input_.data(), size);
    while (!unread_.empty() && !parser_->is_done()) {
      Error failed;
      unread_.erase(0, parser_->put(asio::buffer(unread_), failed));
      if (failed == http::error::need_more) break;
      if (failed) return fail(failed.message());
    }
    if (parser_->is_done()) {
      const bool keeps = parser_->get().keep_alive() && unread_.empty();
      finish(keeps);
      if (gone_) return;
    }
    read();
  }

  void finish(bool keeps) {
    Exchange exchange = *std::move(exchange_);
    exchange_.reset();
    deadline_.cancel();
    ClientAnswer answer;
    const auto& message = parser_->get();
    answer.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    answer.body = std::move(parser_->get().body());
    parser_.reset();
    exchange.answered(std::move(answer));
    if (!keeps) return fail("the host ends the connection");
    tell_if_free();
  }

  // A host that is quick answers before we know that all has left.
  void tell_if_free() {
    if (!is_free()) return;
    if (auto owner = owner_.lock()) owner->on_ready(shared_from_this());
  }

  void expire_after(std::chrono::milliseconds time, const char* what) {
    deadline_.expires_after(time);
    deadline_.async_wait([self = shared_from_this(), what](const Error& error) {
      if (!error) self->fail(what);
    });
  }

  void fail(std::string why_not) {
    if (gone_) return;
    gone_ = true;
    open_ = false;
    deadline_.cancel();
    stream_.close();
    if (exchange_) {
      Exchange exchange = *std::move(exchange_);
      exchange_.reset();
      answer_none(exchange, sent_, why_not);
    }
    if (auto owner = owner_.lock()) owner->on_gone(shared_from_this(), std::move(why_not));
  }

  PeerStream stream_;
  asio::steady_timer deadline_;
  NetAddress address_;
  HttpLimits limits_;
  std::weak_ptr<Owner> owner_;
  std::vector<char> input_;
  std::string unread_;  // What the parser wants to see again, with more behind it.
  http::request<http::string_body> output_;
  std::optional<http::response_parser<http::string_body>> parser_;
  std::optional<Exchange> exchange_;
  bool open_ = false;
  bool ready_ = false;  // Stood once.
  bool gone_ = false;
  bool sent_ = false;
  bool is_writing_ = false;  // `output_` is needed.
};

}  // namespace

class HttpClient::Pool : public Connection::Owner, public std::enable_shared_from_this<Pool> {
 public:
  Pool(Network& network, const NetAddress& address, const HttpLimits& limits)
      : network_(network), address_(address), limits_(limits) {}

  void send(Exchange exchange) {
    waiting_.push_back(std::move(exchange));
    give_out();
  }

  void keep_warm() {
    warm_ = true;
    if (connections_.empty()) connect();
  }

  void end() {
    ended_ = true;
    waiting_.clear();
    while (!connections_.empty()) {
      const std::shared_ptr<Connection> last = connections_.back();
      connections_.pop_back();
      last->end();
    }
  }

  void on_ready(const std::shared_ptr<Connection>&) override {
    patience_ = kFirstPatience;
    give_out();
  }

  void on_gone(const std::shared_ptr<Connection>& connection, std::string why_not) override {
    const bool was_ready = connection->was_ready();
    std::erase(connections_, connection);
    if (ended_) return;
    // A connection that never stood takes the request with it that it was made for.
    if (!was_ready && !waiting_.empty() && connections_.size() < waiting_.size()) {
      Exchange exchange = std::move(waiting_.front());
      waiting_.pop_front();
      answer_none(exchange, false, std::move(why_not));
    }
    if (!waiting_.empty()) {
      give_out();
    } else if (warm_ && connections_.empty()) {
      warm_again();
    }
  }

 private:
  static constexpr std::chrono::milliseconds kFirstPatience{500};
  static constexpr std::chrono::milliseconds kLastPatience{30'000};

  void give_out() {
    for (const std::shared_ptr<Connection>& connection : connections_) {
      if (waiting_.empty()) return;
      if (!connection->is_free()) continue;
      Exchange exchange = std::move(waiting_.front());
      waiting_.pop_front();
      connection->send(std::move(exchange));
    }
    const auto coming = static_cast<std::size_t>(std::ranges::count_if(
        connections_, [](const auto& connection) { return !connection->was_ready(); }));
    for (std::size_t made = coming; made < waiting_.size(); ++made) {
      if (connections_.size() >= limits_.connections) return;
      connect();
    }
  }

  void connect() {
    auto connection =
        std::make_shared<Connection>(network_.core(), address_, limits_, weak_from_this());
    connections_.push_back(connection);
    connection->connect();
  }

  void warm_again() {
    network_.after(patience_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && !self->ended_ && self->connections_.empty()) self->connect();
    });
    patience_ = std::min(patience_ * 2, kLastPatience);
  }

  Network& network_;
  NetAddress address_;
  HttpLimits limits_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::deque<Exchange> waiting_;
  std::chrono::milliseconds patience_ = kFirstPatience;
  bool warm_ = false;
  bool ended_ = false;
};

HttpClient::HttpClient(Network& network, const NetAddress& address, const HttpLimits& limits)
    : network_(network), pool_(std::make_shared<Pool>(network, address, limits)) {}

HttpClient::~HttpClient() {
  network_.post([pool = std::move(pool_)] { pool->end(); });
}

void HttpClient::send(ClientRequest request, Answered answered) {
  network_.post(
      [pool = pool_, exchange = Exchange{std::move(request), std::move(answered)}]() mutable {
        pool->send(std::move(exchange));
      });
}

void HttpClient::keep_warm() {
  network_.post([pool = pool_] { pool->keep_warm(); });
}

}  // namespace tranchet
