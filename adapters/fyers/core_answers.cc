#include <algorithm>

#include "adapters/fyers/core_parts.h"
#include "adapters/fyers/data_requests.h"
#include "events/ensure.h"
#include "events/order_of.h"

namespace tranchet::fyers {
namespace {

// After so many answers that look older than what was heard, the next one is believed.
constexpr int kDoubtsMost = 5;

QueryStatus query_status(const OrderNews& news) {
  switch (news.status) {
    case OrderStatus::Transit:
    case OrderStatus::Pending:
      return news.filled.is_positive() ? QueryStatus::PartiallyFilled : QueryStatus::New;
    case OrderStatus::Filled:
      return QueryStatus::Filled;
    case OrderStatus::Cancelled:
      return QueryStatus::Canceled;
    case OrderStatus::Expired:
      return QueryStatus::Expired;
    case OrderStatus::Rejected:
      return QueryStatus::Rejected;
  }
  ENSURE(false);
}

}  // namespace

void FyersCore::Inside::on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) {
  see(now);
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end()) return;  // Too late: it counts as unknown.
  Outstanding outstanding = std::move(found->second);
  outstanding_.erase(found);
  budget_.settle(outstanding.spent, now_);
  release_held();
  // It has no code, and is "no_data" where nobody has traded.
  const bool is_history = outstanding.job.use == Use::History && answer.status == 200;
  if (is_history && take_history(outstanding, answer.body)) return tick(now);
  const auto envelope = read_envelope(answer.body);
  const Verdict verdict = judge(answer.status, envelope ? std::optional(*envelope) : std::nullopt);
  if (verdict.meaning == Meaning::Accepted && envelope) {
    settle(outstanding, answer, *envelope);
  } else {
    count_failure(outstanding.label);
    const std::string status = "status " + std::to_string(answer.status);
    const std::string why = !envelope                   ? status + ", " + envelope.error()
                            : envelope->message.empty() ? status
                                                        : envelope->message;
    failed(outstanding, verdict, why);
  }
  tick(now);
}

void FyersCore::Inside::on_no_answer(std::uint64_t id, bool may_have_left, Moment now) {
  see(now);
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end()) return;
  Outstanding outstanding = std::move(found->second);
  outstanding_.erase(found);
  // What may have left may still arrive, and counts until then.
  if (!may_have_left) {
    budget_.settle(outstanding.spent, now_, true);
    release_held();
  }
  const bool is_entry =
      outstanding.job.use == Use::Orders && rank_of(outstanding.job) == Rank::Spare;
  const std::string why = "no connection to the venue";
  if (may_have_left) {
    time_out(std::move(outstanding), "the connection ended without an answer");
  } else if (is_entry) {
    // Nothing has happened; an entry that comes later than it was decided is none.
    for (const Command& command : outstanding.job.commands) {
      judged(command, {.meaning = Meaning::Refused}, why);
    }
  } else {
    fault(std::string(outstanding.label) + ": sent again after: " + why);
    retry(std::move(outstanding.job));
  }
  tick(now);
}

void FyersCore::Inside::settle(Outstanding& outstanding, const HttpAnswer& answer,
                               const Envelope& envelope) {
  const std::vector<Command>& commands = outstanding.job.commands;
  switch (outstanding.job.use) {
    case Use::PlaceGtt:
    case Use::CancelGtt:
    case Use::GttBook:
    case Use::GttOrders:
    case Use::CancelStray:
      return take_backup(outstanding, envelope, answer.body);
    case Use::Orders:
      if (commands.size() > 1) return take_batch(outstanding, answer.body);
      return taken(commands.front(), envelope.id);
    case Use::Amend:
    case Use::Cancel:
      return taken(commands.front(), envelope.id);
    case Use::Query:
      return take_query(outstanding, answer.body);
    case Use::Positions:
    case Use::OrderBook:
    case Use::TradeBook:
    case Use::Holdings:
    case Use::Funds:
      return take_snapshot_part(outstanding, answer.body);
    case Use::Tokens:
      return take_tokens(outstanding, answer.body);
    case Use::Quotes:
      return take_quotes(answer.body);
    case Use::Status:
      return take_status(answer.body);
    case Use::History:  // What can be read of it has been taken.
      fault("GET history: " + read_history(answer.body).error());
      return candles_.failed(outstanding.job.first, now_.wall);
  }
}

