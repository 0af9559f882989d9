// One thread's worth of gateway: what is answered to HTTP requests, who may open a socket, and what
// the newest picture means to both.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "adapters/gateway/access.h"
#include "adapters/gateway/alert_program.h"
#include "adapters/gateway/alert_webhook.h"
#include "adapters/gateway/gateway.h"
#include "adapters/gateway/historian.h"
#include "adapters/gateway/metrics.h"
#include "adapters/gateway/sockets.h"
#include "adapters/net/server.h"

namespace tranchet {

class Requests final : public ServerHandler {
 public:
  // `webhook` null: none is told of alerts. `wishes` null: read only.
  Requests(const GatewayOptions& options, Access access, std::unique_ptr<AlertWebhook> webhook,
           Historian& historian, Wishes* wishes);

  // Once, before the first request.
  void serve_on(Server& server);
  void show(std::shared_ptr<const Picture> picture);

  struct NewUsers {
    Access access;
    std::string author;
  };
  // Unless they are those we have. As soon as the log takes the event that says so.
  void change_users(NewUsers users);

  void on_request(ServerRequest request, Respond respond) override;
  std::optional<ServerResponse> on_upgrade(const ServerRequest& request) override;
  void on_open(const std::shared_ptr<ServerSession>& session,
               const ServerRequest& request) override;
  void on_text(ServerSession& session, std::string_view text) override;
  void on_closed(ServerSession& session) override { sockets_.remove(session); }

 private:
  // A refusal, or the user; nobody has a name where no token is asked for.
  using Identified = std::expected<User, ServerResponse>;
  Identified identify(const ServerRequest& request);
  // With at least this right. `public_here`: no token is needed where only this machine listens and
  // nothing can be acted on.
  Identified require(const ServerRequest& request, Right right, bool public_here = false);
  // The page that asks is ours or listed, and talks to us by our own name. Empty: it may.
  std::optional<ServerResponse> check_origin(const ServerRequest& request);
  ServerResponse detail(unsigned status, std::string_view why);
  ServerResponse json(unsigned status, std::string body);

  void answer_api(const ServerRequest& request, Respond respond);
  void answer_moment(const ServerRequest& request, Respond respond);
  ServerResponse log_in(const ServerRequest& request);
  ServerResponse session(const ServerRequest& request);
  ServerResponse act(const ServerRequest& request);
  ServerResponse page() const;
  ServerResponse health() const;
  ServerResponse metrics();
  void note_act(const std::string& author);
  ServerResponse reload_users(const ServerRequest& request);
  // False, and the users are as before: the log takes nothing at the moment.
  bool take_users(const NewUsers& users);
  void keep_watch(int seconds);

  GatewayOptions options_;
  ListenAddress address_;
  Access access_;
  std::optional<NewUsers> waiting_users_;
  Historian& historian_;
  Wishes* wishes_;
  Server* server_ = nullptr;
  bool local_;  // Only this machine can reach us.
  AlertProgram alert_program_;
  std::unique_ptr<AlertWebhook> webhook_;
  Sockets sockets_;
  std::shared_ptr<const Picture> picture_ = std::make_shared<const Picture>();
  GatewayCounters counters_;
  std::set<std::string> acts_done_;  // Authors: user/request id.
  std::deque<std::string> acts_order_;
  std::map<std::string, std::deque<Timestamp>> acts_of_second_;
  std::deque<Timestamp> wrong_tokens_;
};

}  // namespace tranchet
