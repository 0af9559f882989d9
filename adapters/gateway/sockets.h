// The open WebSockets: of users, who hear the messages of their account, and of pages, which hear
// pictures. At most three of one user; a fourth closes the oldest.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/gateway/access.h"
#include "adapters/gateway/picture.h"
#include "adapters/net/server.h"

namespace tranchet {

class Sockets {
 public:
  static constexpr std::size_t kOfOneUser = 3;

  void add_user(const std::shared_ptr<ServerSession>& session, const User& user,
                const Picture& picture);
  // `expires`: of the token that it was opened with, if any was asked for.
  void add_page(const std::shared_ptr<ServerSession>& session, std::optional<Timestamp> expires,
                const Picture& picture);
  void remove(const ServerSession& session);

  void show(const Picture& picture);
  // {"type":"ping"} to everybody, at this time.
  void ping(Timestamp now);
  // Goodbye to those whose token is over by now.
  void end_expired(Timestamp now);
  // Goodbye to everybody: who may still come back comes back.
  void end_all(const std::string& why);
  // What somebody said: pings are answered, everything else is let pass.
  void hear(ServerSession& session, std::string_view text, Timestamp now);

  std::size_t users() const;
  std::size_t pages() const { return pages_.size(); }
  std::uint64_t ignored() const { return ignored_; }  // Messages that mean nothing.

 private:
  struct Listener {
    std::shared_ptr<ServerSession> session;
    std::optional<Timestamp> expires;  // Its token; empty: never.
    bool entitled = false;             // To this account.
    bool greeted = false;              // It has heard the status: the log had been read.
  };
  static void greet(Listener& listener, const Picture& picture);
  static std::string page_message(std::string_view type, const std::string& data);
  // Takes those out of the lists that are meant.
  std::vector<std::shared_ptr<ServerSession>> take_out(
      const std::function<bool(const Listener&)>& meant);

  std::map<std::string, std::deque<Listener>> users_;
  std::deque<Listener> pages_;
  std::uint64_t ignored_ = 0;
};

}  // namespace tranchet
