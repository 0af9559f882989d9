#include "backtest/wargame/world_parts.h"

namespace tranchet {

// ---- Time.

void World::at(Timestamp time, std::function<void()> act) {
  tasks_.add(std::max(time, now_), std::move(act));
}

void World::at_process(Timestamp time, std::uint64_t incarnation, std::function<void()> act) {
  at(time, [this, incarnation, act = std::move(act)] {
    if (process_ == nullptr || incarnation != incarnation_) return;
    if (now_ < paused_until_) {
      at_process(paused_until_, incarnation, act);
      return;
    }
    act();
    run_process();
  });
}

void World::move_to(Timestamp time) {
  now_ = std::max(now_, time);
  clock_.move_to(now_);
}

// When the process wakes by itself: a time-out, a timer.
Timestamp World::process_wake() {
  if (process_ == nullptr) return kNever;
  const auto due = process_->next_due();
  if (!due) return kNever;
  return std::max({*due, paused_until_, now_});
}

void World::step() {
  const Timestamp wake = process_wake();
  if (tasks_.next_time() <= wake) {
    move_to(tasks_.next_time());
    tasks_.take()();
  } else {
    move_to(wake);
    run_process();
  }
  send_stream();
}

void World::run_process() {
  if (process_ != nullptr && !process_->run()) end_of_process();
}

// ---- The wire.

void World::send(const Request& request) {
  const auto sent = [&](const Command& command, std::uint64_t nonce) {
    invariants_.on_sent({.command = command,
                         .cause = request.cause,
                         .durable = disk_.durable(),
                         .nonce = nonce,
                         .time = now_});
  };
  sent(request.command, request.nonce);
  for (const Command& other : request.others) sent(other, 0);  // The same bytes.
  const Passage passage = network_.request();
  if (!passage.delay) return;
  at(now_ + *passage.delay, [this, request, repeat = passage.repeat] { arrive(request, repeat); });
}

void World::count_arrival(const Request& request) {
  if (plan_.exchange != Exchange::Shares) return;
  const auto* order = std::get_if<SubmitOrder>(&request.command);
  const bool is_entry = order != nullptr && order->purpose == Purpose::Entry;
  const std::string excess = arrivals_.add(now_, request.weight, is_entry);
  if (excess.empty() || is_over()) return;
  result_.violation = Violation{.invariant = 0, .sequence = seen_, .text = excess};
}

// `repeat`: somebody on the way sends the same bytes once more, but not after a clear refusal.
void World::arrive(const Request& request, std::optional<Duration> repeat) {
  count_arrival(request);
  const Response response = gate_.receive(request, now_);
  if (repeat && response.verdict != Verdict::TooMany) {
    at(now_ + *repeat, [this, request] { arrive(request, std::nullopt); });
  }
  const Passage passage = network_.response();
  if (!passage.delay) return;
  at_process(now_ + *passage.delay, request.incarnation,
             [this, response] { process_->link().on_response(response); });
}

void World::connect(Stream stream, std::uint64_t incarnation) {
  const Duration backoff = plan_.faults.empty() || healed_
                               ? Duration()
                               : random_.between(Duration::milliseconds(100), Duration::seconds(4));
  at(now_ + backoff + network_.one_way(), [this, stream, incarnation] {
    Line& connection = line(stream);
    // Whoever wanted it is dead, and must not take the stream from its successor, which would never
    // hear that it is connected.
    if (incarnation != incarnation_ && connection.up) return;
    ++connection.number;
    connection.up = true;
    connection.last_delivery = now_;
    deliver(stream, {.delay = network_.one_way()},
            [this, stream, incarnation, venue_time = now_, usage = gate_.usage(now_)] {
              if (incarnation != incarnation_) return;
              process_->link().on_connected(stream, venue_time, usage);
            });
  });
}

void World::fetch_trades(Timestamp since, std::uint64_t incarnation) {
  at(now_ + network_.one_way(), [this, since, incarnation] {
    const Timestamp venue_time = now_;
    auto fills = gate_.trades_since(since);
    at_process(now_ + network_.one_way(), incarnation,
               [this, fills = std::move(fills), venue_time] {
                 process_->link().on_trades(fills, venue_time);
               });
  });
}

// A stream keeps its order, but for what overtakes; what is on the way when it is cut is gone.
void World::deliver(Stream stream, const Passage& passage, std::function<void()> act) {
  Line& connection = line(stream);
  const std::uint64_t number = connection.number;
  const auto arrive_at = [&](Timestamp time) {
    at_process(time, incarnation_, [this, stream, number, act] {
      if (line(stream).number == number && line(stream).up) act();
    });
  };
  Timestamp time = now_ + *passage.delay;
  if (!passage.overtakes) {
    time = std::max(time, connection.last_delivery);
    connection.last_delivery = time;
  }
  arrive_at(time);
  if (passage.repeat) arrive_at(now_ + *passage.repeat);
}

void World::send_stream() {
  for (const Update& update : gate_.take_stream()) {
    if (!line(Stream::User).up) continue;
    deliver(Stream::User, network_.message(),
            [this, update] { process_->link().on_message(update); });
  }
  for (const InstrumentListed& rules : gate_.take_new_rules()) {
    at_process(now_ + random_.between(Duration(), Duration::seconds(20)), incarnation_,
               [this, rules, made = ++rules_made_] {
                 // What was read later holds, even if it is told sooner. In worlds of the older
                 // profiles it is overruled, for the digests of their seeds stay what they are.
                 std::uint64_t& told = rules_told_[rules.instrument];
                 if (made < told && plan_.profile == Profile::Adoption) return;
                 told = std::max(told, made);
                 tell_rules(rules);
               });
  }
}

void World::tell_rules(InstrumentListed rules) {
  const InstrumentListed& known = process_->engine().state().instrument(rules.instrument).rules;
  rules.symbol = known.symbol;
  const bool is_known =
      known.tick_size == rules.tick_size && known.min_notional == rules.min_notional;
  if (!is_known) process_->link().on_input(rules);
}

}  // namespace tranchet
