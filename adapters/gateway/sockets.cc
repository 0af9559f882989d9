#include "adapters/gateway/sockets.h"

#include <algorithm>

#include "adapters/gateway/json_text.h"
#include "events/log/json_read.h"

namespace tranchet {
namespace {

std::string connected_message(std::string_view user) {
  return JsonText()
      .open()
      .text("type", "connected")
      .text("message", "WebSocket connected successfully")
      .text("user_id", user)
      .close()
      .take();
}

std::string inactive_message() {
  return JsonText()
      .open()
      .text("type", "status")
      .open("data")
      .flag("is_active", false)
      .text("message", "No active live trading session")
      .close()
      .close()
      .take();
}

}  // namespace

std::string Sockets::page_message(std::string_view type, const std::string& data) {
  return JsonText().open().text("type", type).raw("data", data).close().take();
}

void Sockets::greet(Listener& listener, const Picture& picture) {
  if (listener.greeted || (listener.entitled && !picture.caught_up)) return;
  listener.greeted = true;
  if (!listener.entitled) return listener.session->send_text(inactive_message());
  for (const std::string& text : picture.greeting) listener.session->send_text(text);
}

void Sockets::add_user(const std::shared_ptr<ServerSession>& session, const User& user,
                       const Picture& picture) {
  std::deque<Listener>& listeners = users_[user.name];
  if (listeners.size() >= kOfOneUser) {
    const Listener oldest = listeners.front();
    listeners.pop_front();
    oldest.session->close(1000, "a newer connection of this user took its place");
  }
  listeners.push_back(
      {.session = session, .expires = user.expires, .entitled = user.right >= Right::Viewer});
  session->send_text(connected_message(user.name));
  greet(listeners.back(), picture);
}

void Sockets::add_page(const std::shared_ptr<ServerSession>& session,
                       std::optional<Timestamp> expires, const Picture& picture) {
  pages_.push_back({.session = session, .expires = expires, .entitled = true});
  if (picture.caught_up) session->send_text(page_message("state", picture.state));
}

std::vector<std::shared_ptr<ServerSession>> Sockets::take_out(
    const std::function<bool(const Listener&)>& meant) {
  std::vector<std::shared_ptr<ServerSession>> out;
  const auto take = [&](const Listener& each) {
    if (!meant(each)) return false;
    out.push_back(each.session);
    return true;
  };
  std::erase_if(pages_, take);
  for (auto& [name, listeners] : users_) std::erase_if(listeners, take);
  std::erase_if(users_, [](const auto& user) { return user.second.empty(); });
  return out;
}

void Sockets::remove(const ServerSession& session) {
  take_out([&](const Listener& each) { return each.session->id() == session.id(); });
}

void Sockets::end_expired(Timestamp now) {
  const auto is_over = [now](const Listener& each) { return each.expires && *each.expires <= now; };
  for (const auto& session : take_out(is_over)) session->close(1008, "the token has expired");
}

void Sockets::end_all(const std::string& why) {
  for (const auto& session : take_out([](const Listener&) { return true; })) {
    session->close(1012, why);
  }
}

void Sockets::show(const Picture& picture) {
  for (auto& [name, listeners] : users_) {
    for (Listener& listener : listeners) {
      // The greeting tells of everything up to this picture.
      if (!listener.greeted) {
        greet(listener, picture);
        continue;
      }
      if (!listener.entitled) continue;
      for (const std::string& text : picture.messages) listener.session->send_text(text);
    }
  }
  if (pages_.empty()) return;
  std::string text;
  if (!picture.caught_up) {
    text = page_message("progress", JsonText()
                                        .open()
                                        .count("sequence", number(picture.sequence))
                                        .count("head", number(picture.head))
                                        .text("error", picture.error)
                                        .close()
                                        .take());
  } else if (!picture.error.empty()) {
    text = page_message("trouble", JsonText().open().text("error", picture.error).close().take());
  } else if (picture.changed) {
    text = page_message("state", picture.state);
  } else {
    text = page_message("prices", picture.prices);
  }
  for (const Listener& page : pages_) page.session->send_text(text);
}

void Sockets::ping(Timestamp now) {
  const std::string text =
      JsonText().open().text("type", "ping").time("timestamp", now).close().take();
  for (auto& [name, listeners] : users_) {
    for (const Listener& listener : listeners) listener.session->send_text(text);
  }
  for (const Listener& page : pages_) page.session->send_text(text);
}

void Sockets::hear(ServerSession& session, std::string_view text, Timestamp now) {
  if (text == "ping") return session.send_text("pong");
  if (text == "pong") return;
  std::string type;
  if (const auto fields = split_object(text)) {
    const auto found = std::ranges::find(*fields, "type", &JsonField::name);
    if (found != fields->end()) type = found->text;
  }
  if (type == "ping") {
    return session.send_text(
        JsonText().open().text("type", "pong").time("timestamp", now).close().take());
  }
  if (type != "pong") ++ignored_;
}

std::size_t Sockets::users() const {
  std::size_t count = 0;
  for (const auto& [name, listeners] : users_) count += listeners.size();
  return count;
}

}  // namespace tranchet
