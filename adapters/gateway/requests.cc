#include "adapters/gateway/requests.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "adapters/gateway/action.h"
#include "adapters/gateway/json_text.h"
#include "adapters/gateway/page.h"
#include "events/log/json_read.h"

namespace tranchet {
namespace {

constexpr std::size_t kActsKept = 1'000, kActsPerSecond = 20, kWrongTokensPerSecond = 20;
constexpr int kPingEvery = 30;  // Seconds.
constexpr std::string_view kUserSocket = "/ws/live/", kPageSocket = "/ws/screen";

Timestamp wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp::from_nanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

// The value of `name` in "a=1&b=2"; digits, letters and times need no decoding but of %3A.
std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    std::string value(pair.substr(equals + 1));
    for (std::size_t at = value.find('%'); at != std::string::npos; at = value.find('%', at + 1)) {
      unsigned code = 0;
      if (at + 2 >= value.size()) break;
      const char* const digits = value.data() + at + 1;
      if (std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) continue;
      value.replace(at, 3, 1, static_cast<char>(code));
    }
    return value;
  }
  return {};
}

// True: fewer than `most` within the last second; it counts from now on.
bool admit(std::deque<Timestamp>& moments, std::size_t most, Timestamp now) {
  while (!moments.empty() && now - moments.front() > Duration::seconds(1)) moments.pop_front();
  if (moments.size() >= most) return false;
  moments.push_back(now);
  return true;
}

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
  host = has_port ? host.substr(0, colon) : host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

Requests::Requests(const GatewayOptions& options, Access access,
                   std::unique_ptr<AlertWebhook> webhook, Historian& historian, Wishes* wishes)
    : options_(options),
      address_(parse_listen_address(options.listen).value_or(ListenAddress{})),
      access_(std::move(access)),
      historian_(historian),
      wishes_(options.read_only ? nullptr : wishes),
      local_(is_loopback(address_.host)),
      alert_program_(options.alert_command),
      webhook_(std::move(webhook)) {}

void Requests::serve_on(Server& server) {
  server_ = &server;
  keep_watch(1);
}

void Requests::keep_watch(int seconds) {
  server_->after(std::chrono::seconds(1), [this, seconds] {
    const Timestamp now = wall_clock();
    sockets_.end_expired(now);
    if (seconds % kPingEvery == 0) sockets_.ping(now);
    if (waiting_users_ && take_users(*waiting_users_)) waiting_users_.reset();
    keep_watch(seconds % kPingEvery + 1);
  });
}

void Requests::show(std::shared_ptr<const Picture> picture) {
  picture_ = std::move(picture);
  for (const std::string& author : picture_->authors) note_act(author);
  for (const std::string& alert : picture_->alerts) {
    alert_program_.tell(alert);
    if (webhook_) webhook_->tell(alert);
  }
  sockets_.show(*picture_);
}

void Requests::note_act(const std::string& author) {
  if (request_id_of(author).empty() || !acts_done_.insert(author).second) return;
  acts_order_.push_back(author);
  if (acts_order_.size() <= kActsKept) return;
  acts_done_.erase(acts_order_.front());
  acts_order_.pop_front();
}

// ---- Who.

std::optional<ServerResponse> Requests::check_origin(const ServerRequest& request) {
  const std::string_view host = request.header("Host");
  // A name that leads here by another's doing must not read what this machine alone may see.
  const std::string_view name = without_port(host);
  if (local_ && name != "localhost" && name != address_.host && !is_loopback(name)) {
    ++counters_.forbidden_origins;
    return detail(403, "this host name is not ours");
  }
  const std::string_view origin = request.header("Origin");
  const bool speaks = request.method != "GET" || !request.header("Sec-WebSocket-Key").empty();
  const bool by_cookie =
      presented_token(request.header("Authorization"), request.header("Cookie")).by_cookie;
  if (origin.empty()) {
    // A browser says where a page came from; a program with a token of its own need not.
    if (!speaks || !by_cookie) return std::nullopt;
    ++counters_.forbidden_origins;
    return detail(403, "a cookie alone, without an Origin, is not enough");
  }
  const std::string own =
      (options_.certificate.empty() ? "http://" : "https://") + std::string(host);
  if (origin == own || std::ranges::find(options_.origins, origin) != options_.origins.end()) {
    return std::nullopt;
  }
  ++counters_.forbidden_origins;
  return detail(403, "this Origin may not");
}

