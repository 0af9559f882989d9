#include "adapters/aster/server/listener.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tranchet::aster_venue {
namespace {

// So many prices at once; then others have their turn.
constexpr int kPricesAtOnce = 2'000;

Timestamp wall_clock() {
  return Timestamp::from_nanoseconds(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count());
}

ServerResponse plain(unsigned status, std::string text) {
  return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = std::move(text)};
}

}  // namespace

VenueListener::VenueListener(const ListenerOptions& options)
    : options_(options), desk_(options.desk), now_(wall_clock()) {}

VenueListener::~VenueListener() {
  // Sessions before the server that keeps them going.
  sessions_.clear();
}

std::expected<std::unique_ptr<VenueListener>, std::string> VenueListener::open(
    const ListenerOptions& options) {
  std::unique_ptr<VenueListener> listener(new VenueListener(options));
  for (const TapeOptions& tape : options.tapes) {
    auto player = TapePlayer::open(tape, listener->now_);
    if (!player) return std::unexpected(player.error());
    listener->players_.push_back(std::move(*player));
  }
  auto server = Server::listen(options.server, *listener);
  if (!server) return std::unexpected(server.error());
  listener->server_ = std::move(*server);
  for (const FaultOrder& fault : options.faults) listener->cause(fault);
  return listener;
}

std::uint16_t VenueListener::port() const {
  return server_->port();
}

void VenueListener::run() {
  server_->post([this] { catch_up(); });
  server_->run();
}

void VenueListener::stop() {
  server_->stop();
}

void VenueListener::post(std::function<void(AsterFrontDesk&, Timestamp)> work) {
  server_->post([this, work = std::move(work)] {
    catch_up();
    work(desk_, now_);
    send_output();
  });
}

// The wall may be set back; the venue's clock then stands still.
Timestamp VenueListener::now() {
  now_ = std::max(now_, wall_clock() + ahead_);
  return now_;
}

// ---- Time.

void VenueListener::catch_up() {
  play(now());
  desk_.advance(now_);
  send_output();
  wait();
}

// Shows the prices that are due, of all tapes in order of time.
void VenueListener::play(Timestamp now) {
  for (int count = 0; count < kPricesAtOnce; ++count) {
    TapePlayer* first = nullptr;
    for (const auto& player : players_) {
      const auto due = player->next();
      if (due && *due <= now && (first == nullptr || *due < *first->next())) first = player.get();
    }
    if (first == nullptr) break;
    desk_.observe(first->take().body, now);
  }
  for (const auto& player : players_) {
    if (!player->failure().empty() && failure_.empty()) {
      failure_ = player->failure();
      server_->stop();
    }
  }
  const bool over =
      std::ranges::none_of(players_, [](const auto& player) { return player->next().has_value(); });
  if (options_.ends && over) server_->stop();
}

void VenueListener::wait() {
  Timestamp wakeup = desk_.next_wakeup();
  for (const auto& player : players_) {
    if (const auto due = player->next()) wakeup = std::min(wakeup, *due);
  }
  if (waits_until_ && *waits_until_ <= wakeup) return;
  waits_until_ = wakeup;
  const Duration left = std::max(wakeup - now_, Duration());
  server_->after(std::chrono::nanoseconds(left.count()), [this, wakeup] {
    if (waits_until_ == wakeup) waits_until_.reset();
    catch_up();
  });
}

void VenueListener::send_output() {
  for (StreamOutput& output : desk_.take_output()) {
    const auto found = sessions_.find(output.stream);
    if (found == sessions_.end()) continue;
    if (output.hang_up) {
      found->second->drop();
    } else {
      found->second->send_text(std::move(output.text));
    }
  }
}

// ---- Requests.

void VenueListener::on_request(ServerRequest request, Respond respond) {
  catch_up();
  if (request.path().starts_with("/twin/") && options_.control) {
    return respond(control(request));
  }
  DeskAnswer answer = desk_.answer({.method = request.method,
                                    .target = request.target,
                                    .body = request.body,
                                    .api_key = request.header("X-MBX-APIKEY"),
                                    .peer = request.peer},
                                   now_);
  send_output();
  wait();
  if (answer.hang_up) return respond(std::nullopt);
  ServerResponse response{.status = answer.status,
                          .headers = std::move(answer.headers),
                          .body = std::move(answer.body)};
  if (answer.delay == Duration()) return respond(std::move(response));
  server_->after(
      std::chrono::nanoseconds(answer.delay.count()),
      [respond = std::move(respond), response = std::move(response)] { respond(response); });
}

