// The open WebSockets: of users, who hear the messages of their account, and of pages, which hear
// pictures. At most three of one user; a fourth closes the oldest.
#pragma once

#include <deque>
#include <map>
#include <memory>
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
  void add_page(const std::shared_ptr<ServerSession>& session, const Picture& picture);
  void remove(const ServerSession& session);

  void show(const Picture& picture);
  // {"type":"ping"} to everybody, at this time.
  void ping(Timestamp now);
  // What somebody said: pings are answered, everything else is let pass.
  void hear(ServerSession& session, std::string_view text, Timestamp now);

  std::size_t users() const;
  std::size_t pages() const { return pages_.size(); }
  std::uint64_t ignored() const { return ignored_; }  // Messages that mean nothing.

 private:
  struct Listener {
    std::shared_ptr<ServerSession> session;
    bool entitled = false;  // To this account.
    bool greeted = false;   // It has heard the status: the log had been read.
  };
  static void greet(Listener& listener, const Picture& picture);
  static std::string page_message(std::string_view type, const std::string& data);

  std::map<std::string, std::deque<Listener>> users_;
  std::vector<std::shared_ptr<ServerSession>> pages_;
  std::uint64_t ignored_ = 0;
};

}  // namespace tranchet