Requests::Identified Requests::identify(const ServerRequest& request) {
  const auto presented = presented_token(request.header("Authorization"), request.header("Cookie"));
  const Timestamp now = wall_clock();
  auto user = access_.identify(presented.token, now);
  if (user) return *user;
  ++counters_.unauthorized;
  if (user.error() != TokenFlaw::Missing && !admit(wrong_tokens_, kWrongTokensPerSecond, now)) {
    return std::unexpected(detail(429, "too many wrong tokens: wait a second"));
  }
  switch (user.error()) {
    case TokenFlaw::Missing:
      return std::unexpected(detail(401, "Authentication required"));
    case TokenFlaw::Expired:
      return std::unexpected(detail(401, "Token expired"));
    case TokenFlaw::Unknown:
      break;
  }
  return std::unexpected(detail(401, "Invalid token"));
}

Requests::Identified Requests::require(const ServerRequest& request, Right right,
                                       bool public_here) {
  if (auto forbidden = check_origin(request)) return std::unexpected(std::move(*forbidden));
  if (public_here && local_) return User{.name = {}, .right = Right::Viewer, .expires = {}};
  auto user = identify(request);
  if (user && user->right < right) {
    ++counters_.unauthorized;
    return std::unexpected(detail(403, "this needs the right " + std::string(to_text(right))));
  }
  return user;
}

// ---- HTTP.

