#include "adapters/aster/server/front_desk.h"

#include <algorithm>

#include "adapters/aster/server/account_messages.h"
#include "adapters/aster/server/signatures.h"
#include "adapters/venue_server/http_date.h"

namespace tranchet::aster_venue {
namespace {

constexpr std::string_view kLostAnswer =
    "Unknown error, please check your request or try again later.";
constexpr std::string_view kTimedOut =
    "Timeout waiting for response from backend server. Send status unknown; execution status "
    "unknown.";

// "/fapi/v3/order" -> "order"; the spot API, "/api/", has no symbols here. Empty: neither.
std::string_view endpoint_of(std::string_view path) {
  for (const std::string_view root : {"/fapi/v", "/api/v"}) {
    if (!path.starts_with(root)) continue;
    path.remove_prefix(root.size());
    const std::size_t slash = path.find('/');
    const bool version = slash == 1 && path[0] >= '1' && path[0] <= '4';
    return version ? path.substr(slash + 1) : std::string_view();
  }
  return "";
}

DeskAnswer error_answer(const VenueError& error) {
  return {.status = error.status, .headers = {}, .body = error_json(error)};
}

VenueError door_error(DoorAnswer door) {
  switch (door) {
    case DoorAnswer::TooMany:
      return {-1003, "Too many requests.", 429};
    case DoorAnswer::Banned:
      return {-1003, "Way too many requests; IP banned.", 418};
    case DoorAnswer::Maintenance:
      return {-1016, "This service is no longer available.", 503};
    case DoorAnswer::NonceUsed:
    case DoorAnswer::NonceOld:
      return {-4225, "Nonce Expired"};
    case DoorAnswer::Admitted:
      break;
  }
  return {-1000, "An unknown error occurred while processing the request.", 500};
}

DoorLimits weightless(DoorLimits limits) {
  limits.weight_per_minute = 1'000'000;
  return limits;
}

}  // namespace

AsterFrontDesk::AsterFrontDesk(const DeskOptions& options)
    : limits_(options.limits), chain_(options.chain), secret_(options.secret) {
  boards_.reserve(options.symbols.size());
  for (const ListedSymbol& listed : options.symbols) {
    boards_.emplace_back(listed);
    const auto number = static_cast<std::size_t>(listed.rules.instrument);
    ENSURE(number == boards_.size());
  }
  for (const AccountSpec& spec : options.accounts) {
    accounts_.push_back(
        {.desk = std::make_unique<AccountDesk>(spec, options.simulation, boards_, next_order_),
         .door = FrontDoor(weightless(limits_)),
         .key = {}});
  }
}

FrontDoor& AsterFrontDesk::door_of(std::string_view peer) {
  const auto found = doors_.find(peer);
  if (found != doors_.end()) return found->second;
  return doors_.emplace(std::string(peer), FrontDoor(limits_)).first->second;
}

// ---- Requests.

DeskAnswer AsterFrontDesk::answer(const DeskRequest& request, Timestamp now) {
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  const std::string_view path = request.target.substr(0, mark);
  const std::string_view query =
      mark < request.target.size() ? request.target.substr(mark + 1) : std::string_view();
  const std::string_view name = endpoint_of(path);
  const Route* route = find_route(request.method, name);
  const bool spot = path.starts_with("/api/");
  if (route == nullptr || (spot && route->access != Access::Public)) {
    return error_answer(
        {-5000,
         "Path " + std::string(path) + ", Method " + std::string(request.method) + " is invalid",
         404});
  }
  const Parameters parameters(query, request.body);
  DeskAnswer answer;
  if (refuses_unseen(*route, answer)) return answer;
  Account* account = nullptr;
  if (now < banned_until_) {
    answer = error_answer(door_error(DoorAnswer::Banned));
  } else if (now < maintained_until_) {
    answer = error_answer(door_error(DoorAnswer::Maintenance));
  } else if (spot && name == "exchangeInfo") {
    answer.body = R"({"timezone":"UTC","rateLimits":[],"exchangeFilters":[],"symbols":[]})";
  } else if (const auto body = carry_out(*route, request, parameters, account, now)) {
    answer.body = *body;
  } else {
    answer = error_answer(body.error());
  }
  fill_headers(answer, request.peer, account, now);
  flush_users(now);
  disturb(*route, answer);
  return answer;
}

Answer<std::string> AsterFrontDesk::carry_out(const Route& route, const DeskRequest& request,
                                              const Parameters& parameters, Account*& account,
                                              Timestamp now) {
  if (faults_.strike(FaultKind::TooMany) != nullptr) {
    return std::unexpected(door_error(DoorAnswer::TooMany));
  }
  // Whoever signs it: the weight is the peer's.
  const SignedRequest weighed{.nonce = static_cast<std::uint64_t>(now.nanoseconds() / 1'000),
                              .weight = weight_of(route, parameters),
                              .is_order = false,
                              .signing = Signing::Time};
  const DoorAnswer door = door_of(request.peer).admit(weighed, now);
  if (door != DoorAnswer::Admitted) return std::unexpected(door_error(door));
  if (route.access != Access::Public) {
    const auto found = authenticate(route, request, parameters, now);
    if (!found) return std::unexpected(found.error());
    account = *found;
  }
  Call call{.parameters = parameters,
            .now = now,
            .boards = boards_,
            .limits = limits_,
            .faults = faults_,
            .account = account == nullptr ? nullptr : account->desk.get(),
            .key = account == nullptr ? nullptr : &account->key,
            .secret = secret_};
  return route.answer(call);
}

Answer<AsterFrontDesk::Account*> AsterFrontDesk::authenticate(const Route& route,
                                                              const DeskRequest& request,
                                                              const Parameters& parameters,
                                                              Timestamp now) {
  const bool wallet = parameters.has("signer") || parameters.has("nonce");
  const auto account = wallet ? by_wallet(parameters) : by_api_key(route, request, parameters, now);
  if (!account) return account;
  if (keys_are_revoked_) {
    return std::unexpected(
        VenueError{-2015, "Invalid API-key, IP, or permissions for action.", 401});
  }
  SignedRequest admitted{.nonce = static_cast<std::uint64_t>(now.nanoseconds() / 1'000),
                         .weight = 1,
                         .is_order = route.is_order,
                         .signing = Signing::Time};
  if (wallet) {
    const auto nonce = parameters.integer("nonce");
    if (!nonce) return std::unexpected(nonce.error());
    admitted.nonce = static_cast<std::uint64_t>(std::max<std::int64_t>(0, nonce->value_or(0)));
    admitted.signing = Signing::Nonce;
  }
  const DoorAnswer door = (*account)->door.admit(admitted, now);
  if (door == DoorAnswer::TooMany) {
    return std::unexpected(VenueError{-1015, "Too many new orders.", 429});
  }
  if (door != DoorAnswer::Admitted) return std::unexpected(door_error(door));
  if (auto orders = admit_orders(**account, route, parameters, now); !orders) {
    return std::unexpected(orders.error());
  }
  return account;
}

// Each order of a batch counts; the first one has been counted with the call.
Answer<void> AsterFrontDesk::admit_orders(Account& account, const Route& route,
                                          const Parameters& parameters, Timestamp now) {
  if (route.name != "batchOrders" || route.method != "POST") return {};
  const auto orders = parse_batch(parameters.text("batchOrders"));
  const std::size_t count = orders ? orders->size() : 1;
  for (std::size_t index = 1; index < count; ++index) {
    const SignedRequest more{.nonce = static_cast<std::uint64_t>(now.nanoseconds() / 1'000),
                             .weight = 1,
                             .is_order = true,
                             .signing = Signing::Time};
    if (account.door.admit(more, now) != DoorAnswer::Admitted) {
      return std::unexpected(VenueError{-1015, "Too many new orders.", 429});
    }
  }
  return {};
}

// V3: the message is the parameters as they were sent.
Answer<AsterFrontDesk::Account*> AsterFrontDesk::by_wallet(const Parameters& parameters) {
  for (const std::string_view name : {"signer", "nonce", "signature"}) {
    if (auto given = parameters.needed(name); !given) return std::unexpected(given.error());
  }
  const std::string signer = lower_case(parameters.text("signer"));
  const std::string user = lower_case(parameters.text("user"));
  const auto found = std::ranges::find_if(accounts_, [&](const Account& account) {
    const AccountSpec& spec = account.desk->spec();
    return !spec.signer.empty() && spec.signer == signer &&
           (spec.user.empty() || user.empty() || spec.user == user);
  });
  if (found == accounts_.end()) {
    return std::unexpected(VenueError{-2015, "No agent found: signer is not known.", 401});
  }
  std::string message = parameters.signed_query();
  if (!message.empty() && !parameters.signed_body().empty()) message += '&';
  message += parameters.signed_body();
  if (recover_signer(message, parameters.text("signature"), chain_) != signer) {
    return std::unexpected(VenueError{-1022, "Signature for this request is not valid."});
  }
  return &*found;
}

Answer<AsterFrontDesk::Account*> AsterFrontDesk::by_api_key(const Route& route,
                                                            const DeskRequest& request,
                                                            const Parameters& parameters,
                                                            Timestamp now) {
  if (request.api_key.empty()) {
    return std::unexpected(VenueError{-2014, "API-key format invalid.", 401});
  }
  const auto found = std::ranges::find_if(accounts_, [&](const Account& account) {
    return account.desk->spec().hmac_key == request.api_key;
  });
  if (found == accounts_.end()) {
    return std::unexpected(
        VenueError{-2015, "Invalid API-key, IP, or permissions for action.", 401});
  }
  if (route.access == Access::Key) return &*found;
  for (const std::string_view name : {"timestamp", "signature"}) {
    if (auto given = parameters.needed(name); !given) return std::unexpected(given.error());
  }
  const std::string message = parameters.signed_query() + parameters.signed_body();
  if (!hmac_matches(found->desk->spec().hmac_secret, message, parameters.text("signature"))) {
    return std::unexpected(VenueError{-1022, "Signature for this request is not valid."});
  }
  const auto sent = parameters.integer("timestamp");
  if (!sent) return std::unexpected(sent.error());
  if (**sent < 0) return std::unexpected(VenueError{-1021, "Timestamp is not valid."});
  const auto window = parameters.integer("recvWindow");
  if (!window) return std::unexpected(window.error());
  const std::int64_t allowed =
      std::min<std::int64_t>(window->value_or(limits_.receive_window.count() / 1'000'000), 60'000);
  const std::int64_t age = milliseconds(now) - **sent;
  if (age > allowed) {
    return std::unexpected(
        VenueError{-1021, "Timestamp for this request is outside of the recvWindow."});
  }
  if (age <= -1'000) {
    return std::unexpected(
        VenueError{-1021, "Timestamp for this request was 1000ms ahead of the server's time."});
  }
  return &*found;
}

void AsterFrontDesk::fill_headers(DeskAnswer& answer, std::string_view peer, Account* account,
                                  Timestamp now) {
  answer.headers = {{"Content-Type", "application/json"}, {"Date", venue_server::http_date(now)}};
  const DoorUsage weight = door_of(peer).usage(now);
  answer.headers.emplace_back("X-MBX-USED-WEIGHT-1M", std::to_string(weight.weight_1m));
  if (account != nullptr) {
    const DoorUsage orders = account->door.usage(now);
    answer.headers.emplace_back("X-MBX-ORDER-COUNT-1M", std::to_string(orders.orders_1m));
    answer.headers.emplace_back("X-MBX-ORDER-COUNT-10S", std::to_string(orders.orders_10s));
  }
  if (answer.status == 418 || answer.status == 429) {
    const Duration left = now < banned_until_ ? banned_until_ - now : Duration::seconds(10);
    const Duration wait = answer.status == 418 && now >= banned_until_ ? limits_.ban : left;
    answer.headers.emplace_back("Retry-After",
                                std::to_string((wait.count() + 999'999'999) / 1'000'000'000));
  }
}

// ---- Faults of the way there, and of the way back.

bool AsterFrontDesk::refuses_unseen(const Route& route, DeskAnswer& answer) {
  if (!route.is_order) return false;
  if (faults_.strike(FaultKind::UnknownRefused) != nullptr) {
    answer = error_answer({-1000, std::string(kLostAnswer), 503});
  } else if (faults_.strike(FaultKind::TimeoutRefused) != nullptr) {
    answer = error_answer({-1007, std::string(kTimedOut), 408});
  } else if (faults_.strike(FaultKind::HangupRefused) != nullptr) {
    answer.hang_up = true;
  } else {
    return false;
  }
  return true;
}

void AsterFrontDesk::disturb(const Route& route, DeskAnswer& answer) {
  if (const FaultOrder* late = faults_.strike(FaultKind::LateAnswer)) answer.delay = late->length;
  if (!route.is_order) return;
  if (faults_.strike(FaultKind::UnknownExecuted) != nullptr) {
    answer = error_answer({-1000, std::string(kLostAnswer), 503});
  } else if (faults_.strike(FaultKind::TimeoutExecuted) != nullptr) {
    answer = error_answer({-1007, std::string(kTimedOut), 408});
  } else if (faults_.strike(FaultKind::HangupExecuted) != nullptr) {
    answer.hang_up = true;
  }
}

void AsterFrontDesk::cause(const FaultOrder& fault, Timestamp now) {
  switch (fault.kind) {
    case FaultKind::Disconnect:
      streams_.hang_up_all();
      break;
    case FaultKind::ExpireKeys:
      for (Account& account : accounts_) account.key.expires = now;
      advance(now);
      break;
    case FaultKind::Ban:
      banned_until_ = now + fault.length;
      break;
    case FaultKind::Maintenance:
      maintained_until_ = now + fault.length;
      break;
    case FaultKind::Calm:
      faults_.calm();
      banned_until_ = maintained_until_ = Timestamp();
      keys_are_revoked_ = false;
      break;
    case FaultKind::RevokeKeys:
      keys_are_revoked_ = true;
      break;
    default:
      faults_.arm(fault);
  }
}

void AsterFrontDesk::relist(const InstrumentListed& rules, const std::string& status) {
  boards_[static_cast<std::size_t>(rules.instrument) - 1].relist(rules, status);
  for (Account& account : accounts_) account.desk->relist(rules);
}

}  // namespace tranchet::aster_venue
