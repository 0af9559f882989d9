#include "adapters/gateway/gateway.h"

#include <thread>

#include "adapters/gateway/follower.h"
#include "adapters/gateway/requests.h"
#include "adapters/net/client_address.h"

namespace tranchet {
namespace {

ServerOptions server_options(const GatewayOptions& options, const ListenAddress& address) {
  ServerOptions server{.host = address.host, .port = address.port};
  server.limits.read_timeout = options.request_timeout;
  server.limits.session_timeout = options.silence_timeout;
  server.limits.connections = 32;
  if (!options.certificate.empty()) {
    server.identity = ServerIdentity{options.certificate.string(), options.key.string()};
  }
  return server;
}

std::string flaw_of(const GatewayOptions& options, const ListenAddress& address) {
  const bool has_identity = !options.certificate.empty() && !options.key.empty();
  if (options.certificate.empty() != options.key.empty()) {
    return "a certificate and its key belong together: one of the two is missing";
  }
  if (is_loopback(address.host)) return {};
  if (has_identity && !options.users.empty()) return {};
  return options.listen +
         " can be reached from other machines: that needs a certificate, its key and a file of "
         "users; or listen on 127.0.0.1";
}

class RunningGateway final : public Gateway {
 public:
  RunningGateway(const GatewayOptions& options, Access access,
                 std::unique_ptr<AlertWebhook> webhook, std::unique_ptr<LogReader> for_moments,
                 Wishes* wishes)
      : users_(options.users),
        historian_(std::move(for_moments), milestones_),
        requests_(options, std::move(access), std::move(webhook), historian_, wishes) {}

  // The follower last: what it shows is posted to the server.
  std::expected<void, std::string> begin(const GatewayOptions& options,
                                         const ListenAddress& address,
                                         std::unique_ptr<LogReader> log) {
    auto server = Server::listen(server_options(options, address), requests_);
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    requests_.serve_on(*server_);
    serving_ = std::jthread([this] { server_->run(); });
    follower_.emplace(std::move(log), options.follow, options.trading_mode, milestones_,
                      [this](std::shared_ptr<const Picture> picture) {
                        server_->post([this, picture = std::move(picture)]() mutable {
                          requests_.show(std::move(picture));
                        });
                      });
    return {};
  }

  ~RunningGateway() override {
    follower_.reset();
    historian_.stop();
    if (server_) server_->stop();
  }

  std::uint16_t port() const override { return server_->port(); }

  std::expected<void, std::string> reload_users(const std::string& author) override {
    if (users_.empty()) return {};
    auto loaded = Access::load(users_);
    if (!loaded) return std::unexpected(loaded.error());
    server_->post([this, access = std::move(*loaded), author]() mutable {
      requests_.change_users({std::move(access), author});
    });
    return {};
  }

 private:
  std::filesystem::path users_;
  Milestones milestones_;
  Historian historian_;
  Requests requests_;
  std::unique_ptr<Server> server_;
  std::jthread serving_;
  std::optional<Follower> follower_;
};

}  // namespace

std::expected<std::unique_ptr<Gateway>, std::string> Gateway::start(const GatewayOptions& options,
                                                                    Wishes* wishes) {
  const auto address = parse_listen_address(options.listen);
  if (!address) {
    return std::unexpected("listen \"" + options.listen +
                           "\" is not an address and a port: " + "127.0.0.1:8080");
  }
  if (std::string flaw = flaw_of(options, *address); !flaw.empty()) return std::unexpected(flaw);
  Access access;
  if (!options.users.empty()) {
    auto loaded = Access::load(options.users);
    if (!loaded) return std::unexpected(loaded.error());
    access = std::move(*loaded);
  }
  std::unique_ptr<AlertWebhook> webhook;
  if (!options.webhook.empty()) {
    auto started = AlertWebhook::start(options.webhook, options.webhook_certificates);
    if (!started) return std::unexpected("webhook: " + started.error());
    webhook = std::move(*started);
  }
  auto log = LogReader::open(options.log);
  if (!log) return std::unexpected(log.error().message);
  auto second = LogReader::open(options.log);
  if (!second) return std::unexpected(second.error().message);
  auto gateway = std::make_unique<RunningGateway>(options, std::move(access), std::move(webhook),
                                                  std::move(*second), wishes);
  if (auto begun = gateway->begin(options, *address, std::move(*log)); !begun) {
    return std::unexpected(begun.error());
  }
  return gateway;
}

}  // namespace tranchet
