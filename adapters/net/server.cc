#include "adapters/net/server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/string.hpp>

#include "adapters/net/server_core.h"

namespace tranchet {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kGoodbye{1};

std::expected<std::unique_ptr<asio::ssl::context>, std::string> tls_context(
    const ServerIdentity& identity) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->use_certificate_chain_file(identity.certificate_file, error);
  if (error) return std::unexpected(identity.certificate_file + ": " + error.message());
  context->use_private_key_file(identity.key_file, asio::ssl::context::pem, error);
  if (error) return std::unexpected(identity.key_file + ": " + error.message());
  return context;
}

class AsioServer final : public Server {
 public:
  AsioServer(const ServerLimits& limits, ServerHandler& handler,
             std::unique_ptr<asio::ssl::context> tls)
      : tls_(std::move(tls)),
        acceptor_(context_),
        goodbye_(context_),
        core_{.limits = limits,
              .handler = handler,
              .context = context_,
              .tls = tls_.get(),
              .counters = {},
              .peers = {},
              .on_last_peer_gone = {}} {}

  // The core is the last member: peers go before the context they work with.
  ~AsioServer() override { core_.peers.clear(); }

  std::expected<void, std::string> open(const std::string& host, std::uint16_t port) {
    const std::string place = host + ":" + std::to_string(port) + ": ";
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return std::unexpected(place + "\"" + host + "\" is not an address");
    const tcp::endpoint endpoint(address, port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return std::unexpected(place + error.message());
    port_ = acceptor_.local_endpoint().port();
    accept();
    return {};
  }

  std::uint16_t port() const override { return port_; }
  void run() override {
    const auto work = asio::make_work_guard(context_);
    context_.run();
  }
  void stop() override {
    asio::post(context_, [this] { begin_stop(); });
  }
  void post(std::function<void()> work) override { asio::post(context_, std::move(work)); }
  void after(std::chrono::nanoseconds delay, std::function<void()> work) override {
    auto timer = std::make_shared<asio::steady_timer>(context_, delay);
    timer->async_wait([timer, work = std::move(work)](const error_code& error) {
      if (!error) work();
    });
  }
  const ServerCounters& counters() const override { return core_.counters; }
  std::size_t connections() const override { return core_.peers.size(); }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) take(std::move(socket));
      // Out of descriptors, for example: others may go and leave some.
      if (error) return after(std::chrono::milliseconds(100), [this] { accept(); });
      accept();
    });
  }

  void take(tcp::socket socket) {
    ++core_.counters.accepted;
    if (core_.peers.size() >= core_.limits.connections) {
      ++core_.counters.over_limit;
      return;  // The socket closes.
    }
    error_code error;
    socket.set_option(tcp::no_delay(true), error);
    const int descriptor = socket.release(error);
    if (!error) serve_peer(core_, descriptor);
  }

  void begin_stop() {
    error_code error;
    acceptor_.close(error);
    if (core_.peers.empty()) return context_.stop();
    core_.on_last_peer_gone = [this] { context_.stop(); };
    for_each_peer([](ServerPeer& peer) { peer.goodbye(); });
    goodbye_.expires_after(kGoodbye);
    goodbye_.async_wait(
        [this](const error_code&) { for_each_peer([](ServerPeer& peer) { peer.hang_up(); }); });
  }

  // A peer may leave when it is spoken to.
  template <class Visit>
  void for_each_peer(Visit visit) {
    std::vector<std::shared_ptr<ServerPeer>> all;
    for (const auto& [key, peer] : core_.peers) all.push_back(peer);
    for (const auto& peer : all) visit(*peer);
  }

  std::unique_ptr<asio::ssl::context> tls_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer goodbye_;
  std::uint16_t port_ = 0;
  ServerCore core_;
};

}  // namespace

std::string_view ServerRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view ServerRequest::query() const {
  const std::size_t at = target.find('?');
  return at == std::string::npos ? std::string_view() : std::string_view(target).substr(at + 1);
}

std::string_view ServerRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& header) { return boost::beast::iequals(header.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::expected<std::unique_ptr<Server>, std::string> Server::listen(const ServerOptions& options,
                                                                   ServerHandler& handler) {
  std::unique_ptr<asio::ssl::context> tls;
  if (options.identity) {
    auto made = tls_context(*options.identity);
    if (!made) return std::unexpected(made.error());
    tls = std::move(*made);
  }
  auto server = std::make_unique<AsioServer>(options.limits, handler, std::move(tls));
  if (auto opened = server->open(options.host, options.port); !opened) {
    return std::unexpected(opened.error());
  }
  return server;
}

}  // namespace tranchet
