// Tells somebody who is not looking: POSTs every alert as JSON to one address, one after the other.
//
// 2xx is a yes. No answer, 408, 429 and 5xx are asked again, five times in all, 1, 2, 4 and 8
// seconds apart; anything else is a no that would be the same again. Twice is better than never:
// the body has the `sequence` of the event, by which a receiver knows what it has heard already.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/net/client_address.h"
#include "adapters/net/client_http.h"

namespace tranchet {

// "https://host[:port]/path?query"; "http://" on loopback alone.
struct WebhookAddress {
  NetAddress host;
  std::string target = "/";
};
// The error names the host at most: whoever knows the path may post there.
std::expected<WebhookAddress, std::string> parse_webhook(std::string_view url);

struct WebhookPatience {
  int attempts = 5;
  std::chrono::milliseconds first_wait{1'000};  // Doubled from one attempt to the next.
  HttpLimits limits{.connections = 1, .body_bytes = 64 * 1024};
};

class AlertWebhook {
 public:
  struct Counters {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;    // Given up.
    std::uint64_t left_out = 0;  // A hundred waited already.
  };

  // Its own thread from here. `certificates`: PEM file of the authorities to trust; "": the
  // system's.
  static std::expected<std::unique_ptr<AlertWebhook>, std::string> start(
      std::string_view url, const std::string& certificates, const WebhookPatience& patience = {});
  ~AlertWebhook();  // What waits is not sent any more.
  AlertWebhook(const AlertWebhook&) = delete;
  AlertWebhook& operator=(const AlertWebhook&) = delete;

  // Never waits, and may be called on any thread.
  void tell(std::string alert);
  Counters counters() const;

 private:
  AlertWebhook(std::unique_ptr<Network> network, WebhookAddress address,
               const WebhookPatience& patience);
  // On the network's thread, as is everything that they touch.
  void take(std::string alert);
  void send();
  void on_answer(const ClientAnswer& answer);
  void go_on();

  std::unique_ptr<Network> network_;
  WebhookAddress address_;
  WebhookPatience patience_;
  HttpClient client_;
  std::deque<std::string> waiting_;  // The first is on its way.
  int attempt_ = 0;
  std::atomic<std::uint64_t> delivered_ = 0, failed_ = 0, left_out_ = 0;
};

}  // namespace tranchet
