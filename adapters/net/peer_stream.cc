#include "adapters/net/peer_stream.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <optional>

namespace tranchet {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct PeerStream::Inside {
  explicit Inside(asio::io_context& context) : resolver(context), below(context) {}

  tcp::resolver resolver;
  beast::tcp_stream below;
  std::optional<beast::ssl_stream<beast::tcp_stream&>> secured;
  std::array<char, 4096> unwanted;

  void drain(Ended ended) {
    below.async_read_some(asio::buffer(unwanted), [this, ended = std::move(ended)](
                                                      const Error& error, std::size_t) mutable {
      if (error) return ended(error);
      drain(std::move(ended));
    });
  }

  void finish_below(Ended ended) {
    Error error;
    below.socket().shutdown(tcp::socket::shutdown_send, error);
    if (error) return ended(error);
    drain(std::move(ended));
  }
};

PeerStream::PeerStream(asio::io_context& context, asio::ssl::context* tls)
    : inside_(std::make_unique<Inside>(context)) {
  if (tls != nullptr) inside_->secured.emplace(inside_->below, *tls);
}

PeerStream::PeerStream(PeerStream&&) noexcept = default;
PeerStream& PeerStream::operator=(PeerStream&&) noexcept = default;
PeerStream::~PeerStream() = default;

std::optional<PeerStream> PeerStream::adopt(asio::io_context& context, asio::ssl::context* tls,
                                            int descriptor) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  const bool is_v6 = ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &length) == 0 &&
                     name.ss_family == AF_INET6;
  std::optional<PeerStream> stream(std::in_place, context, tls);
  tcp::socket& socket = stream->inside_->below.socket();
  Error error;
  socket.assign(is_v6 ? tcp::v6() : tcp::v4(), descriptor, error);
  if (!error) socket.remote_endpoint(error);
  if (error) return std::nullopt;
  return stream;
}

PeerStream::executor_type PeerStream::get_executor() noexcept {
  return inside_->below.get_executor();
}

ssl_st* PeerStream::tls() {
  return inside_->secured ? inside_->secured->native_handle() : nullptr;
}

std::string PeerStream::peer() const {
  Error error;
  const tcp::endpoint remote = inside_->below.socket().remote_endpoint(error);
  return error ? std::string() : remote.address().to_string();
}

void PeerStream::expires_after(std::chrono::nanoseconds time) {
  inside_->below.expires_after(time);
}

void PeerStream::expires_never() {
  inside_->below.expires_never();
}

void PeerStream::close() {
  inside_->resolver.cancel();
  inside_->below.close();
}

void PeerStream::async_connect(const std::string& host, std::uint16_t port, Ended ended) {
  inside_->resolver.async_resolve(
      host, std::to_string(port),
      [inside = inside_.get(), ended = std::move(ended)](
          const Error& error, const tcp::resolver::results_type& found) mutable {
        if (error) return ended(error);
        inside->below.async_connect(found, [inside, ended = std::move(ended)](
                                               const Error& failed, const tcp::endpoint&) mutable {
          Error ignored;
          if (!failed) inside->below.socket().set_option(tcp::no_delay(true), ignored);
          ended(failed);
        });
      });
}

void PeerStream::async_handshake(beast::role_type role, Ended ended) {
  const bool is_client = role == beast::role_type::client;
  inside_->secured->async_handshake(
      is_client ? asio::ssl::stream_base::client : asio::ssl::stream_base::server,
      std::move(ended));
}

void PeerStream::async_finish(Ended ended) {
  if (!inside_->secured) return inside_->finish_below(std::move(ended));
  inside_->secured->async_shutdown(
      [inside = inside_.get(), ended = std::move(ended)](const Error&) mutable {
        inside->finish_below(std::move(ended));
      });
}

void PeerStream::tear_down(beast::role_type role, Ended ended) {
  using beast::websocket::async_teardown;
  if (inside_->secured) {
    async_teardown(role, *inside_->secured, std::move(ended));
  } else {
    async_teardown(role, inside_->below, std::move(ended));
  }
}

void PeerStream::read_some(const asio::mutable_buffer& buffer, Moved moved) {
  if (inside_->secured) {
    inside_->secured->async_read_some(buffer, std::move(moved));
  } else {
    inside_->below.async_read_some(buffer, std::move(moved));
  }
}

void PeerStream::write_some(const WritePieces& pieces, Moved moved) {
  if (inside_->secured) {
    inside_->secured->async_write_some(pieces, std::move(moved));
  } else {
    inside_->below.async_write_some(pieces, std::move(moved));
  }
}

}  // namespace tranchet
