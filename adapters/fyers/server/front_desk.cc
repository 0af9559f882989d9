#include "adapters/fyers/server/front_desk.h"

#include <algorithm>

#include "adapters/venue_server/http_date.h"
#include "adapters/venue_server/url_text.h"

namespace tranchet::fyers_venue {
namespace {

VenueError unauthorized(int code, std::string message) {
  return {code, std::move(message), 401, ""};
}

DeskAnswer error_answer(const VenueError& error) {
  return {.status = error.status, .headers = {}, .body = error_json(error)};
}

std::vector<std::pair<std::string, std::string>> split_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> values;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    values.emplace_back(venue_server::url_decoded(part.substr(0, equals)),
                        venue_server::url_decoded(part.substr(std::min(equals + 1, part.size()))));
  }
  return values;
}

std::string value_of_key(const std::vector<std::pair<std::string, std::string>>& values,
                         std::string_view name) {
  for (const auto& [key, value] : values) {
    if (key == name) return value;
  }
  return "";
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string text_member(const Json& body, std::string_view key) {
  const Json* member = body.find(key);
  return member == nullptr ? std::string() : member->text;
}

// As a part of an address.
std::string url_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || letter == '-' || letter == '_' ||
                       letter == '.';
    if (plain) {
      result += letter;
    } else {
      result += '%';
      result += kDigits[byte >> 4];
      result += kDigits[byte & 15];
    }
  }
  return result;
}

}  // namespace

FyersFrontDesk::FyersFrontDesk(const DeskOptions& options)
    : hours_(options.hours),
      data_(boards_, faults_, [this](std::string_view key) { return admits_key(key); }) {
  boards_.reserve(options.listings.size());
  for (const Listing& listing : options.listings) boards_.emplace_back(listing);
  for (const AccountSpec& spec : options.accounts) {
    accounts_.push_back(std::make_unique<Account>(spec, options, boards_));
  }
}

// ---- Who asks.

Answer<FyersFrontDesk::Account*> FyersFrontDesk::authenticate(std::string_view authorization,
                                                              Timestamp now) const {
  const std::size_t colon = authorization.find(':');
  if (colon == std::string_view::npos) {
    return std::unexpected(unauthorized(-16, "Could not authenticate the user"));
  }
  const std::string_view app_id = authorization.substr(0, colon);
  const std::string_view text = authorization.substr(colon + 1);
  const auto found = std::ranges::find_if(
      accounts_, [&](const auto& account) { return account->spec.app_id == app_id; });
  if (found == accounts_.end()) {
    return std::unexpected(unauthorized(-352, "Please provide valid app id"));
  }
  const TokenReading reading = read_token((*found)->spec, text);
  if (!reading.is_ours || reading.token.kind != TokenKind::Access) {
    return std::unexpected(unauthorized(-15, "Please provide valid token"));
  }
  if (reading.token.expires <= now || reading.token.issued < (*found)->tokens_from) {
    return std::unexpected(unauthorized(-8, "Your token has expired. Please generate a token"));
  }
  if ((*found)->retired.contains(std::string(text))) {
    return std::unexpected(unauthorized(-17, "Your token is invalid or has expired"));
  }
  return found->get();
}

bool FyersFrontDesk::admits_key(std::string_view key) const {
  return std::ranges::any_of(accounts_, [key](const auto& account) {
    const bool is_expired =
        account->tokens_from > Timestamp() && account->newest_token < account->tokens_from;
    return !is_expired && data_key(account->spec) == key;
  });
}

FyersFrontDesk::Account* FyersFrontDesk::by_hash(std::string_view hash) const {
  const auto found = std::ranges::find_if(
      accounts_, [&](const auto& account) { return app_id_hash(account->spec) == hash; });
  return found == accounts_.end() ? nullptr : found->get();
}

// ---- Logging in.

