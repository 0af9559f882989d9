#include "backtest/wargame/twins/link.h"

#include <algorithm>

#include "backtest/wargame/schedule.h"
#include "events/order_of.h"

namespace tranchet {
namespace {

// A response that has not come by then will not be waited for. Above the venue's receive window.
constexpr Duration kTimeOut = Duration::seconds(6);
// The nonce window is 10 s: what was sent 12 s ago can no longer arrive.
constexpr Duration kFinal = Duration::seconds(12);
constexpr Duration kAskAgain = Duration::seconds(1);
// Snapshots weigh 50 of 2,400 a minute.
constexpr Duration kSnapshotAgain = Duration::seconds(2);
// A dead stream is noticed within this, and wrong clocks are wrong by less. What is fetched twice
// counts once.
constexpr Duration kOverlap = Duration::minutes(5);

bool is_request(const Command& command) {
  return std::holds_alternative<SubmitOrder>(command) ||
         std::holds_alternative<AmendOrder>(command) ||
         std::holds_alternative<CancelOrder>(command) ||
         std::holds_alternative<QueryOrder>(command) ||
         std::holds_alternative<RequestSnapshot>(command);
}

bool changes_orders(const Command& command) {
  return std::holds_alternative<SubmitOrder>(command) ||
         std::holds_alternative<AmendOrder>(command) ||
         std::holds_alternative<CancelOrder>(command);
}

// The order whose standing an update tells; None for what is true whenever it arrives.
OrderId order_told(const EventBody& body) {
  return std::visit(Overload{[](const OrderFilled&) { return OrderId::None; },
                             [](const OrderTriggered&) { return OrderId::None; },
                             [](const OrderReported&) { return OrderId::None; },
                             [](const auto& told) {
                               if constexpr (requires { told.order; }) {
                                 return told.order;
                               } else {
                                 return OrderId::None;
                               }
                             }},
                    body);
}

}  // namespace

VenueLink::VenueLink(const Options& options, ProcessClock& clock, Wire& wire, MarkWatch& marks)
    : options_(options),
      clock_(clock),
      wire_(wire),
      marks_(marks),
      started_(clock.steady()),
      heard_until_(options.known_until) {}

void VenueLink::start() {
  wire_.connect(Stream::User, options_.incarnation);
  wire_.connect(Stream::Market, options_.incarnation);
}

// ---- The port.

void VenueLink::submit(std::span<const Command> commands, Timestamp now) {
  last_now_ = std::max(last_now_, now);
  for (const Command& command : commands) {
    if (is_request(command)) ask(command, cause_);
  }
  flush();
}

std::optional<Timestamp> VenueLink::next_wakeup() const {
  if (dead_ || inbox_.empty()) return std::nullopt;
  return std::max(inbox_.front().time, last_now_);
}

// One at a time: whoever takes it may ask for something before the next.
void VenueLink::advance(Timestamp now, std::vector<Occurrence>& out) {
  last_now_ = std::max(last_now_, now);
  if (dead_ || inbox_.empty() || inbox_.front().time > now) return;
  out.push_back({now, inbox_.front().body});
  inbox_.pop_front();
}

// ---- By the steady clock.

std::optional<Timestamp> VenueLink::next_tick() const {
  if (dead_) return std::nullopt;
  Timestamp first = kNever;
  for (const auto& [id, outstanding] : outstanding_) first = std::min(first, outstanding.deadline);
  if (venue_offset_) {
    for (const Waiting& waiting : waiting_) {
      // One that is due and still waits is behind another of its order.
      if (waiting.not_before > clock_.steady()) first = std::min(first, waiting.not_before);
    }
  }
  if (first == kNever) return std::nullopt;
  return first;
}

void VenueLink::tick() {
  for (auto at = outstanding_.begin(); at != outstanding_.end();) {
    if (at->second.deadline > clock_.steady()) {
      ++at;
      continue;
    }
    const Outstanding late = at->second;
    at = outstanding_.erase(at);
    time_out(late);
  }
  flush();
}

bool VenueLink::is_idle() const {
  return inbox_.empty() && outstanding_.empty() && waiting_.empty() && user_connected_ && !dead_;
}

void VenueLink::push(const EventBody& body) {
  inbox_.push_back({clock_.wall(), body});
}

void VenueLink::on_input(const EventBody& body) {
  push(body);
}

// ---- Out.

void VenueLink::ask(const Command& command, Sequence cause, Timestamp not_before) {
  if (std::holds_alternative<RequestSnapshot>(command)) {
    if (snapshot_wanted_) return;  // One is under way, and none is handed on that is out of date.
    snapshot_wanted_ = true;
  }
  waiting_.push_back(
      {.command = command, .cause = cause, .not_before = std::max(not_before, clock_.steady())});
}

// Sends what may leave, in order. What may not yet does not hold up the rest, but what is of the
// same order: a question about an order that has not been sent would find nothing.
void VenueLink::flush() {
  if (!venue_offset_) return;
  const auto is_behind_its_own = [this](std::size_t index) {
    const OrderId order = order_of(waiting_[index].command);
    const auto here = waiting_.begin() + static_cast<std::ptrdiff_t>(index);
    return order != OrderId::None &&
           std::any_of(waiting_.begin(), here, [order](const Waiting& earlier) {
             return order_of(earlier.command) == order;
           });
  };
  for (std::size_t index = 0; index < waiting_.size() && !dead_;) {
    if (waiting_[index].not_before > clock_.steady() || is_behind_its_own(index) ||
        !send(waiting_[index])) {
      ++index;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

// False: it has to wait.
bool VenueLink::send(Waiting& waiting) {
  const Command& command = waiting.command;
  const auto* submitted = std::get_if<SubmitOrder>(&command);
  const bool is_entry = submitted != nullptr && submitted->purpose == Purpose::Entry;
  if (!fits_the_budget(command, is_entry)) {
    marks_.reach(is_entry ? Mark::EntryHeldByTheBudget : Mark::ProtectionHeldByTheBudget);
    if (is_entry) {
      refused(command, waiting.cause, RejectReason::RateLimited);
      return true;
    }
    waiting.not_before = clock_.steady() + kAskAgain;
    return false;
  }
  if (lives_ && *lives_ == 0) {
    dead_ = true;
    return true;
  }
  if (lives_) --*lives_;
  spend(command);
  const Timestamp venue_time = clock_.steady() + *venue_offset_;
  last_nonce_ =
      std::max(last_nonce_ + 1, static_cast<std::uint64_t>(venue_time.nanoseconds() / 1'000));
  const Request request{.id = ++requests_,
                        .incarnation = options_.incarnation,
                        .nonce = last_nonce_,
                        .cause = waiting.cause,
                        .command = command};
  outstanding_.emplace(request.id, Outstanding{.request = request,
                                               .deadline = clock_.steady() + kTimeOut,
                                               .first_sent = clock_.steady()});
  if (submitted != nullptr) sent_[submitted->order] = clock_.steady();
  wire_.send(request);
  return true;
}

// Nine tenths of what the venue allows, for requests bunch up on their way; entries leave a fifth
// of that to protection and cancels.
bool VenueLink::fits_the_budget(const Command& command, bool spare) {
  const Timestamp now = clock_.steady();
  while (!spent_.empty() && spent_.front().first + Duration::seconds(61) <= now) {
    spent_.pop_front();
  }
  while (!orders_spent_.empty() && orders_spent_.front() + Duration::seconds(61) <= now) {
    orders_spent_.pop_front();
  }
  const std::uint32_t tenths = spare ? 72 : 90;
  std::uint32_t weight = weight_of(command);
  for (const auto& [time, spent] : spent_) weight += spent;
  if (weight > options_.limits.weight_per_minute * tenths / 100) return false;
  if (!changes_orders(command)) return true;
  const auto recent = std::ranges::count_if(
      orders_spent_, [now](Timestamp time) { return time + Duration::seconds(11) > now; });
  return orders_spent_.size() + 1 <= options_.limits.orders_per_minute * tenths / 100 &&
         static_cast<std::uint64_t>(recent) + 1 <=
             options_.limits.orders_per_10_seconds * tenths / 100;
}

void VenueLink::spend(const Command& command) {
  spent_.emplace_back(clock_.steady(), weight_of(command));
  if (changes_orders(command)) orders_spent_.push_back(clock_.steady());
}

// ---- In.

void VenueLink::note_venue_time(Timestamp venue_time) {
  // What the venue's clock showed when it answered is a little behind what it shows now. The
  // highest estimate is the best, and none is ahead: a nonce from the future would outlive kFinal.
  const Duration offset = venue_time - clock_.steady();
  venue_offset_ = std::max(venue_offset_.value_or(offset), offset);
}

void VenueLink::on_connected(Stream stream, Timestamp venue_time, const DoorUsage& usage) {
  note_venue_time(venue_time);
  // What another life of this program has used up counts as well.
  if (spent_.empty()) {
    spent_.emplace_back(clock_.steady(), usage.weight_1m);
    orders_spent_.assign(usage.orders_1m, clock_.steady());
  }
  if (stream == Stream::User) {
    // Without a log the first snapshot says what was before.
    const bool knows_nothing = heard_until_ == Timestamp();
    wire_.fetch_trades(knows_nothing ? started_ : heard_until_ - kOverlap, options_.incarnation);
    user_connected_ = true;
  }
  push(Connected{stream});
}

void VenueLink::on_cut(Stream stream) {
  if (stream == Stream::User) user_connected_ = false;
  push(Disconnected{stream});
  wire_.connect(stream, options_.incarnation);
}

void VenueLink::on_message(const Update& update) {
  heard_until_ = clock_.steady();
  take_update(update);
}

void VenueLink::on_trades(std::span<const Update> fills, Timestamp venue_time) {
  note_venue_time(venue_time);
  for (const Update& fill : fills) {
    marks_.reach(Mark::MissedFillFetched);
    take_update(fill);
  }
}

bool VenueLink::is_news(const Update& update) {
  if (const auto* fill = std::get_if<OrderFilled>(&update.body)) {
    return fill->order != OrderId::None || update.serial > last_snapshot_;
  }
  const OrderId order = order_told(update.body);
  if (order == OrderId::None) return true;
  std::uint64_t& newest = newest_[order];
  if (update.serial <= newest) return false;
  newest = update.serial;
  return true;
}

void VenueLink::take_update(const Update& update) {
  last_message_ = std::max(last_message_, update.serial);
  if (is_news(update)) push(update.body);
}

void VenueLink::on_response(const Response& response) {
  note_venue_time(response.venue_time);
  const auto found = outstanding_.find(response.request);
  if (found == outstanding_.end()) {
    marks_.reach(Mark::LateResponse);
    return;
  }
  const Outstanding outstanding = found->second;
  outstanding_.erase(found);
  answer(outstanding, response);
}

void VenueLink::answer(const Outstanding& outstanding, const Response& response) {
  const Command& command = outstanding.request.command;
  switch (response.verdict) {
    case Verdict::Answered:
      if (std::holds_alternative<RequestSnapshot>(command)) {
        return take_snapshot(outstanding, response);
      }
      for (const Update& update : response.updates) {
        if (std::holds_alternative<QueryAnswered>(update.body)) {
          take_query(outstanding, update);
        } else {
          take_update(update);
        }
      }
      return;
    case Verdict::TooMany:
      return refused(command, outstanding.request.cause, RejectReason::RateLimited);
    // Not now; but a copy of these bytes may have been admitted before.
    case Verdict::NonceOld:
    case Verdict::NonceUsed:
    case Verdict::Unknown:
      return unknown(command, outstanding.request.cause);
  }
}

void VenueLink::time_out(const Outstanding& outstanding) {
  marks_.reach(Mark::RequestTimedOut);
  unknown(outstanding.request.command, outstanding.request.cause);
}

// The venue has done nothing with it.
void VenueLink::refused(const Command& command, Sequence cause, RejectReason reason) {
  std::visit(Overload{[&](const SubmitOrder& c) {
                        push(OrderRejected{c.order, reason});
                      },
                      [&](const AmendOrder& c) {
                        push(AmendRejected{c.order, reason});
                      },
                      [&](const CancelOrder& c) {
                        push(CancelRejected{c.order, reason});
                      },
                      [&](const QueryOrder& c) { ask(c, cause, clock_.steady() + kAskAgain); },
                      [&](const RequestSnapshot& c) {
                        snapshot_wanted_ = false;
                        ask(c, cause, clock_.steady() + kSnapshotAgain);
                      },
                      [](const auto&) {}},
             command);
}

// Nobody knows. Questions are asked again, for asking changes nothing; of the rest the engine is
// told.
void VenueLink::unknown(const Command& command, Sequence cause) {
  if (std::holds_alternative<QueryOrder>(command)) {
    ask(command, cause, clock_.steady() + kAskAgain);
  } else if (std::holds_alternative<RequestSnapshot>(command)) {
    snapshot_wanted_ = false;
    ask(command, cause, clock_.steady() + kSnapshotAgain);
  } else {
    push(OutcomeUnknown{order_of(command)});
  }
}

void VenueLink::take_snapshot(const Outstanding& outstanding, const Response& response) {
  snapshot_wanted_ = false;
  const std::uint64_t serial = response.updates.empty() ? 0 : response.updates.front().serial;
  if (serial < last_message_) {
    marks_.reach(Mark::SnapshotOvertaken);
    ask(RequestSnapshot{}, outstanding.request.cause, clock_.steady() + kSnapshotAgain);
    return;
  }
  last_snapshot_ = serial;
  for (const Update& row : response.updates) push(row.body);
}

void VenueLink::take_query(const Outstanding& outstanding, const Update& update) {
  const auto& answered = std::get<QueryAnswered>(update.body);
  const auto sent = sent_.find(answered.order);
  const Timestamp since = sent == sent_.end() ? started_ : sent->second;
  if (answered.status == QueryStatus::NotFound && outstanding.first_sent < since + kFinal) {
    marks_.reach(Mark::NotFoundNotFinal);
    ask(outstanding.request.command, outstanding.request.cause, since + kFinal);
    return;
  }
  // Something newer has been said of the order since it was asked about: an old answer is none.
  if (update.serial <= newest_[answered.order]) {
    marks_.reach(Mark::AnswerOvertaken);
    ask(outstanding.request.command, outstanding.request.cause);
    flush();
    return;
  }
  take_update(update);
}

}  // namespace tranchet
