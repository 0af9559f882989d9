#include "adapters/net/client_websocket.h"

#include <deque>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "adapters/net/client_core.h"
#include "adapters/net/peer_stream.h"

namespace tranchet {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using Error = boost::system::error_code;

class WebSocketClient::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(NetworkCore& core, const NetAddress& address, std::string target,
          const WebSocketLimits& limits, WebSocketEvents events, WebSocketHeaders headers)
      : stream_(PeerStream(core.context, &core.tls)),
        address_(address),
        target_(address.path + target),
        limits_(limits),
        events_(std::move(events)),
        headers_(std::move(headers)) {}

  void connect() {
    if (!expect_peer(bytes().tls(), address_)) return fail("the host name cannot be asked for");
    bytes().expires_after(limits_.connect_time);
    bytes().async_connect(address_.host, address_.port,
                          [self = shared_from_this()](const Error& error) {
                            if (error) return self->fail(error.message());
                            self->shake_hands();
                          });
  }

  void send(WebSocketKind kind, std::string message) {
    if (gone_) return;
    unsent_.emplace_back(kind, std::move(message));
    if (open_ && !writing_) write();
  }

  // The owner wants to hear no more.
  void leave() {
    events_ = {};
    gone_ = true;
    if (!open_) {
      bytes().close();
      return;
    }
    stream_.async_close(websocket::close_code::normal,
                        [self = shared_from_this()](const Error&) { self->bytes().close(); });
  }

 private:
  PeerStream& bytes() { return stream_.next_layer(); }

  void shake_hands() {
    bytes().expires_after(limits_.connect_time);
    bytes().async_handshake(
        beast::role_type::client, [self = shared_from_this()](const Error& error) {
          if (error) return self->fail(handshake_failure(error.message(), self->bytes().tls()));
          self->upgrade();
        });
  }

  void upgrade() {
    bytes().expires_never();
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = limits_.connect_time;
    timeout.idle_timeout = limits_.idle_time;
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.set_option(websocket::stream_base::decorator(
        [headers = std::move(headers_)](websocket::request_type& request) {
          request.set(beast::http::field::user_agent, "tranchet");
          for (const auto& [name, value] : headers) request.set(name, value);
        }));
    stream_.read_message_max(limits_.message_bytes);
    stream_.control_callback([weak = weak_from_this()](websocket::frame_type, beast::string_view) {
      const auto self = weak.lock();
      if (self && self->events_.on_alive) self->events_.on_alive();
    });
    stream_.async_handshake(address_.host_header(), target_,
                            [self = shared_from_this()](const Error& error) {
                              if (error) return self->fail(error.message());
                              self->open_ = true;
                              if (self->events_.on_open) self->events_.on_open();
                              if (!self->unsent_.empty()) self->write();
                              self->read();
                            });
  }

  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](const Error& error, std::size_t) {
      if (error) return self->fail(self->reason_of(error));
      const auto heard = self->buffer_.data();
      const std::string_view message(static_cast<const char*>(heard.data()), heard.size());
      const bool is_binary = !self->stream_.got_text();
      if (is_binary && self->events_.on_bytes) {
        self->events_.on_bytes(message);
      } else if (self->events_.on_text) {
        self->events_.on_text(message);
      }
      self->buffer_.consume(heard.size());
      self->read();
    });
  }

  void write() {
    writing_ = true;
    const auto& [kind, message] = unsent_.front();
    stream_.binary(kind == WebSocketKind::Bytes);
    stream_.async_write(asio::buffer(message),
                        [self = shared_from_this()](const Error& error, std::size_t) {
                          self->writing_ = false;
                          // Of a failure the read tells.
                          if (error || self->gone_) return;
                          self->unsent_.pop_front();
                          if (!self->unsent_.empty()) self->write();
                        });
  }

  std::string reason_of(const Error& error) const {
    if (error != websocket::error::closed) return error.message();
    const websocket::close_reason& reason = stream_.reason();
    return "closed by the peer, code " + std::to_string(reason.code) +
           (reason.reason.empty() ? "" : ": " + std::string(reason.reason.c_str()));
  }

  void fail(std::string reason) {
    open_ = false;
    gone_ = true;
    bytes().close();
    const auto on_closed = std::move(events_.on_closed);
    events_ = {};
    if (on_closed) on_closed(std::move(reason));
  }

  websocket::stream<PeerStream, false> stream_;  // No compression: it takes long to compile.
  NetAddress address_;
  std::string target_;
  WebSocketLimits limits_;
  WebSocketEvents events_;
  WebSocketHeaders headers_;
  std::deque<std::pair<WebSocketKind, std::string>> unsent_;  // The first may be on its way.
  beast::flat_buffer buffer_;
  bool open_ = false;
  bool writing_ = false;
  bool gone_ = false;
};

WebSocketClient::WebSocketClient(Network& network, const NetAddress& address, std::string target,
                                 const WebSocketLimits& limits, WebSocketEvents events,
                                 WebSocketHeaders headers)
    : network_(network),
      session_(std::make_shared<Session>(network.core(), address, std::move(target), limits,
                                         std::move(events), std::move(headers))) {
  network_.post([session = session_] { session->connect(); });
}

void WebSocketClient::send(WebSocketKind kind, std::string message) {
  network_.post([session = session_, kind, message = std::move(message)]() mutable {
    session->send(kind, std::move(message));
  });
}

WebSocketClient::~WebSocketClient() {
  network_.post([session = std::move(session_)] { session->leave(); });
}

}  // namespace tranchet