DeskAnswer FyersFrontDesk::log_in(const DeskRequest& request, std::string_view path,
                                  const Moment& moment) {
  if (path.ends_with("/generate-authcode")) {
    // Nobody types a password here: whoever asks for a code is sent on with one.
    const auto query = split_query(query_of(request.target));
    const std::string app_id = value_of_key(query, "client_id");
    const auto found = std::ranges::find_if(
        accounts_, [&](const auto& account) { return account->spec.app_id == app_id; });
    if (found == accounts_.end()) {
      return error_answer(unauthorized(-352, "Please provide valid app id"));
    }
    const std::string to = value_of_key(query, "redirect_uri");
    const std::string code = make_token((*found)->spec, TokenKind::Code, moment.now);
    const std::string state = value_of_key(query, "state");
    return {.status = 302,
            .headers = {{"Location", to + (to.find('?') == std::string::npos ? "?" : "&") +
                                         "s=ok&code=200&auth_code=" + code +
                                         "&state=" + url_encoded(state)}},
            .body = ""};
  }
  const auto body = parse_json(request.body);
  const Json empty;
  const bool refreshes = path.ends_with("/validate-refresh-token");
  const auto answer = refreshes ? refresh(body ? *body : empty, moment.now)
                                : exchange_code(body ? *body : empty, moment.now);
  if (!answer) return error_answer(answer.error());
  return {.status = 200, .headers = {}, .body = *answer};
}

Answer<std::string> FyersFrontDesk::exchange_code(const Json& body, Timestamp now) {
  Account* account = by_hash(text_member(body, "appIdHash"));
  if (account == nullptr || text_member(body, "grant_type") != "authorization_code") {
    return refuse(-5, "invalid app id hash");
  }
  const std::string code = text_member(body, "code");
  const TokenReading reading = read_token(account->spec, code);
  if (!reading.is_ours || reading.token.kind != TokenKind::Code || reading.token.expires <= now ||
      !account->retired.insert(code).second) {
    return refuse(-437, "invalid auth code");
  }
  account->newest_token = now;
  return ok_json()
      .text("access_token", make_token(account->spec, TokenKind::Access, now))
      .text("refresh_token", make_token(account->spec, TokenKind::Refresh, now))
      .str();
}

Answer<std::string> FyersFrontDesk::refresh(const Json& body, Timestamp now) {
  Account* account = by_hash(text_member(body, "appIdHash"));
  if (account == nullptr || text_member(body, "grant_type") != "refresh_token") {
    return refuse(-5, "invalid app id hash");
  }
  const TokenReading reading = read_token(account->spec, text_member(body, "refresh_token"));
  if (!reading.is_ours || reading.token.kind != TokenKind::Refresh ||
      reading.token.expires <= now) {
    return refuse(-501, "Please provide valid refresh token");
  }
  if (text_member(body, "pin") != account->spec.pin) return refuse(-501, "invalid pin");
  account->newest_token = now;
  return ok_json().text("access_token", make_token(account->spec, TokenKind::Access, now)).str();
}

// ---- Requests.

std::string FyersFrontDesk::symbol_master(std::string_view exchange) const {
  JsonObject object;
  for (const Board& board : boards_) {
    if (board.listing().exchange_name() == exchange) {
      object.json(board.listing().symbol, board.master());
    }
  }
  return object.str();
}

DeskAnswer FyersFrontDesk::answer(const DeskRequest& request, const Moment& moment) {
  advance(moment);
  const std::string_view path = venue_server::path_of(request.target);
  const Route* route = find_route(request.method, path);
  const bool logs_in =
      path.starts_with("/api/v3/validate-") || path.ends_with("/generate-authcode");
  DeskAnswer answer;
  if (moment.now < maintained_until_) {
    answer = error_answer({-1, "The service is not available", 503, ""});
  } else if (path == "/sym_details/NSE_CM_sym_master.json") {
    answer.body = symbol_master("NSE");
  } else if (path == "/sym_details/BSE_CM_sym_master.json") {
    answer.body = symbol_master("BSE");
  } else if (logs_in) {
    answer = log_in(request, path, moment);
  } else if (path == "/api/v3/logout" && request.method == "POST") {
    const auto account = authenticate(request.authorization, moment.now);
    if (account) {
      const std::size_t colon = request.authorization.find(':');
      (*account)->retired.insert(std::string(request.authorization.substr(colon + 1)));
      answer.body = ok_json(200, "Logged out").str();
    } else {
      answer = error_answer(account.error());
    }
  } else if (route == nullptr) {
    answer = error_answer({-1, "Path " + std::string(path) + " is not there", 404, ""});
  } else if (!refuses_unseen(*route, answer)) {
    if (const auto body = carry_out(request, *route, moment)) {
      answer.body = *body;
    } else {
      answer = error_answer(body.error());
    }
    flush_orders(moment);
    disturb(*route, answer);
  }
  answer.headers.emplace_back("Content-Type", "application/json");
  answer.headers.emplace_back("Date", venue_server::http_date(moment.now));
  return answer;
}