ServerResponse Requests::json(unsigned status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

ServerResponse Requests::detail(unsigned status, std::string_view why) {
  return json(status, JsonText().open().text("detail", why).close().take());
}

ServerResponse Requests::page() const {
  // The page has everything in it, and may speak to us alone.
  const std::string policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src '" +
      std::string(dashboard_script_hash()) + "'";
  return {.status = 200,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", policy},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::string(dashboard_page())};
}

ServerResponse Requests::health() const {
  const bool well = picture_->error.empty();
  JsonText body;
  body.open()
      .text("status", !well                 ? "failed"
                      : picture_->caught_up ? "ok"
                                            : "reading")
      .count("sequence", number(picture_->sequence))
      .count("head", number(picture_->head));
  if (!well) body.text("error", picture_->error);
  return {.status = well ? 200U : 503U,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = body.close().take()};
}

ServerResponse Requests::metrics() {
  counters_.ignored_messages = sockets_.ignored();
  counters_.user_sockets = sockets_.users();
  counters_.page_sockets = sockets_.pages();
  if (webhook_) counters_.webhook = webhook_->counters();
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4"}},
          .body = metrics_text(*picture_, counters_, server_->counters())};
}

void Requests::on_request(ServerRequest request, Respond respond) {
  const std::string_view path = request.path();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (auto forbidden = check_origin(request)) return respond(std::move(*forbidden));
  if (path == "/" && reads) return respond(page());
  if ((path == "/healthz" || path == "/metrics") && reads) {
    auto user = require(request, Right::Viewer, true);
    if (!user) return respond(std::move(user.error()));
    return respond(path == "/healthz" ? health() : metrics());
  }
  if (path.starts_with("/api/")) return answer_api(request, std::move(respond));
  respond(detail(404, "there is nothing here"));
}

void Requests::answer_api(const ServerRequest& request, Respond respond) {
  const std::string_view path = request.path();
  if (path == "/api/state" || path == "/api/chart") {
    if (request.method != "GET") return respond(detail(405, "GET is the way to ask"));
    auto user = require(request, Right::Viewer, options_.read_only);
    if (!user) return respond(std::move(user.error()));
    return answer_moment(request, std::move(respond));
  }
  if (path == "/api/session" && request.method == "GET") return respond(session(request));
  if (request.method != "POST") return respond(detail(405, "POST is the way to act"));
  if (path == "/api/login") return respond(log_in(request));
  if (path == "/api/logout") {
    ServerResponse response = json(200, "{}");
    response.headers.emplace_back("Set-Cookie",
                                  "auth_token=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    return respond(std::move(response));
  }
  if (path == "/api/users/reload") return respond(reload_users(request));
  if (!is_action_path(path)) return respond(detail(404, "there is nothing here"));
  respond(act(request));
}

void Requests::answer_moment(const ServerRequest& request, Respond respond) {
  const bool is_chart = request.path() == "/api/chart";
  const std::string sequence = parameter(request.query(), "sequence");
  const std::string time = parameter(request.query(), "time");
  Historian::Question question{.when = picture_->sequence,
                               .chart_of = parameter(request.query(), "instrument")};
  if (is_chart && question.chart_of.empty()) return respond(detail(400, "instrument is missing"));
  if (!is_chart) question.chart_of.clear();
  if (!sequence.empty()) {
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(sequence.data(), sequence.data() + sequence.size(), value);
    if (error != std::errc() || end != sequence.data() + sequence.size() || value == 0) {
      return respond(detail(400, "sequence is not a number from 1"));
    }
    question.when = Sequence{value};
  } else if (!time.empty()) {
    const auto parsed = parse_time(time);
    if (!parsed) return respond(detail(400, "time is not RFC 3339"));
    question.when = *parsed;
  }
  const bool asked = historian_.ask(std::move(question), [this, respond](Historian::Answer answer) {
    server_->post([this, respond, answer = std::move(answer)]() mutable {
      respond(json(answer.status, std::move(answer.body)));
    });
  });
  if (!asked) respond(detail(503, "too many such questions at once"));
}

ServerResponse Requests::session(const ServerRequest& request) {
  auto user = identify(request);
  JsonText body;
  body.open()
      .text("user", user ? user->name : "")
      .text("right", to_text(user ? user->right : Right::None))
      .flag("authenticated", user.has_value())
      .flag("read_only", wishes_ == nullptr)
      .flag("token_needed", !options_.read_only || !local_)
      .flag("has_users", !access_.is_empty())
      .text("trading_mode", options_.trading_mode)
      .flag("follows", options_.follow);
  return json(200, body.close().take());
}

ServerResponse Requests::log_in(const ServerRequest& request) {
  ServerRequest asking = request;
  const auto fields = split_object(request.body);
  std::string token;
  if (fields) {
    const auto found = std::ranges::find(*fields, "token", &JsonField::name);
    if (found != fields->end()) token = found->text;
  }
  asking.headers.emplace_back("Authorization", "Bearer " + token);
  std::erase_if(asking.headers, [](const auto& header) {
    return header.first == "Cookie" || header.first == "cookie";
  });
  auto user = identify(asking);
  if (!user) return std::move(user.error());
  // What is no token cannot be part of a header either.
  const bool plain =
      std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f && c != ';'; });
  if (!plain) return detail(401, "Invalid token");
  ServerResponse response = json(200, JsonText()
                                          .open()
                                          .text("user", user->name)
                                          .text("right", to_text(user->right))
                                          .close()
                                          .take());
  response.headers.emplace_back(
      "Set-Cookie", "auth_token=" + token + "; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200" +
                        (options_.certificate.empty() ? "" : "; Secure"));
  return response;
}

// ---- Users. Tokens come and go without the program that trades being stopped for it.

ServerResponse Requests::reload_users(const ServerRequest& request) {
  auto user = require(request, Right::Admin);
  if (!user) return std::move(user.error());
  const auto author = reload_author(user->name, request.body);
  if (!author) return detail(400, author.error());
  auto loaded = Access::load(options_.users);
  if (!loaded) return detail(409, loaded.error());
  if (!take_users({std::move(*loaded), *author})) {
    return detail(503, "the program takes nothing at the moment");
  }
  waiting_users_.reset();
  return json(200, "{\"reloaded\":true}");
}