// ---- What is no success.

void FyersCore::Inside::failed(Outstanding& outstanding, const Verdict& verdict,
                               const std::string& why) {
  Job& job = outstanding.job;
  if (verdict.meaning == Meaning::NotNow) too_often(why);
  if (verdict.meaning == Meaning::BadToken) bad_token(why);
  if (is_backup(job.use)) return backup_failed(job, verdict, why);
  const bool is_missing = verdict == Verdict{Meaning::Refused, RejectReason::NotFound};
  if (job.use == Use::Query && is_missing) return not_found(outstanding);
  const bool changes_orders =
      job.use == Use::Orders || job.use == Use::Amend || job.use == Use::Cancel;
  if (!changes_orders) {
    const bool is_told = verdict.meaning == Meaning::NotNow || verdict.meaning == Meaning::BadToken;
    if (!is_told) fault(std::string(outstanding.label) + ": asked again after: " + why);
    return retry(std::move(job));
  }
  // A batch that is refused as a whole has done nothing: one by one, its orders may be taken.
  if (job.commands.size() > 1 && verdict.meaning == Meaning::Refused) {
    for (const Command& command : job.commands) {
      ask({.use = Use::Orders, .commands = {command}, .alone = true});
    }
    return;
  }
  for (const Command& command : job.commands) judged(command, verdict, why);
}

void FyersCore::Inside::judged(const Command& command, const Verdict& verdict,
                               const std::string& why) {
  if (verdict.meaning == Meaning::NotNow) return refused(command, RejectReason::RateLimited);
  if (verdict.meaning == Meaning::BadToken) return refused(command, RejectReason::Other);
  const bool is_unknown = verdict.meaning == Meaning::Unknown;
  // What a person of the broker's desk would read: it is nowhere else.
  fault(std::string(names_.symbol(std::visit(
            [](const auto& one) {
              if constexpr (requires { one.instrument; }) return InstrumentId(one.instrument);
              return InstrumentId::None;
            },
            command))) +
        (is_unknown ? ": carried out or not, the order book is asked: " : ": refused: ") + why);
  if (is_unknown) return unknown(command);
  const auto* order = std::get_if<SubmitOrder>(&command);
  refused(command, order == nullptr ? verdict.reason : reason_for(order->purpose, verdict.reason));
  note_refusal(verdict.reason);
}

// Asking changes nothing, so it is asked again, each time a second later, up to 30.
void FyersCore::Inside::retry(Job job) {
  if (is_snapshot(job.use)) {
    abandon_snapshot();
    const int tries = ++snapshot_.tries;
    return want_snapshot(kSnapshotAgain * std::min(tries, 15));
  }
  if (is_backup(job.use)) return backup_not_sent(job);
  if (job.use == Use::Quotes) return;  // The next ones are due soon.
  if (job.use == Use::Status) return session_.failed(now_.wall);
  if (job.use == Use::History) return candles_.failed(job.first, now_.wall);
  if (job.use == Use::Tokens && token_is_dead()) return market_line_.closed(now_.steady);
  const Duration wait = kAskAgain * std::min(job.tries + 1, 30);
  ask_again(std::move(job), wait);
}

void FyersCore::Inside::bad_token(const std::string& why) {
  fault("the venue does not take the access token: " + why);
  if (std::exchange(halted_, true)) return;
  push(EntriesHalted{names_.intern("the venue does not take the access token")});
}

void FyersCore::Inside::too_often(const std::string& why) {
  budget_.refused(now_);
  fault("the venue says too many requests, minute " + std::to_string(budget_.breaches()) +
        " of 3 that a day has: " + why);
}