ServerResponse VenueListener::control(const ServerRequest& request) {
  const Parameters parameters(request.query(), request.body);
  if (request.method != "POST") return plain(405, "POST only\n");
  if (request.path() == "/twin/price") return show_price(parameters);
  if (request.path() == "/twin/rules") return change_rules(parameters);
  if (request.path() == "/twin/liquidation") return liquidate(parameters);
  if (request.path() != "/twin/fault") return plain(404, "no such control\n");
  const auto fault = parse_fault(parameters.text("fault"));
  if (!fault) return plain(400, fault.error() + "\n");
  cause(*fault);
  catch_up();
  return plain(200, "done\n");
}

void VenueListener::cause(const FaultOrder& fault) {
  if (fault.kind == FaultKind::Clock) {
    ahead_ = ahead_ + fault.length;
  } else {
    desk_.cause(fault, now_);
  }
}

ServerResponse VenueListener::show_price(const Parameters& parameters) {
  const auto price = parameters.decimal<Price>("price");
  const auto mark = parameters.decimal<Price>("mark");
  const auto bad = [](const auto& value) { return !value || (*value && !(**value).is_positive()); };
  for (const MarketBoard& board : desk_.boards()) {
    if (board.listed().symbol != parameters.text("symbol")) continue;
    if (bad(price) || bad(mark)) break;
    const InstrumentId instrument = board.listed().rules.instrument;
    if (*mark) desk_.observe(MarkPrice{instrument, **mark}, now_);
    if (*price) {
      desk_.observe(
          TradePrinted{.instrument = instrument, .quantity = {}, .price = **price, .aggressor = 0},
          now_);
    }
    send_output();
    return plain(200, "done\n");
  }
  return plain(400, "symbol, and price or mark above 0, are needed\n");
}

ServerResponse VenueListener::change_rules(const Parameters& parameters) {
  const auto tick = parameters.decimal<Price>("tick_size");
  const auto step = parameters.decimal<Quantity>("step_size");
  const auto bad = [](const auto& value) { return !value || (*value && !(**value).is_positive()); };
  for (const MarketBoard& board : desk_.boards()) {
    if (board.listed().symbol != parameters.text("symbol")) continue;
    if (bad(tick) || bad(step)) break;
    InstrumentListed rules = board.listed().rules;
    rules.tick_size = tick->value_or(rules.tick_size);
    rules.step_size = step->value_or(rules.step_size);
    if (*step) rules.min_quantity = rules.step_size;
    desk_.relist(rules, std::string(parameters.text("status", board.listed().status)));
    return plain(200, "done\n");
  }
  return plain(400, "symbol, and tick_size or step_size above 0, or status, are needed\n");
}

ServerResponse VenueListener::liquidate(const Parameters& parameters) {
  const auto side = parameters.text("side");
  const auto price = parameters.decimal<Price>("price");
  const auto quantity = parameters.decimal<Quantity>("quantity");
  const auto is_good = [](const auto& value) { return value && *value && (**value).is_positive(); };
  for (const MarketBoard& board : desk_.boards()) {
    if (board.listed().symbol != parameters.text("symbol")) continue;
    if (!is_good(price) || !is_good(quantity) || (side != "BUY" && side != "SELL")) break;
    desk_.observe(LiquidationPrinted{.instrument = board.listed().rules.instrument,
                                     .side = side == "BUY" ? Side::Buy : Side::Sell,
                                     .average_price = **price,
                                     .quantity = **quantity},
                  now_);
    send_output();
    return plain(200, "done\n");
  }
  return plain(400, "symbol, side BUY or SELL, and price and quantity above 0 are needed\n");
}

// ---- Streams.

std::optional<ServerResponse> VenueListener::on_upgrade(const ServerRequest& request) {
  if (AsterFrontDesk::is_stream(request.target)) return std::nullopt;
  return plain(404, "no such stream\n");
}

void VenueListener::on_open(const std::shared_ptr<ServerSession>& session,
                            const ServerRequest& request) {
  catch_up();
  const StreamId stream = desk_.open_stream(request.target, now_);
  sessions_[stream] = session;
  streams_[session->id()] = stream;
}

void VenueListener::on_text(ServerSession& session, std::string_view text) {
  catch_up();
  desk_.on_stream_text(streams_.at(session.id()), text, now_);
  send_output();
}

void VenueListener::on_closed(ServerSession& session) {
  const auto found = streams_.find(session.id());
  if (found == streams_.end()) return;
  desk_.on_stream_closed(found->second);
  sessions_.erase(found->second);
  streams_.erase(found);
}

}  // namespace tranchet::aster_venue