void Requests::change_users(NewUsers users) {
  waiting_users_.reset();
  if (users.access == access_ || take_users(users)) return;
  waiting_users_ = std::move(users);
}

// Everybody is asked for their token again, so that one that is gone has no socket left.
bool Requests::take_users(const NewUsers& users) {
  const Access::Summary summary = users.access.summary();
  const std::string line =
      users_reloaded_line(summary.users, summary.digest, users.author, wall_clock());
  if (wishes_ != nullptr && !wishes_->post(line)) return false;
  access_ = users.access;
  ++counters_.users_reloads;
  sockets_.end_all("the users were read anew");
  return true;
}

// ---- Actions.

ServerResponse Requests::act(const ServerRequest& request) {
  const auto refuse = [this](ServerResponse response) {
    ++counters_.actions_refused;
    return response;
  };
  auto user = require(request, Right::Operator);
  if (!user) return refuse(std::move(user.error()));
  if (wishes_ == nullptr)
    return refuse(detail(403, "this is a log to look at: nothing can be done"));
  const Timestamp now = wall_clock();
  if (!admit(acts_of_second_[user->name], kActsPerSecond, now)) {
    return refuse(detail(429, "too many actions: wait a second"));
  }
  if (!picture_->caught_up) return refuse(detail(503, "the log is still being read"));
  if (!picture_->error.empty()) return refuse(detail(503, picture_->error));
  const auto action =
      read_action(request.path(), request.body, user->name, now, picture_->actionable);
  const auto answer = [this](const std::string& id, bool again) {
    return json(202, JsonText()
                         .open()
                         .flag("accepted", true)
                         .text("request_id", id)
                         .flag("repeated", again)
                         .close()
                         .take());
  };
  if (!action) {
    // The same act again, after it has had its effect, is still the same act.
    const auto fields = split_object(request.body);
    if (fields && action.error().status == 409) {
      const auto id = std::ranges::find(*fields, "request_id", &JsonField::name);
      if (acts_done_.contains(user->name + "/" + std::string(id->text))) {
        return answer(std::string(id->text), true);
      }
    }
    return refuse(detail(action.error().status, action.error().why));
  }
  const std::string author = user->name + "/" + action->request_id;
  if (acts_done_.contains(author)) return answer(action->request_id, true);
  if (picture_->killed && request.path() == "/api/resume" && user->right < Right::Admin) {
    return refuse(detail(403, "the kill switch was pulled: to resume needs the right admin"));
  }
  if (!wishes_->post(action->line)) {
    return refuse(detail(503, "the program takes nothing at the moment"));
  }
  note_act(author);
  ++counters_.actions;
  return answer(action->request_id, false);
}

// ---- Sockets.

std::optional<ServerResponse> Requests::on_upgrade(const ServerRequest& request) {
  const std::string_view path = request.path();
  if (path == kPageSocket) {
    auto user = require(request, Right::Viewer, options_.read_only);
    return user ? std::nullopt : std::optional(std::move(user.error()));
  }
  if (!path.starts_with(kUserSocket)) return detail(404, "there is nothing here");
  auto user = require(request, Right::None);
  if (!user) return std::move(user.error());
  if (user->name == path.substr(kUserSocket.size())) return std::nullopt;
  ++counters_.unauthorized;
  return detail(403, "this token is another user's");
}

void Requests::on_open(const std::shared_ptr<ServerSession>& session,
                       const ServerRequest& request) {
  const bool is_page = request.path() == kPageSocket;
  if (is_page && options_.read_only && local_) return sockets_.add_page(session, {}, *picture_);
  const auto user = identify(request);
  if (!user) return session->close(1008, "the token has expired");
  if (is_page) return sockets_.add_page(session, user->expires, *picture_);
  sockets_.add_user(session, *user, *picture_);
}

void Requests::on_text(ServerSession& session, std::string_view text) {
  sockets_.hear(session, text, wall_clock());
}

}  // namespace tranchet
