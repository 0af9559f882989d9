#include <algorithm>

#include "adapters/aster/core_parts.h"

namespace tranchet::aster {
namespace {

// After so many answers that look older than what was heard, the next one is believed: the venue's
// own times must disagree.
constexpr int kDoubtsMost = 5;

QueryStatus query_status(Standing standing) {
  switch (standing) {
    case Standing::New:
      return QueryStatus::New;
    case Standing::PartiallyFilled:
      return QueryStatus::PartiallyFilled;
    case Standing::Filled:
      return QueryStatus::Filled;
    case Standing::Canceled:
      return QueryStatus::Canceled;
    case Standing::Expired:
    case Standing::Insurance:
    case Standing::Adl:
      return QueryStatus::Expired;
    case Standing::Rejected:
      return QueryStatus::Rejected;
  }
  ENSURE(false);
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

void AsterCore::Inside::on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) {
  see(now);
  budget_.note_usage(answer.headers, now_.steady);
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end()) return;  // Too late: it counts as unknown.
  Outstanding outstanding = std::move(found->second);
  outstanding_.erase(found);
  if (is_success(answer.status) && !read_error(answer.body)) {
    settle(outstanding, answer);
  } else {
    failed(outstanding, answer);
  }
  tick(now);
}

void AsterCore::Inside::on_no_answer(std::uint64_t id, bool may_have_left, Moment now) {
  see(now);
  const auto found = outstanding_.find(id);
  if (found == outstanding_.end()) return;
  Outstanding outstanding = std::move(found->second);
  outstanding_.erase(found);
  const bool is_entry =
      outstanding.job.use == Use::Orders && rank_of(outstanding.job) == Rank::Spare;
  if (may_have_left) {
    time_out(std::move(outstanding));
  } else if (is_entry) {
    // Nothing has happened; an entry that comes later than it was decided is none.
    for (const Command& command : outstanding.job.commands) refused(command, RejectReason::Other);
  } else {
    retry(std::move(outstanding.job));
  }
  tick(now);
}

void AsterCore::Inside::settle(Outstanding& outstanding, const HttpAnswer& answer) {
  switch (outstanding.job.use) {
    case Use::Orders:
      return take_orders(outstanding, answer.body);
    case Use::Amend:
      return take_amended(outstanding, answer.body);
    case Use::Cancel:
      return take_canceled(outstanding, answer.body);
    case Use::Query:
      return take_query(outstanding, answer.body);
    case Use::QueryNumber:
      return take_number(outstanding, answer.body);
    case Use::Positions:
    case Use::OpenOrders:
    case Use::Balance:
      return take_snapshot_part(outstanding, answer.body);
    case Use::Trades:
      return take_trades(outstanding, answer.body);
    case Use::Funding:
      return take_funding(outstanding, answer.body);
    case Use::ServerTime:
    case Use::ExchangeInfo:
    case Use::PositionMode:
    case Use::SetPositionMode:
    case Use::Leverage:
    case Use::MarginType:
    case Use::ListenKey:
    case Use::KeepKey:
    case Use::MarkPrices:
      return take_setup(outstanding, answer.body);
  }
}

// ---- What is no success.

void AsterCore::Inside::failed(Outstanding& outstanding, const HttpAnswer& answer) {
  count_failure(outstanding.label);
  const auto error = read_error(answer.body);
  const Verdict verdict = judge(answer.status, error ? std::optional(error->code) : std::nullopt);
  if (verdict.meaning == Meaning::NotNow) {
    budget_.refused(answer.status, answer.headers, now_.steady);
  } else if (verdict.meaning == Meaning::BadClock) {
    clock_was_wrong();
  } else if (verdict.meaning == Meaning::BadKeys) {
    bad_keys(error ? error->message : "status " + std::to_string(answer.status));
  }
  Job& job = outstanding.job;
  const bool is_missing = verdict == Verdict{Meaning::Refused, RejectReason::NotFound};
  if (job.use == Use::Query && is_missing) return not_found(outstanding);
  if (job.use == Use::QueryNumber && is_missing) return claim(job.number, OrderId::None);
  const bool changes_orders =
      job.use == Use::Orders || job.use == Use::Amend || job.use == Use::Cancel;
  if (!changes_orders) {
    const bool is_set = verdict.meaning == Meaning::NoChange;
    if (is_set && job.use == Use::SetPositionMode)
      return take_position_mode(options_.position_mode == PositionMode::Hedge);
    if (is_set) return;
    if (verdict.meaning == Meaning::Refused && job.use == Use::SetPositionMode) {
      return wrong_mode(error ? error->message : "it cannot be changed");
    }
    const bool is_setting = job.use == Use::Leverage || job.use == Use::MarginType;
    if (verdict.meaning == Meaning::Refused && is_setting) {
      return setting_refused(job, error ? error->message : "no reason was given");
    }
    if (job.use == Use::KeepKey) return close_line(Stream::User);  // -1125: it is gone.
    return retry(std::move(job));
  }
  if (verdict.meaning == Meaning::Unknown || verdict.meaning == Meaning::BadClock) {
    for (const Command& command : job.commands) unknown(command);
    return;
  }
  if (error && hints_at_rules(error->code)) look_at_rules();
  // A batch that is refused as a whole has done nothing: one by one, its orders may be taken.
  if (job.commands.size() > 1 && verdict.meaning == Meaning::Refused) {
    for (const Command& command : job.commands) {
      ask({.use = Use::Orders, .commands = {command}, .alone = true});
    }
    return;
  }
  for (const Command& command : job.commands) refused(command, verdict.reason);
}

// Asking changes nothing, so it is asked again, each time a second later, up to 30.
void AsterCore::Inside::retry(Job job) {
  const bool is_snapshot =
      job.use == Use::Positions || job.use == Use::OpenOrders || job.use == Use::Balance;
  if (is_snapshot) {
    snapshot_.abandon();
    std::erase_if(waiting_, [](const Job& other) {
      return other.use == Use::Positions || other.use == Use::OpenOrders ||
             other.use == Use::Balance;
    });
    std::erase_if(outstanding_, [](const auto& item) {
      const Use use = item.second.job.use;
      return use == Use::Positions || use == Use::OpenOrders || use == Use::Balance;
    });
    snapshot_wanted_ = false;
    return want_snapshot(kSnapshotAgain);
  }
  if (job.use == Use::ListenKey) return user_.closed(now_.steady);
  if (job.use == Use::MarkPrices) return;  // The next one is due soon.
  if (job.use == Use::KeepKey && !user_.is_open()) return;
  const Duration wait = kAskAgain * std::min(job.tries + 1, 30);
  ask_again(std::move(job), wait);
}

void AsterCore::Inside::setting_refused(const Job& job, std::string_view why) {
  const bool isolated = job.number == static_cast<std::int64_t>(MarginType::Isolated);
  const std::string what = job.use == Use::Leverage ? "leverage " + std::to_string(job.number)
                           : isolated               ? "margin type isolated"
                                                    : "margin type crossed";
  fault(job.symbol + ": " + what + " was refused, it stays as it was: " + std::string(why));
}

void AsterCore::Inside::bad_keys(std::string_view why) {
  fault("the venue does not take our keys: " + std::string(why));
  if (std::exchange(halted_, true)) return;
  push(EntriesHalted{names_.intern("the venue does not take our keys")});
}

// A nonce or time stamp was refused: nothing signed leaves until the venue's clock is known anew.
void AsterCore::Inside::clock_was_wrong() {
  clock_.forget();
  fault("the venue refused the time of a request; its clock is read again");
  if (!is_asked(Use::ServerTime)) ask({.use = Use::ServerTime});
}

// The venue has done nothing with it.
void AsterCore::Inside::refused(const Command& command, RejectReason reason) {
  std::visit(Overload{[&](const SubmitOrder& c) {
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
void AsterCore::Inside::unknown(const Command& command) {
  std::visit(
      Overload{[&](const SubmitOrder& c) { push(OutcomeUnknown{c.order}); },
               [&](const AmendOrder& c) { push(OutcomeUnknown{c.order}); },
               [&](const CancelOrder& c) { push(OutcomeUnknown{c.order}); }, [](const auto&) {}},
      command);
}

// ---- Orders.

void AsterCore::Inside::take_orders(Outstanding& outstanding, std::string_view body) {
  const std::vector<Command>& commands = outstanding.job.commands;
  std::vector<BatchRow> rows;
  std::string flaw;
  if (commands.size() == 1) {
    if (auto row = read_order(body)) {
      rows.push_back({.order = std::move(*row)});
    } else {
      flaw = row.error();
    }
  } else if (auto batch = read_batch(body)) {
    rows = std::move(*batch);
    if (rows.size() != commands.size()) flaw = "has as many rows as orders were sent, or should";
  } else {
    flaw = batch.error();
  }
  if (!flaw.empty()) {
    fault(std::string(outstanding.label) + ": the answer " + flaw);
    for (const Command& command : commands) unknown(command);
    return;
  }
  for (std::size_t index = 0; index < commands.size(); ++index) {
    const BatchRow& row = rows[index];
    const OrderId order = std::get<SubmitOrder>(commands[index]).order;
    if (row.order) {
      accept(order, *row.order);
      continue;
    }
    const Verdict verdict = judge(400, row.error.code);
    if (hints_at_rules(row.error.code)) look_at_rules();
    if (verdict.meaning == Meaning::Unknown || verdict.meaning == Meaning::BadClock) {
      unknown(commands[index]);
    } else {
      refused(commands[index], verdict.reason);
    }
  }
}

void AsterCore::Inside::accept(OrderId order, const OrderRow& row) {
  if (!row.client_id.empty() && ours(row.client_id) != order) {
    fault("POST order: the answer is about order " + row.client_id + ", not " + to_text(order));
    return push(OutcomeUnknown{order});
  }
  note_news(row.time);
  memory_.note_number(row.order, order);
  if (row.standing == Standing::Rejected) {
    return push(OrderRejected{order, RejectReason::Other});
  }
  memory_.note_terms(order, row.quantity, row.limit_price.value_or(Price()), now_.steady);
  if (memory_.take(order, {.time = row.time, .kind = kAccepted}, now_.steady)) {
    push(OrderAccepted{order});
  }
  const Word end{.is_final = true, .time = row.time, .kind = kEnded};
  if (row.standing == Standing::Expired && memory_.take(order, end, now_.steady)) {
    push(OrderExpired{order});
  }
}

void AsterCore::Inside::take_amended(const Outstanding& outstanding, std::string_view body) {
  const auto& amend = std::get<AmendOrder>(outstanding.job.commands.front());
  const auto row = read_order(body);
  if (!row) {
    fault("PUT order: the answer's " + row.error());
    return push(OutcomeUnknown{amend.order});
  }
  note_news(row->time);
  memory_.note_number(row->order, amend.order);
  const Price price = row->limit_price.value_or(amend.limit_price);
  memory_.note_terms(amend.order, row->quantity, price, now_.steady);
  const Word word{.time = row->time, .kind = kAmended};
  // It is the answer that the engine waits for, unless the order has moved on since.
  if (memory_.is_overtaken(amend.order, word)) return;
  memory_.take(amend.order, word, now_.steady);
  push(OrderAmended{amend.order, row->quantity, price});
}

void AsterCore::Inside::take_canceled(const Outstanding& outstanding, std::string_view body) {
  const auto& cancel = std::get<CancelOrder>(outstanding.job.commands.front());
  const auto row = read_order(body);
  if (!row || row->standing != Standing::Canceled) {
    fault("DELETE order: " + (row ? "the order is not canceled" : "the answer's " + row.error()));
    return push(OutcomeUnknown{cancel.order});
  }
  note_news(row->time);
  memory_.note_number(row->order, cancel.order);
  const Word end{.is_final = true, .time = row->time, .kind = kEnded};
  if (memory_.take(cancel.order, end, now_.steady)) push(OrderCanceled{cancel.order});
}

void AsterCore::Inside::take_query(Outstanding& outstanding, std::string_view body) {
  const OrderId order = std::get<QueryOrder>(outstanding.job.commands.front()).order;
  const auto row = read_order(body);
  if (!row) {
    fault("GET order: the answer's " + row.error());
    return retry(std::move(outstanding.job));
  }
  memory_.note_number(row->order, order);
  const Word word{.is_final = is_final(row->standing), .time = row->time, .kind = kAccepted};
  const bool is_old = memory_.is_overtaken(order, word) || row->filled < memory_.filled(order);
  if (is_old && outstanding.job.tries < kDoubtsMost) {
    const Duration wait = outstanding.job.tries == 0 ? Duration() : kAskAgain;
    return ask_again(std::move(outstanding.job), wait);
  }
  note_news(row->time);
  memory_.take(order, word, now_.steady);
  push(QueryAnswered{.order = order,
                     .status = query_status(row->standing),
                     .filled_quantity = row->filled,
                     .average_price = row->average_price,
                     .quantity = row->quantity,
                     .limit_price = row->limit_price});
}

// Final only once the order can no longer arrive.
void AsterCore::Inside::not_found(Outstanding& outstanding) {
  const OrderId order = std::get<QueryOrder>(outstanding.job.commands.front()).order;
  const Timestamp since = memory_.sent(order).value_or(started_);
  if (outstanding.sent < since + kFinal) {
    const Duration wait = since + kFinal - now_.steady;
    return ask_again(std::move(outstanding.job), std::max(wait, Duration()));
  }
  const auto heard = memory_.heard(order);
  if (heard && *heard >= outstanding.sent) return retry(std::move(outstanding.job));
  push(QueryAnswered{.order = order,
                     .status = QueryStatus::NotFound,
                     .filled_quantity = {},
                     .average_price = {},
                     .quantity = {},
                     .limit_price = {}});
}

}  // namespace tranchet::aster
