// A venue's twin behind real sockets: the server's callbacks into the venue, the clock, the tapes.
// What the venue is, its own class says, by what it overrides; all of it happens on one thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/net/server.h"
#include "adapters/venue_server/stream_output.h"
#include "adapters/venue_server/tape_player.h"

namespace tranchet::venue_server {

struct TapeServerOptions {
  ServerOptions server;
  std::vector<TapeOptions> tapes;
  bool ends = false;  // Stops when the last tape has ended.
};

class TapeServer : private ServerHandler {
 public:
  std::uint16_t port() const;
  void run();   // Until stop(), or until the tapes have ended, if asked.
  void stop();  // From any thread.
  // Why it has stopped; empty: because it was asked to.
  const std::string& failure() const { return failure_; }

 protected:
  explicit TapeServer(const TapeServerOptions& options);
  // Opens the tapes and listens; once.
  std::expected<void, std::string> open();
  // The last that happens: sessions end while there is somebody to hear of it.
  void shut();

  // ---- The venue. `now` is the clock of what follows from it, and never runs back.
  virtual void observe(const Occurrence& price, Timestamp now) = 0;  // Its time: when it was due.
  virtual void advance(Timestamp now) = 0;
  virtual Timestamp next_wakeup() const = 0;
  virtual std::vector<StreamOutput> take_output() = 0;
  virtual void answer(const ServerRequest& request, Respond respond, Timestamp now) = 0;
  // Null: it may open; else why not.
  virtual std::optional<ServerResponse> refuse_stream(const ServerRequest& request) = 0;
  virtual StreamId open_stream(const ServerRequest& request, Timestamp now) = 0;
  virtual void on_stream_text(StreamId stream, std::string_view text, Timestamp now) = 0;
  virtual void on_stream_binary(StreamId stream, std::string_view bytes, Timestamp now);
  virtual void on_stream_closed(StreamId stream) = 0;

  // ---- For the venue.
  Timestamp now();
  void move_clock(Duration ahead) { ahead_ = ahead_ + ahead; }
  void catch_up();
  void send_output();
  void respond_after(Duration delay, Respond respond, ServerResponse response);
  void post(std::function<void(Timestamp now)> work);  // From any thread.
  static ServerResponse plain(unsigned status, std::string text);
  const std::vector<std::unique_ptr<TapePlayer>>& players() const { return players_; }

 private:
  void on_request(ServerRequest request, Respond respond) override;
  std::optional<ServerResponse> on_upgrade(const ServerRequest& request) override;
  void on_open(const std::shared_ptr<ServerSession>& session,
               const ServerRequest& request) override;
  void on_text(ServerSession& session, std::string_view text) override;
  void on_binary(ServerSession& session, std::string_view bytes) override;
  void on_closed(ServerSession& session) override;

  void play(Timestamp now);
  void wait();

  TapeServerOptions options_;
  std::vector<std::unique_ptr<TapePlayer>> players_;
  Timestamp now_;
  Duration ahead_;  // Of the wall.
  std::map<StreamId, std::shared_ptr<ServerSession>> sessions_;
  std::map<std::uint64_t, StreamId> streams_;  // By the session's id.
  std::optional<Timestamp> waits_until_;
  std::string failure_;
  std::unique_ptr<Server> server_;
};

}  // namespace tranchet::venue_server
