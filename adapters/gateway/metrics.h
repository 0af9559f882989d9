// Counters and gauges as Prometheus reads them (text format 0.0.4).
#pragma once

#include <string>

#include "adapters/gateway/alert_webhook.h"
#include "adapters/gateway/picture.h"
#include "adapters/net/server.h"

namespace tranchet {

// What the gateway itself has counted.
struct GatewayCounters {
  std::uint64_t actions = 0;          // Handed to the host.
  std::uint64_t actions_refused = 0;  // Malformed, not allowed, nothing to act on.
  std::uint64_t unauthorized = 0;     // No token, a wrong one, one of somebody else.
  std::uint64_t forbidden_origins = 0;
  std::uint64_t ignored_messages = 0;
  std::size_t user_sockets = 0;
  std::size_t page_sockets = 0;
  std::uint64_t users_reloads = 0;
  AlertWebhook::Counters webhook;
};

std::string metrics_text(const Picture& picture, const GatewayCounters& gateway,
                         const ServerCounters& server);

}  // namespace tranchet
