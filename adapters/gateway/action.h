// What a person or a model asks for over HTTP, as a line of an event.
//
//   POST /api/signal      an EntrySignal's fields
//   POST /api/close       a CloseRequested's: a tranche, a position, or everything
//   POST /api/protection  a ProtectionRequested's
//   POST /api/halt, /api/resume, /api/kill   reason?
//   POST /api/manual-trade   the older front end's form of a signal
//
// Each has `request_id` beside: the same id again is the same act, not another one.
#pragma once

#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/time.h"

namespace tranchet {

// What can be acted on, as of now.
struct Actionable {
  struct Key {
    std::string instrument;
    PositionSide side{};
    std::vector<std::uint32_t> tranches;  // Ordinals, live.
  };
  std::vector<std::string> instruments;
  std::vector<Key> positions;
};

struct Action {
  std::string request_id;
  std::string line;  // With its author.
};
struct ActionRefusal {
  unsigned status = 400;  // HTTP: 400 malformed, 404 no such path, 409 there is nothing to act on.
  std::string why;
};

bool is_action_path(std::string_view path);
std::expected<Action, ActionRefusal> read_action(std::string_view path, std::string_view body,
                                                 std::string_view user, Timestamp now,
                                                 const Actionable& known);

// Who reads the users anew: with the body's `request_id` where it has one. The error says what is
// wrong with the body.
std::expected<std::string, std::string> reload_author(std::string_view user, std::string_view body);
// The line of a UsersReloaded.
std::string users_reloaded_line(std::uint32_t users, std::uint64_t digest, std::string_view author,
                                Timestamp now);

// "anna/7c1e": user and request id of an author; the id is empty where there is none.
std::string_view request_id_of(std::string_view author);

}  // namespace tranchet