Answer<std::string> FyersFrontDesk::carry_out(const DeskRequest& request, const Route& route,
                                              const Moment& moment) {
  if (faults_.strike(FaultKind::TooMany) != nullptr) {
    return std::unexpected(VenueError{-429, "request limit reached", 429, ""});
  }
  const auto account = authenticate(request.authorization, moment.now);
  if (!account) return std::unexpected(account.error());
  if (std::string why = (*account)->rates.admit(moment.now); !why.empty()) {
    return std::unexpected(VenueError{-429, std::move(why), 429, ""});
  }
  Json body;
  if (!request.body.empty()) {
    auto parsed = parse_json(request.body);
    if (!parsed) return refuse(kInvalidInput, "Invalid input: " + parsed.error());
    body = std::move(*parsed);
  }
  Call call{.query = split_query(query_of(request.target)),
            .body = std::move(body),
            .moment = moment,
            .boards = boards_,
            .hours = hours_,
            .faults = faults_,
            .account = *(*account)->desk,
            .gtt = (*account)->gtt};
  return route.answer(call);
}

// ---- Faults of the way there, and of the way back.

bool FyersFrontDesk::refuses_unseen(const Route& route, DeskAnswer& answer) {
  if (!route.is_order) return false;
  if (faults_.strike(FaultKind::NoWordLost) != nullptr) {
    answer.body = ok_json(kNoAcknowledgement, "Request sent, no acknowledgement received").str();
  } else if (faults_.strike(FaultKind::HangupRefused) != nullptr) {
    answer.hang_up = true;
  } else {
    return false;
  }
  return true;
}

void FyersFrontDesk::disturb(const Route& route, DeskAnswer& answer) {
  if (const FaultOrder* late = faults_.strike(FaultKind::LateAnswer)) answer.delay = late->length;
  if (!route.is_order) return;
  if (faults_.strike(FaultKind::NoWordPlaced) != nullptr) {
    answer.status = 200;
    answer.body = ok_json(kNoAcknowledgement, "Request sent, no acknowledgement received").str();
  } else if (faults_.strike(FaultKind::HangupExecuted) != nullptr) {
    answer.hang_up = true;
  }
}

void FyersFrontDesk::cause(const FaultOrder& fault, const Moment& moment) {
  switch (fault.kind) {
    case FaultKind::DisconnectOrders:
      for (const auto& [stream, listener] : listeners_) {
        output_.push_back({.stream = stream, .text = "", .hang_up = true});
      }
      // From this moment on nobody hears anything.
      listeners_.clear();
      break;
    case FaultKind::DisconnectData:
      data_.hang_up_all();
      break;
    case FaultKind::RefuseStreams:
      refused_until_ = moment.now + fault.length;
      break;
    case FaultKind::ExpireToken:
      for (const auto& account : accounts_) {
        account->tokens_from = moment.now + Duration::nanoseconds(1);
      }
      break;
    case FaultKind::BlockDay:
      for (const auto& account : accounts_) account->rates.block(moment.now);
      break;
    case FaultKind::Maintenance:
      maintained_until_ = moment.now + fault.length;
      break;
    case FaultKind::Halt:
      for (const auto& account : accounts_) account->desk->halt(moment.now + fault.length);
      break;
    case FaultKind::EndDay:
      for (const auto& account : accounts_) {
        account->desk->close_session(india_day(moment.market), moment);
      }
      flush_orders(moment);
      break;
    case FaultKind::Calm:
      faults_.calm();
      maintained_until_ = refused_until_ = Timestamp();
      for (const auto& account : accounts_) {
        account->rates.calm();
        account->tokens_from = Timestamp();
        account->desk->halt(Timestamp());
      }
      break;
    default:
      faults_.arm(fault);
  }
}

}  // namespace tranchet::fyers_venue
