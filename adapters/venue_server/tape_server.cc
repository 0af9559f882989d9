#include "adapters/venue_server/tape_server.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tranchet::venue_server {
namespace {

// So many prices at once; then others have their turn.
constexpr int kPricesAtOnce = 2'000;

Timestamp wall_clock() {
  return Timestamp::from_nanoseconds(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count());
}

}  // namespace

ServerResponse TapeServer::plain(unsigned status, std::string text) {
  return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = std::move(text)};
}

TapeServer::TapeServer(const TapeServerOptions& options) : options_(options), now_(wall_clock()) {}

// Sessions before the server that keeps them going.
void TapeServer::shut() {
  sessions_.clear();
  server_.reset();
}

std::expected<void, std::string> TapeServer::open() {
  for (const TapeOptions& tape : options_.tapes) {
    auto player = TapePlayer::open(tape, now_);
    if (!player) return std::unexpected(player.error());
    players_.push_back(std::move(*player));
  }
  auto server = Server::listen(options_.server, *this);
  if (!server) return std::unexpected(server.error());
  server_ = std::move(*server);
  return {};
}

std::uint16_t TapeServer::port() const {
  return server_->port();
}

void TapeServer::run() {
  server_->post([this] { catch_up(); });
  server_->run();
}

void TapeServer::stop() {
  server_->stop();
}

void TapeServer::post(std::function<void(Timestamp)> work) {
  server_->post([this, work = std::move(work)] {
    catch_up();
    work(now_);
    send_output();
  });
}

// ---- Time.

// The wall may be set back; the venue's clock then stands still.
Timestamp TapeServer::now() {
  now_ = std::max(now_, wall_clock() + ahead_);
  return now_;
}

void TapeServer::catch_up() {
  play(now());
  advance(now_);
  send_output();
  wait();
}

// Shows the prices that are due, of all tapes in order of time.
void TapeServer::play(Timestamp now) {
  for (int count = 0; count < kPricesAtOnce; ++count) {
    TapePlayer* first = nullptr;
    for (const auto& player : players_) {
      const auto due = player->next();
      if (due && *due <= now && (first == nullptr || *due < *first->next())) first = player.get();
    }
    if (first == nullptr) break;
    observe(first->take(), now);
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

void TapeServer::wait() {
  Timestamp wakeup = next_wakeup();
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

// ---- What the venue says.

void TapeServer::send_output() {
  for (StreamOutput& output : take_output()) {
    const auto found = sessions_.find(output.stream);
    if (found == sessions_.end()) continue;
    if (output.hang_up) {
      found->second->drop();
    } else if (output.is_binary) {
      found->second->send_binary(std::move(output.text));
    } else {
      found->second->send_text(std::move(output.text));
    }
  }
}

void TapeServer::respond_after(Duration delay, Respond respond, ServerResponse response) {
  if (delay == Duration()) return respond(std::move(response));
  server_->after(
      std::chrono::nanoseconds(delay.count()),
      [respond = std::move(respond), response = std::move(response)] { respond(response); });
}

void TapeServer::on_request(ServerRequest request, Respond respond) {
  catch_up();
  answer(request, std::move(respond), now_);
  send_output();
  wait();
}

// ---- Streams.

std::optional<ServerResponse> TapeServer::on_upgrade(const ServerRequest& request) {
  return refuse_stream(request);
}

void TapeServer::on_open(const std::shared_ptr<ServerSession>& session,
                         const ServerRequest& request) {
  catch_up();
  const StreamId stream = open_stream(request, now_);
  sessions_[stream] = session;
  streams_[session->id()] = stream;
}

void TapeServer::on_text(ServerSession& session, std::string_view text) {
  catch_up();
  on_stream_text(streams_.at(session.id()), text, now_);
  send_output();
}

void TapeServer::on_binary(ServerSession& session, std::string_view bytes) {
  catch_up();
  on_stream_binary(streams_.at(session.id()), bytes, now_);
  send_output();
}

void TapeServer::on_stream_binary(StreamId stream, std::string_view /*bytes*/, Timestamp /*now*/) {
  sessions_.at(stream)->close(1003, "text only");
}

void TapeServer::on_closed(ServerSession& session) {
  const auto found = streams_.find(session.id());
  if (found == streams_.end()) return;
  on_stream_closed(found->second);
  sessions_.erase(found->second);
  streams_.erase(found);
}

}  // namespace tranchet::venue_server
