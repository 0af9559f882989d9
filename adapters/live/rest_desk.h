// Sends what a core asks for, and brings what comes back to the writer.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "adapters/live/inbox.h"
#include "adapters/live/notes.h"
#include "adapters/net/client_http.h"
#include "adapters/port/traffic.h"

namespace tranchet {

class RestDesk {
 public:
  // On the writer's thread.
  struct Core {
    std::function<void(std::uint64_t id, const HttpAnswer& answer, Moment now)> on_answer;
    std::function<void(std::uint64_t id, bool may_have_left, Moment now)> on_no_answer;
  };
  RestDesk(Network& network, const NetAddress& address, Inbox& inbox, Notes& notes, Core core);

  void send(std::span<const HttpRequest> requests);
  void keep_warm() { client_.keep_warm(); }

 private:
  void note_failure(std::string_view label, const ClientAnswer& answer);

  Inbox& inbox_;
  Notes& notes_;
  Core core_;
  HttpClient client_;
};

Moment moment_of(ClockReading now);

}  // namespace tranchet
