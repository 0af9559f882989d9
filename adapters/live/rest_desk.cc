#include "adapters/live/rest_desk.h"

#include <string>
#include <utility>
#include <vector>

namespace tranchet {
namespace {

ClientRequest client_request(const HttpRequest& request) {
  ClientRequest out{.method = std::string(to_text(request.method)),
                    .target = request.target,
                    .body = request.body};
  for (const HttpHeader& header : request.headers) {
    out.headers.emplace_back(header.name, header.value);
  }
  return out;
}

}  // namespace

Moment moment_of(ClockReading now) {
  return {.steady = now.steady, .wall = now.wall};
}

RestDesk::RestDesk(Network& network, const NetAddress& address, Inbox& inbox, Notes& notes,
                   Core core)
    : inbox_(inbox), notes_(notes), core_(std::move(core)), client_(network, address, {}) {}

void RestDesk::send(std::span<const HttpRequest> requests) {
  for (const HttpRequest& request : requests) {
    client_.send(client_request(request),
                 [this, id = request.id, label = request.label](ClientAnswer answer) {
                   note_failure(label, answer);
                   inbox_.post([this, id, answer = std::move(answer)](ClockReading now) {
                     if (answer.status == 0) {
                       return core_.on_no_answer(id, answer.may_have_left, moment_of(now));
                     }
                     std::vector<HttpHeader> headers;
                     for (const auto& [name, value] : answer.headers)
                       headers.push_back({name, value});
                     core_.on_answer(id, {answer.status, headers, answer.body}, moment_of(now));
                   });
                 });
  }
}

// What went wrong, without what was asked or answered: either may hold a secret.
void RestDesk::note_failure(std::string_view label, const ClientAnswer& answer) {
  if (answer.status >= 200 && answer.status < 300) return;
  notes_.say(NoteLevel::Warning, "call_failed",
             {{"call", std::string(label)},
              {"status", std::to_string(answer.status)},
              {"why", answer.failure},
              {"may_have_left", answer.status != 0 || answer.may_have_left ? "yes" : "no"}});
}

}  // namespace tranchet
