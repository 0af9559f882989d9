// What travels between the process and the venue in a world: requests and their responses, and the
// two streams. It stands where a live venue has its JSON; the rules of delivery are the same.
#pragma once

#include <cstdint>
#include <vector>

#include "backtest/venue/front_door.h"
#include "backtest/venue/venue_orders.h"
#include "events/command.h"

namespace tranchet {

// A fact of the venue, with its place in the order in which the venue made its facts; and what a
// venue's message says beside it: when the order, or the position, last changed, and the order as
// it stood then (of no order of ours: empty).
struct Update {
  std::uint64_t serial = 0;
  EventBody body;
  Timestamp time = {};
  VenueOrder order = {};
};

// Of a request, against the venue's limit: positions, open orders and balances of a whole account
// are three questions, 5 + 40 + 5.
inline std::uint32_t weight_of(const Command& command) {
  return std::holds_alternative<RequestSnapshot>(command) ? 50 : 1;
}

// What is asked beside commands, by those who ask a venue's own questions.
enum class Question : std::uint8_t {
  None = 1,
  Account,  // The rows of a snapshot.
  Trades,   // Fills since a time.
  Public,   // Its clock, its rules: no nonce.
  Private,  // Anything else that is signed: nothing but the answer matters.
};

// SubmitOrder, AmendOrder, CancelOrder, QueryOrder or RequestSnapshot.
struct Request {
  std::uint64_t id = 0;           // Of the sender's own, to find it again.
  std::uint64_t incarnation = 0;  // Of the sending process.
  std::uint64_t nonce = 0;        // Microseconds of the venue's clock, as the sender believes.
  Sequence cause{};               // The event that made the engine ask.
  Command command;
  std::vector<Command> others = {};  // More orders of the same request.
  Question question = Question::None;
  Timestamp since = {};
  std::uint32_t weight = 0;  // 0: of the command.
};

enum class Verdict : std::uint8_t {
  Answered = 1,
  TooMany,    // 429: not carried out.
  NonceOld,   // Outside the window: not carried out.
  NonceUsed,  // These very bytes have been here: carried out, or not.
  Unknown,    // 503: carried out, or not.
};

struct Response {
  std::uint64_t request = 0;
  std::uint64_t incarnation = 0;
  Verdict verdict{};
  std::vector<Update> updates;
  Timestamp venue_time;
  DoorUsage usage = {};
  std::vector<InstrumentListed> rules = {};  // Of a public question.
  std::vector<MarkPrice> marks = {};         // Of a public question, and of the account.
};

}  // namespace tranchet
