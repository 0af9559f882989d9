#include "adapters/live/control_socket.h"

#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "adapters/net/client_core.h"

namespace tranchet {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using Error = boost::system::error_code;

constexpr std::size_t kLineBytes = 64 * 1024;

std::string in_json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= 0 && c < ' ' ? ' ' : c;
  }
  return out + "\"";
}

std::string answer_line(const WishAnswer& answer) {
  if (!answer.error.empty()) return "{\"ok\":false,\"error\":" + in_json(answer.error) + "}\n";
  return "{\"ok\":true,\"seq\":" + std::to_string(number(answer.sequence)) + "}\n";
}

// One that wishes. A line is read when the one before it was answered.
class Caller : public std::enable_shared_from_this<Caller> {
 public:
  Caller(Local::socket socket, ControlSocket::Take take)
      : socket_(std::move(socket)), take_(std::move(take)) {}

  void read() {
    asio::async_read_until(socket_, asio::dynamic_buffer(input_, kLineBytes), '\n',
                           [self = shared_from_this()](const Error& error, std::size_t size) {
                             if (error == asio::error::not_found) {
                               return self->write({.error = "a line of more than 64 KiB"}, false);
                             }
                             if (!error) self->on_line(size);
                           });
  }

 private:
  void on_line(std::size_t size) {
    std::string line = input_.substr(0, size - 1);
    input_.erase(0, size);
    if (line.find_first_not_of(" \t\r") == std::string::npos) return read();
    const bool taken = take_(std::move(line), [self = shared_from_this()](WishAnswer answer) {
      asio::post(self->socket_.get_executor(),
                 [self, answer = std::move(answer)] { self->write(answer, true); });
    });
    if (!taken) write({.error = "the program takes nothing now: its queue is full"}, true);
  }

  void write(const WishAnswer& answer, bool goes_on) {
    output_ = answer_line(answer);
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this(), goes_on](const Error& error, std::size_t) {
                        if (!error && goes_on) self->read();
                      });
  }

  Local::socket socket_;
  ControlSocket::Take take_;
  std::string input_;
  std::string output_;
};

}  // namespace

class ControlSocket::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(NetworkCore& core, const std::filesystem::path& path, Take take)
      : acceptor_(core.context), path_(path), take_(std::move(take)) {}

  std::string open() {
    // The log has one writer, so whoever listened here before is gone.
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    if (path_.string().size() > 100) return path_.string() + ": too long for a local socket";
    Error error;
    const Local::endpoint endpoint(path_.string());
    acceptor_.open(endpoint.protocol(), error);
    const mode_t before = ::umask(0077);
    if (!error) acceptor_.bind(endpoint, error);
    ::umask(before);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error ? path_.string() + ": " + error.message() : "";
  }

  void accept() {
    acceptor_.async_accept([self = shared_from_this()](const Error& error, Local::socket socket) {
      if (error) return;
      std::make_shared<Caller>(std::move(socket), self->take_)->read();
      self->accept();
    });
  }

  void close() {
    Error ignored;
    acceptor_.close(ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  Local::acceptor acceptor_;
  std::filesystem::path path_;
  Take take_;
};

std::expected<std::unique_ptr<ControlSocket>, std::string> ControlSocket::listen(
    Network& network, const std::filesystem::path& path, Take take) {
  auto listener = std::make_shared<Listener>(network.core(), path, std::move(take));
  if (std::string error = listener->open(); !error.empty()) return std::unexpected(error);
  network.post([listener] { listener->accept(); });
  return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(listener), network));
}

ControlSocket::ControlSocket(std::shared_ptr<Listener> listener, Network& network)
    : listener_(std::move(listener)), network_(network) {}

ControlSocket::~ControlSocket() {
  std::error_code gone;
  std::filesystem::remove(listener_->path(), gone);
  network_.post([listener = std::move(listener_)] { listener->close(); });
}

}  // namespace tranchet