// The venue has done nothing with it.
void FyersCore::Inside::refused(const Command& command, RejectReason reason) {
  std::visit(Overload{[&](const SubmitOrder& c) {
                        if (OrderRecord* record = ledger_.find(c.order)) {
                          if (record->ended) return;  // The stream was faster.
                          record->ended = true;
                          record->awaited = Awaited::Nothing;
                          record->awaited_until.reset();
                          ledger_.note_due(c.order);
                        }
                        push(OrderRejected{c.order, reason});
                      },
                      [&](const AmendOrder& c) {
                        push(AmendRejected{c.order, reason});
                      },
                      [&](const CancelOrder& c) {
                        push(CancelRejected{c.order, reason});
                      },
                      [](const auto&) {}},
             command);
}

// Nobody knows: the engine is told, and asks.
void FyersCore::Inside::unknown(const Command& command) {
  const OrderId order = order_of(command);
  if (order != OrderId::None) push(OutcomeUnknown{order});
}

// ---- Orders.

void FyersCore::Inside::take_batch(Outstanding& outstanding, std::string_view body) {
  const std::vector<Command>& commands = outstanding.job.commands;
  const auto rows = read_batch(body);
  if (!rows || rows->size() != commands.size()) {
    fault(std::string(outstanding.label) + ": the answer " +
          (rows ? "has " + std::to_string(rows->size()) + " rows for " +
                      std::to_string(commands.size()) + " orders"
                : "is not readable: " + rows.error()));
    for (const Command& command : commands) unknown(command);
    return;
  }
  for (std::size_t index = 0; index < commands.size(); ++index) {
    const BatchRow& row = (*rows)[index];
    const Verdict verdict = judge(row.status, row.answer);
    if (verdict.meaning == Meaning::Accepted) {
      taken(commands[index], row.answer.id);
      continue;
    }
    if (verdict.meaning == Meaning::NotNow) too_often(row.answer.message);
    if (verdict.meaning == Meaning::BadToken) bad_token(row.answer.message);
    judged(commands[index], verdict, row.answer.message);
  }
}

// The venue has taken a request. What came of it, the order stream tells, or has told already.
void FyersCore::Inside::taken(const Command& command, std::string_view venue_id) {
  const OrderId order = order_of(command);
  snapshot_.overtaken = true;
  if (std::holds_alternative<SubmitOrder>(command)) {
    if (venue_id.empty()) {
      fault("POST orders: the answer names no id");
      return push(OutcomeUnknown{order});
    }
    ledger_.note_venue_id(order, venue_id, now_.steady);
    return await(order, Awaited::Acceptance);
  }
  const auto* amend = std::get_if<AmendOrder>(&command);
  if (amend == nullptr) return await(order, Awaited::Cancellation);
  const OrderRecord& record = ledger_.of(order, now_.steady);
  // The stream was faster than the reply.
  if (record.quantity == amend->quantity &&
      record.limit_price == Maybe<Price>(amend->limit_price)) {
    return;
  }
  await(order, Awaited::Amendment);
}

