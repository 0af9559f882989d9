#include "adapters/net/client_network.h"

#include <optional>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/net/client_core.h"

namespace tranchet {

namespace asio = boost::asio;

bool expect_peer(ssl_st* connection, const NetAddress& address) {
  if (address.is_ip()) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), address.host.c_str()) == 1;
  }
  SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (SSL_set1_host(connection, address.host.c_str()) != 1) return false;
  // SNI is for names: RFC 6066 allows no addresses in it. OpenSSL's macro for it casts in C.
  std::string name = address.host;
  return SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  name.data()) == 1;
}

std::string handshake_failure(const std::string& error, ssl_st* connection) {
  const long verified = SSL_get_verify_result(connection);
  if (verified == X509_V_OK) return error;
  return error + ": " + X509_verify_cert_error_string(verified);
}

struct Network::Inside {
  asio::io_context context{1};
  asio::ssl::context tls{asio::ssl::context::tls_client};
  NetworkCore core{context, tls};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::thread thread;
};

Network::Network(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {
  inside_->work.emplace(inside_->context.get_executor());
  inside_->thread = std::thread([context = &inside_->context] { context->run(); });
}

NetworkCore& Network::core() {
  return inside_->core;
}

std::expected<std::unique_ptr<Network>, std::string> Network::start(const TrustOptions& trust) {
  auto inside = std::make_unique<Inside>();
  boost::system::error_code error;
  if (trust.certificates.empty()) {
    inside->tls.set_default_verify_paths(error);
  } else {
    inside->tls.load_verify_file(trust.certificates, error);
  }
  if (error) {
    return std::unexpected("\"" + trust.certificates +
                           "\" does not hold certificates to trust: " + error.message());
  }
  inside->tls.set_verify_mode(asio::ssl::verify_peer, error);
  if (error || SSL_CTX_set_min_proto_version(inside->tls.native_handle(), TLS1_2_VERSION) != 1) {
    return std::unexpected("TLS 1.2 is not to be had");
  }
  return std::unique_ptr<Network>(new Network(std::move(inside)));
}

Network::~Network() {
  stop();
}

void Network::stop() {
  inside_->work.reset();
  inside_->context.stop();
  if (inside_->thread.joinable()) inside_->thread.join();
}

void Network::post(std::function<void()> work) {
  asio::post(inside_->context, std::move(work));
}

void Network::after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(inside_->context, delay);
  timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& error) {
    if (!error) work();
  });
}

}  // namespace tranchet
