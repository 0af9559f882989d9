// One connection of the server: HTTP requests one after the other, until one of them turns it into
// a WebSocket.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

#include "adapters/net/peer_stream.h"
#include "adapters/net/server_core.h"

namespace tranchet {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using beast::error_code;

// How long the other end may take to hang up after the last answer.
constexpr std::chrono::seconds kLinger{1};

std::string as_text(beast::string_view text) {
  return std::string(text.data(), text.size());
}

// Counts what is written, for it is done behind the writer's back.
class RateMeter {
 public:
  explicit RateMeter(std::size_t per_second) : per_second_(per_second) {}
  bool exceeded() {
    const auto now = std::chrono::steady_clock::now();
    if (now - second_began_ >= std::chrono::seconds(1)) {
      second_began_ = now;
      count_ = 0;
    }
    return ++count_ > per_second_;
  }

 private:
  std::size_t per_second_;
  std::size_t count_ = 0;
  std::chrono::steady_clock::time_point second_began_ = std::chrono::steady_clock::now();
};

class WebSocketPeer final : public ServerPeer,
                            public ServerSession,
                            public std::enable_shared_from_this<WebSocketPeer> {
 public:
  WebSocketPeer(ServerCore& core, PeerStream stream)
      : core_(core),
        socket_(std::move(stream)),
        ping_timer_(core.context),
        incoming_(core.limits.messages_per_second) {}

  void open(http::request<http::string_body> request, ServerRequest as_heard) {
    core_.add(shared_from_this());
    socket_.next_layer().expires_never();
    socket_.set_option(websocket::stream_base::timeout{core_.limits.read_timeout,
                                                       core_.limits.session_timeout, true});
    socket_.read_message_max(core_.limits.message_bytes);
    socket_.control_callback(
        [this](websocket::frame_type kind, beast::string_view) { on_control(kind); });
    // Kept until it is answered.
    auto kept = std::make_shared<http::request<http::string_body>>(std::move(request));
    socket_.async_accept(*kept, [self = shared_from_this(), kept, heard = std::move(as_heard)](
                                    const error_code& error) { self->on_accepted(error, heard); });
  }

  // ---- As the handler sees it.
  std::uint64_t id() const override { return id_; }
  bool is_open() const override { return state_ == State::Open; }
  void send_text(std::string text) override { send({Kind::Text, std::move(text)}); }
  void send_binary(std::string bytes) override { send({Kind::Binary, std::move(bytes)}); }
  void send_ping(std::string payload) override { send({Kind::Ping, std::move(payload)}); }
  void close(std::uint16_t code, std::string reason) override {
    if (state_ != State::Open) return;
    state_ = State::Closing;
    reason_.code = code;
    reason_.reason.assign(reason.data(), std::min(reason.size(), reason_.reason.max_size()));
    if (!is_writing_) say_goodbye();
  }
  void drop() override {
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    ping_timer_.cancel();
    socket_.next_layer().close();  // The pending read ends, and with it the session.
  }

  // ---- As the server sees it.
  void goodbye() override {
    if (is_accepted_) {
      close(1001, "the server stops");
    } else {
      drop();
    }
  }
  void hang_up() override { drop(); }

 private:
  enum class State : std::uint8_t { Open = 1, Closing, Closed };
  enum class Kind : std::uint8_t { Text = 1, Binary, Ping };
  struct Message {
    Kind kind;
    std::string bytes;
  };

  void on_accepted(const error_code& error, const ServerRequest& heard) {
    if (error) {
      ++core_.counters.malformed;
      core_.remove(this);
      return;
    }
    is_accepted_ = true;
    id_ = ++core_.counters.sessions;
    core_.handler.on_open(shared_from_this(), heard);
    wait_to_ping();
    read();
  }

  void read() {
    socket_.async_read(buffer_, [self = shared_from_this()](const error_code& error, std::size_t) {
      self->on_read(error);
    });
  }

  void on_read(const error_code& error) {
    if (error) return finish(error);
    if (state_ == State::Open) {
      if (!admit()) return read();
      const auto data = buffer_.cdata();
      const std::string_view bytes(static_cast<const char*>(data.data()), data.size());
      if (socket_.got_text()) {
        core_.handler.on_text(*this, bytes);
      } else {
        core_.handler.on_binary(*this, bytes);
      }
    }
    buffer_.clear();
    read();
  }

  bool admit() {
    if (!incoming_.exceeded()) return true;
    ++core_.counters.too_many_messages;
    close(1008, "too many messages");
    buffer_.clear();
    return false;
  }

  void on_control(websocket::frame_type kind) {
    if (state_ != State::Open || kind == websocket::frame_type::close) return;
    if (kind == websocket::frame_type::ping && admit()) core_.handler.on_ping(*this);
    if (kind == websocket::frame_type::pong) core_.handler.on_pong(*this);
  }

  void send(Message message) {
    if (state_ != State::Open) return;
    queued_bytes_ += message.bytes.size();
    queue_.push_back(std::move(message));
    if (queued_bytes_ > core_.limits.queue_bytes) {
      ++core_.counters.slow_readers;
      return drop();
    }
    if (!is_writing_) write();
  }

  void write() {
    is_writing_ = true;
    Message& message = queue_.front();
    auto done = [self = shared_from_this()](const error_code& error, std::size_t = 0) {
      self->on_written(error);
    };
    if (message.kind == Kind::Ping) {
      websocket::ping_data payload;
      payload.assign(message.bytes.data(), std::min<std::size_t>(message.bytes.size(), 125));
      return socket_.async_ping(payload, std::move(done));
    }
    socket_.text(message.kind == Kind::Text);
    socket_.async_write(asio::buffer(message.bytes), std::move(done));
  }

  void on_written(const error_code& error) {
    is_writing_ = false;
    queued_bytes_ -= queue_.front().bytes.size();
    queue_.pop_front();
    if (error || state_ == State::Closed) return;  // The read ends as well.
    if (!queue_.empty()) return write();
    if (state_ == State::Closing) say_goodbye();
  }

  void say_goodbye() {
    socket_.async_close(reason_, [self = shared_from_this()](const error_code&) {});
  }

  void wait_to_ping() {
    if (core_.limits.ping_interval.count() == 0) return;
    ping_timer_.expires_after(core_.limits.ping_interval);
    ping_timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (error || self->state_ != State::Open) return;
      self->send_ping({});
      self->wait_to_ping();
    });
  }

  void finish(const error_code& error) {
    if (error == websocket::error::message_too_big) ++core_.counters.too_large;
    if (error == beast::error::timeout) ++core_.counters.timed_out;
    const bool is_bad = error.category() == make_error_code(websocket::error::closed).category();
    if (is_bad && error != websocket::error::closed && error != websocket::error::message_too_big) {
      ++core_.counters.malformed;
    }
    state_ = State::Closed;
    ping_timer_.cancel();
    core_.handler.on_closed(*this);
    core_.remove(this);
  }

  ServerCore& core_;
  websocket::stream<PeerStream, false> socket_;  // No compression: it takes long to compile.
  asio::steady_timer ping_timer_;
  RateMeter incoming_;
  beast::flat_buffer buffer_;
  std::deque<Message> queue_;  // The first is being written.
  std::size_t queued_bytes_ = 0;
  std::uint64_t id_ = 0;
  State state_ = State::Open;
  bool is_writing_ = false;
  bool is_accepted_ = false;
  websocket::close_reason reason_;
};

