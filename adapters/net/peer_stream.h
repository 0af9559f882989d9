// The bytes of one connection, in the clear or through TLS behind one type: what is built upon it
// (HTTP, WebSocket) is compiled once, and that is most of what compiling this folder costs. Only
// for .cc files of net.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "adapters/net/asio_fwd.h"

struct ssl_st;  // OpenSSL's SSL.

namespace tranchet {

// The first pieces of what is to be written; a header and its body go out together.
struct WritePieces {
  std::array<boost::asio::const_buffer, 8> pieces;
  std::size_t count = 0;

  const boost::asio::const_buffer* begin() const { return pieces.data(); }
  const boost::asio::const_buffer* end() const { return pieces.data() + count; }
};

// An AsyncStream, as Boost.Beast calls it. What is given to be called keeps the stream alive.
class PeerStream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using Error = boost::system::error_code;
  // Called on the context's one thread, whatever executor the handler inside would like.
  using Ended = std::move_only_function<void(const Error&)>;
  using Moved = std::move_only_function<void(const Error&, std::size_t)>;

  // `tls` null: in the clear. The context must outlive the stream.
  PeerStream(boost::asio::io_context& context, boost::asio::ssl::context* tls);
  // Takes over an accepted socket, by its descriptor. None: it has gone already.
  static std::optional<PeerStream> adopt(boost::asio::io_context& context,
                                         boost::asio::ssl::context* tls, int descriptor);
  PeerStream(PeerStream&&) noexcept;
  PeerStream& operator=(PeerStream&&) noexcept;
  ~PeerStream();

  executor_type get_executor() noexcept;
  ssl_st* tls();             // Null: in the clear.
  std::string peer() const;  // Address of the other end, without the port.

  // What is pending then ends with beast::error::timeout.
  void expires_after(std::chrono::nanoseconds time);
  void expires_never();
  void close();  // What is pending ends.

  // Looks the host up and connects; without Nagle's delay.
  void async_connect(const std::string& host, std::uint16_t port, Ended ended);
  void async_handshake(boost::beast::role_type role, Ended ended);  // TLS alone.
  // Says that nothing more comes, and reads until the other end has finished: hanging up on bytes
  // that were not read would take with it what was written last.
  void async_finish(Ended ended);

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
        [this](auto handler, const boost::asio::mutable_buffer& first) {
          read_some(first, Moved(std::move(handler)));
        },
        token, first_of(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
        [this](auto handler, const WritePieces& pieces) {
          write_some(pieces, Moved(std::move(handler)));
        },
        token, pieces_of(buffers));
  }

  // How Beast ends a WebSocket: close_notify, then the socket.
  void tear_down(boost::beast::role_type role, Ended ended);

 private:
  struct Inside;
  void read_some(const boost::asio::mutable_buffer& buffer, Moved moved);
  void write_some(const WritePieces& pieces, Moved moved);

  template <class Buffers>
  static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const boost::asio::mutable_buffer buffer(*at);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }
  template <class Buffers>
  static WritePieces pieces_of(const Buffers& buffers) {
    WritePieces result;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const boost::asio::const_buffer buffer(*at);
      if (buffer.size() == 0) continue;
      if (result.count == result.pieces.size()) break;  // The rest goes with the next call.
      result.pieces[result.count++] = buffer;
    }
    return result;
  }

  std::unique_ptr<Inside> inside_;
};

// Beast finds these two by their arguments.
template <class Handler>
void async_teardown(boost::beast::role_type role, PeerStream& stream, Handler&& handler) {
  stream.tear_down(role, PeerStream::Ended(std::forward<Handler>(handler)));
}
inline void beast_close_socket(PeerStream& stream) {
  stream.close();
}

}  // namespace tranchet
