#include "adapters/cli/venue_access.h"

#include <future>
#include <utility>

#include "adapters/cli/exit_status.h"
#include "adapters/live/clock.h"

namespace tranchet {

std::expected<std::unique_ptr<VenueAccess>, WriterFailure> VenueAccess::open(
    const VenueSettings& settings) {
  const auto failure = [](int status, std::string text) {
    return std::unexpected(WriterFailure{status, std::move(text)});
  };
  if (settings.name != "aster") {
    return failure(kBadInput, "venue.name \"" + settings.name +
                                  "\": an account is looked at from outside at aster alone");
  }
  const auto rest = parse_address(settings.rest, "https");
  if (!rest) return failure(kBadInput, "venue.rest \"" + settings.rest + "\" " + rest.error());
  auto permit = LivePermit::from_keys(settings.keys);
  if (!permit) return failure(kBadInput, permit.error());
  auto network = Network::start({.certificates = settings.certificates});
  if (!network) return failure(kBadInput, "venue.certificates: " + network.error());
  return std::unique_ptr<VenueAccess>(
      new VenueAccess(*std::move(permit), *std::move(network), *rest));
}

VenueAccess::VenueAccess(LivePermit permit, std::unique_ptr<Network> network,
                         const NetAddress& rest)
    : permit_(std::move(permit)),
      network_(std::move(network)),
      host_(rest.host_header()),
      client_(*network_, rest, {.connections = 1}),
      desk_(
          permit_.signer(), [this](const HttpRequest& request) { return ask(request); },
          [] { return read_clocks().steady; }) {}

std::expected<aster::AskAnswer, std::string> VenueAccess::ask(const HttpRequest& request) {
  ClientRequest out{.method = std::string(to_text(request.method)),
                    .target = request.target,
                    .body = request.body};
  for (const HttpHeader& header : request.headers) {
    out.headers.emplace_back(header.name, header.value);
  }
  auto promise = std::make_shared<std::promise<ClientAnswer>>();
  auto answered = promise->get_future();
  client_.send(std::move(out),
               [promise](ClientAnswer answer) { promise->set_value(std::move(answer)); });
  ClientAnswer answer = answered.get();
  if (answer.status == 0) return std::unexpected(host_ + " does not answer: " + answer.failure);
  return aster::AskAnswer{.status = answer.status, .body = std::move(answer.body)};
}

}  // namespace tranchet
