#include "adapters/gateway/alert_webhook.h"

#include <algorithm>
#include <utility>

namespace tranchet {
namespace {

constexpr std::size_t kAlertsMost = 100;

bool is_worth_another_try(int status) {
  return status == 0 || status == 408 || status == 429 || status >= 500;
}

}  // namespace

std::expected<WebhookAddress, std::string> parse_webhook(std::string_view url) {
  const std::string_view scheme = url.starts_with("http://") ? "http" : "https";
  const std::size_t host = url.find("://");
  const std::size_t path = host == std::string_view::npos ? host : url.find('/', host + 3);
  const auto parsed = parse_address(url.substr(0, path), scheme);
  if (!parsed) return std::unexpected("the address " + parsed.error());
  WebhookAddress address{.host = *parsed};
  if (path != std::string_view::npos) address.target = url.substr(path);
  const bool plain = std::ranges::all_of(
      address.target, [](char c) { return c > ' ' && c < 0x7f && c != '#' && c != '"'; });
  if (!plain) return std::unexpected("the path of the address has signs that no address has");
  return address;
}

std::expected<std::unique_ptr<AlertWebhook>, std::string> AlertWebhook::start(
    std::string_view url, const std::string& certificates, const WebhookPatience& patience) {
  auto address = parse_webhook(url);
  if (!address) return std::unexpected(address.error());
  auto network = Network::start({.certificates = certificates});
  if (!network) return std::unexpected(network.error());
  return std::unique_ptr<AlertWebhook>(
      new AlertWebhook(std::move(*network), *std::move(address), patience));
}

AlertWebhook::AlertWebhook(std::unique_ptr<Network> network, WebhookAddress address,
                           const WebhookPatience& patience)
    : network_(std::move(network)),
      address_(std::move(address)),
      patience_(patience),
      client_(*network_, address_.host, patience_.limits) {}

// Nothing is called any more from here, so nothing meets what is already gone.
AlertWebhook::~AlertWebhook() {
  network_->stop();
}

void AlertWebhook::tell(std::string alert) {
  network_->post([this, alert = std::move(alert)]() mutable { take(std::move(alert)); });
}

AlertWebhook::Counters AlertWebhook::counters() const {
  return {.delivered = delivered_, .failed = failed_, .left_out = left_out_};
}

void AlertWebhook::take(std::string alert) {
  if (waiting_.size() >= kAlertsMost) {
    ++left_out_;
    return;
  }
  waiting_.push_back(std::move(alert));
  if (waiting_.size() == 1) send();
}

void AlertWebhook::send() {
  ++attempt_;
  client_.send({.method = "POST",
                .target = address_.target,
                .headers = {{"Content-Type", "application/json"}},
                .body = waiting_.front()},
               [this](const ClientAnswer& answer) { on_answer(answer); });
}

void AlertWebhook::on_answer(const ClientAnswer& answer) {
  if (answer.status >= 200 && answer.status < 300) {
    ++delivered_;
    return go_on();
  }
  if (!is_worth_another_try(answer.status) || attempt_ >= patience_.attempts) {
    ++failed_;
    return go_on();
  }
  network_->after(patience_.first_wait * (1 << (attempt_ - 1)), [this] { send(); });
}

void AlertWebhook::go_on() {
  waiting_.pop_front();
  attempt_ = 0;
  if (!waiting_.empty()) send();
}

}  // namespace tranchet