class HttpPeer final : public ServerPeer, public std::enable_shared_from_this<HttpPeer> {
 public:
  HttpPeer(ServerCore& core, PeerStream stream)
      : core_(core), address_(stream.peer()), stream_(std::move(stream)) {}

  void start() {
    core_.add(shared_from_this());
    stream_.expires_after(core_.limits.read_timeout);
    if (stream_.tls() == nullptr) return read();
    stream_.async_handshake(beast::role_type::server,
                            [self = shared_from_this()](const error_code& error) {
                              if (!error) return self->read();
                              ++self->core_.counters.handshake_failed;
                              self->hang_up();
                            });
  }

  // Whoever has not asked gets no answer; who has, does.
  void goodbye() override {
    is_last_ = true;
    if (!is_answering_) hang_up();
  }
  void hang_up() override {
    stream_.close();
    core_.remove(this);
  }

 private:
  // One request from its first byte on.
  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(core_.limits.header_bytes));
    parser_->body_limit(core_.limits.body_bytes);
    // The first has its time from the connection on; others may let us wait for their first byte.
    if (is_first_ || buffer_.size() > 0) return read_rest();
    stream_.expires_after(core_.limits.idle_timeout);
    http::async_read_some(stream_, buffer_, *parser_,
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (error) return self->on_read(error);
                            self->read_rest();
                          });
  }

  void read_rest() {
    if (parser_->is_done()) return on_read({});
    if (!is_first_) stream_.expires_after(core_.limits.read_timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       self->on_read(error);
                     });
  }

  void on_read(const error_code& error) {
    if (error) return refuse(error);
    is_first_ = false;
    stream_.expires_never();
    ++core_.counters.requests;
    auto request = parser_->release();
    keep_alive_ = request.keep_alive();
    is_head_ = request.method() == http::verb::head;
    version_ = request.version();
    if (websocket::is_upgrade(request)) return upgrade(std::move(request));
    is_answering_ = true;
    core_.handler.on_request(as_heard(std::move(request)), responder());
  }

  ServerRequest as_heard(http::request<http::string_body> request) const {
    ServerRequest heard;
    heard.method = as_text(request.method_string());
    heard.target = as_text(request.target());
    for (const auto& field : request) {
      heard.headers.emplace_back(as_text(field.name_string()), as_text(field.value()));
    }
    heard.body = std::move(request.body());
    heard.peer = address_;
    return heard;
  }

  // Hangs up when its last copy is gone and nothing was said.
  Respond responder() {
    struct Token {
      std::weak_ptr<HttpPeer> peer;
      bool used = false;
      void use(std::optional<ServerResponse> response) {
        if (std::exchange(used, true)) return;
        const auto self = peer.lock();
        if (!self) return;
        if (!response) return self->hang_up();
        self->write(std::move(*response));
      }
      ~Token() { use(std::nullopt); }
    };
    auto token = std::make_shared<Token>(weak_from_this());
    return [token](std::optional<ServerResponse> response) { token->use(std::move(response)); };
  }

  void upgrade(http::request<http::string_body> request) {
    ServerRequest heard = as_heard(request);
    if (auto refusal = core_.handler.on_upgrade(heard)) {
      is_answering_ = true;
      return write(std::move(*refusal));
    }
    auto peer = std::make_shared<WebSocketPeer>(core_, std::move(stream_));
    peer->open(std::move(request), std::move(heard));
    core_.remove(this);
  }

  void write(ServerResponse response) {
    auto message = std::make_shared<http::response<http::string_body>>();
    message->version(version_);
    message->result(response.status);
    message->keep_alive(keep_alive_ && !is_last_);
    for (const auto& [name, value] : response.headers) message->insert(name, value);
    message->content_length(response.body.size());
    if (!is_head_) message->body() = std::move(response.body);
    stream_.expires_after(core_.limits.read_timeout);
    http::async_write(stream_, *message,
                      [self = shared_from_this(), message](const error_code& error, std::size_t) {
                        self->is_answering_ = false;
                        if (error) return self->hang_up();
                        if (!message->keep_alive()) return self->end();
                        self->read();
                      });
  }

  void refuse(const error_code& error) {
    if (error == beast::error::timeout) ++core_.counters.timed_out;
    const bool is_http = error.category() == make_error_code(http::error::bad_method).category();
    if (!is_http || error == http::error::end_of_stream || error == http::error::partial_message) {
      return hang_up();
    }
    const bool body = error == http::error::body_limit;
    const bool header = error == http::error::header_limit;
    ++(body || header ? core_.counters.too_large : core_.counters.malformed);
    keep_alive_ = false;
    is_answering_ = true;
    write({.status = body ? 413U : header ? 431U : 400U, .headers = {}, .body = ""});
  }

  void end() {
    stream_.expires_after(kLinger);
    stream_.async_finish([self = shared_from_this()](const error_code&) { self->hang_up(); });
  }

  ServerCore& core_;
  std::string address_;
  PeerStream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  unsigned version_ = 11;
  bool is_first_ = true;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool is_answering_ = false;
  bool is_last_ = false;
};

}  // namespace

void serve_peer(ServerCore& core, int descriptor) {
  auto stream = PeerStream::adopt(core.context, core.tls, descriptor);
  if (stream) std::make_shared<HttpPeer>(core, *std::move(stream))->start();
}

}  // namespace tranchet
