#include "tests/adapters/net/tls_peer.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

SSL_CTX* context_of(const PeerManners& manners) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  // A bad peer takes what a good one would refuse.
  SSL_CTX_set_security_level(context, 0);
  if (manners.only_tls_1_1) {
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  }
  if (manners.without_certificate) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ADH-AES128-SHA:AECDH-AES128-SHA");
  } else if (!manners.plain && !manners.silent && !manners.hangs_up) {
    ENSURE(SSL_CTX_use_certificate_chain_file(context, manners.identity.certificate.c_str()) == 1);
    ENSURE(SSL_CTX_use_PrivateKey_file(context, manners.identity.key.c_str(), SSL_FILETYPE_PEM) ==
           1);
  }
  return context;
}

}  // namespace

struct TlsPeer::Inside {
  PeerManners manners;
  int listener = -1;
  std::uint16_t port = 0;
  SSL_CTX* context = nullptr;
  std::atomic<int> connection{-1};
  std::atomic<bool> ended{false};
  mutable std::mutex mutex;
  std::string heard;
  std::thread thread;

  void serve() {
    while (!ended) {
      const int socket = ::accept(listener, nullptr, nullptr);
      if (socket < 0) return;
      connection = socket;
      if (!ended) answer(socket);
      connection = -1;
      ::close(socket);
    }
  }

  void answer(int socket) {
    if (manners.hangs_up) return;
    char bytes[4096];
    if (manners.silent) {
      while (::read(socket, bytes, sizeof(bytes)) > 0) continue;
      return;
    }
    if (manners.plain) {
      if (::read(socket, bytes, sizeof(bytes)) > 0) {
        [[maybe_unused]] const auto sent = ::write(socket, kAnswer.data(), kAnswer.size());
      }
      return;
    }
    SSL* tls = SSL_new(context);
    SSL_set_fd(tls, socket);
    if (SSL_accept(tls) == 1) {
      const int size = SSL_read(tls, bytes, sizeof(bytes));
      if (size > 0) {
        const std::lock_guard lock(mutex);
        heard.append(bytes, static_cast<std::size_t>(size));
        SSL_write(tls, kAnswer.data(), static_cast<int>(kAnswer.size()));
      }
    }
    SSL_free(tls);
  }
};

TlsPeer::TlsPeer(const PeerManners& manners) : inside_(std::make_unique<Inside>()) {
  std::signal(SIGPIPE, SIG_IGN);
  inside_->manners = manners;
  inside_->context = context_of(manners);
  inside_->listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ENSURE(::bind(inside_->listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  ENSURE(::listen(inside_->listener, 16) == 0);
  socklen_t size = sizeof(address);
  ::getsockname(inside_->listener, reinterpret_cast<sockaddr*>(&address), &size);
  inside_->port = ntohs(address.sin_port);
  inside_->thread = std::thread([inside = inside_.get()] { inside->serve(); });
}

TlsPeer::~TlsPeer() {
  inside_->ended = true;
  ::shutdown(inside_->listener, SHUT_RDWR);
  const int connection = inside_->connection;
  if (connection >= 0) ::shutdown(connection, SHUT_RDWR);
  inside_->thread.join();
  ::close(inside_->listener);
  SSL_CTX_free(inside_->context);
}

std::uint16_t TlsPeer::port() const {
  return inside_->port;
}

std::string TlsPeer::heard() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->heard;
}

}  // namespace tranchet