void FyersCore::Inside::take_query(Outstanding& outstanding, std::string_view body) {
  const OrderId order = std::get<QueryOrder>(outstanding.job.commands.front()).order;
  auto rows = read_orders(body);
  if (!rows) {
    fault("GET orders by tag: " + rows.error());
    return retry(std::move(outstanding.job));
  }
  std::erase_if(*rows, [&](const OrderRow& row) { return ours(row.tag) != order; });
  if (rows->empty()) return not_found(outstanding);
  const OrderRow& row = rows->back();
  OrderRecord& record = ledger_.of(order, now_.steady);
  ledger_.note_venue_id(order, row.id, now_.steady);
  const bool is_old = row.filled < record.filled || (record.ended && !is_final(row.status)) ||
                      row.status == OrderStatus::Transit ||
                      (record.heard && *record.heard >= outstanding.sent && !is_final(row.status));
  if (is_old && outstanding.job.tries < kDoubtsMost) {
    const Duration wait = outstanding.job.tries == 0 ? Duration::milliseconds(200) : kAskAgain;
    return ask_again(std::move(outstanding.job), wait);
  }
  snapshot_.overtaken = true;
  const bool was_told = record.ended;
  record.heard = now_.steady;
  record.status = row.status;
  record.quantity = row.quantity;
  record.limit_price = row.limit_price;
  record.average = row.traded_price;
  record.filled = std::max(record.filled, row.filled);
  record.totaled = std::max(record.totaled, row.filled);
  record.ended = record.ended || is_final(row.status);
  record.awaited = Awaited::Nothing;
  record.awaited_until.reset();
  record.trades_until.reset();
  ledger_.note_due(order);
  if (row.status == OrderStatus::Rejected && !row.filled.is_positive() && !was_told) {
    fault(row.symbol + ": refused: " + row.message);
    const RejectReason reason = reason_for(record.purpose, reason_in(row.message));
    note_refusal(reason);
    return push(OrderRejected{order, reason});
  }
  if (row.status != OrderStatus::Rejected) record.accepted = true;
  push(QueryAnswered{
      .order = order,
      .status = query_status(row),
      .filled_quantity = row.filled,
      .average_price = row.traded_price,
      .quantity = row.quantity,
      .limit_price = row.type == VenueOrderType::Limit ? row.limit_price : Maybe<Price>()});
}

// Final only once the order can no longer arrive.
void FyersCore::Inside::not_found(Outstanding& outstanding) {
  const OrderId order = std::get<QueryOrder>(outstanding.job.commands.front()).order;
  const OrderRecord* record = ledger_.find(order);
  const Timestamp since = record != nullptr && record->sent ? *record->sent : started_;
  if (outstanding.sent < since + kFinal) {
    const Duration wait = since + kFinal - now_.steady;
    return ask_again(std::move(outstanding.job), std::max(wait, Duration()));
  }
  // The book is of today: an order of yesterday has ended, whatever became of it.
  const bool was_heard = record != nullptr && record->heard && *record->heard >= outstanding.sent;
  if (was_heard) return retry(std::move(outstanding.job));
  push(QueryAnswered{.order = order,
                     .status = QueryStatus::NotFound,
                     .filled_quantity = {},
                     .average_price = {},
                     .quantity = {},
                     .limit_price = {}});
}

// ---- The market.

void FyersCore::Inside::take_tokens(Outstanding& outstanding, std::string_view body) {
  const auto tokens = read_symbol_tokens(body);
  if (!tokens) {
    fault("POST symbol-token: " + tokens.error());
    return retry(std::move(outstanding.job));
  }
  for (const std::string& symbol : tokens->unknown) {
    fault(symbol + " is no symbol of the venue: it has no prices");
  }
  if (outstanding.job.first == 0) topics_.clear();
  for (const auto& [symbol, token] : tokens->tokens) {
    const InstrumentId instrument = names_.find_instrument(symbol);
    if (instrument == InstrumentId::None) continue;
    const auto name = topic_name(symbol, token);
    if (!name) {
      fault(name.error());
      continue;
    }
    topics_.push_back({*name, instrument});
  }
  const std::size_t next = outstanding.job.first + kTokensMost;
  if (next < options_.symbols.size()) {
    return ask({.use = Use::Tokens, .commands = {}, .first = next});
  }
  has_topics_ = true;
  if (topics_.size() > kTopicsMost) {
    fault(std::to_string(topics_.size() - kTopicsMost) +
          " symbols are left out: the market stream has at most 5000");
    topics_.resize(kTopicsMost);
  }
  if (!market_line_.wish()) connect(Stream::Market);
}

void FyersCore::Inside::take_quotes(std::string_view body) {
  const auto rows = read_quotes(body);
  if (!rows) return fault("GET quotes: " + rows.error());
  for (const QuoteRow& row : *rows) {
    const InstrumentId id = names_.find_instrument(row.symbol);
    if (id == InstrumentId::None || !row.ok || !row.last) continue;
    market_.push_back({told_.date(), MarkPrice{id, *row.last}});
  }
}

}  // namespace tranchet::fyers
