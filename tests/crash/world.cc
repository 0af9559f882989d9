#include "tests/crash/world.h"

#include <utility>

#include "events/log/crc32c.h"
#include "events/log/json.h"
#include "events/log/log_error.h"
#include "replay/verify.h"

namespace tranchet::crash {

World::World(std::filesystem::path log, std::uint64_t seed)
    : log_(std::move(log)), market_(seed), venue_(Market::venue()), now_(Market::start()) {
  for (const InstrumentListed& rules : Market::opening(names_).instruments) venue_.list(rules);
}

void World::take(const ToVenue& frame) {
  if (frame.kind == ToVenue::Kind::Event) {
    unacknowledged_[number(frame.sequence)] = frame.checksum;
  }
  if (frame.kind == ToVenue::Kind::Done && frame.acknowledged == frame.sequence) {
    digests_ = {frame.sequence, frame.command_digest, frame.state_digest};
  }
  if (frame.kind == ToVenue::Kind::Ask) {
    if (const auto* submit = std::get_if<SubmitOrder>(&frame.command)) ++submits_[submit->order];
    venue_.submit(std::span(&frame.command, 1), now_);
    return;
  }
  while (!unacknowledged_.empty() && unacknowledged_.begin()->first <= number(frame.acknowledged)) {
    checksums_.insert(unacknowledged_.extract(unacknowledged_.begin()));
  }
}

bool World::greet(TraderProcess& trader) {
  while (const auto frame = trader.hear()) {
    if (frame->kind == ToVenue::Kind::Ready) return true;
    take(*frame);
  }
  return false;
}

bool World::tell(TraderProcess& trader, const EventBody& body) {
  if (!trader.tell({.kind = ToTrader::Kind::Input, .time = now_, .body = body})) return false;
  while (const auto frame = trader.hear()) {
    take(*frame);
    if (frame->kind == ToVenue::Kind::Done) return true;
  }
  return false;
}

bool World::answer(TraderProcess& trader) {
  for (std::vector<Occurrence> answers;; answers.clear()) {
    venue_.advance(now_, answers);
    if (answers.empty()) return true;
    for (const Occurrence& answer : answers) {
      // A dead trader's answers are lost.
      if (!tell(trader, answer.body)) return false;
    }
  }
}

bool World::live(TraderProcess& trader, bool quiet) {
  const Market::Moment moment = quiet ? market_.next_quiet() : market_.next();
  std::vector<Occurrence> lost;
  venue_.advance(now_, lost);
  now_ = moment.time;
  for (const EventBody& price : moment.prices) {
    venue_.observe(price, now_);
    if (!tell(trader, price) || !answer(trader)) return false;
  }
  for (const EventBody& act : moment.acts) {
    if (!tell(trader, act) || !answer(trader)) return false;
  }
  return true;
}

void World::hear_out(TraderProcess& trader) {
  while (const auto frame = trader.hear()) take(*frame);
  unacknowledged_.clear();
}

std::string World::flaw_of_event(const Event& event, const Names& names) {
  const auto said = checksums_.find(number(event.sequence));
  if (said == checksums_.end()) return {};
  const std::string line = event_json(event, names);
  if (crc32c(std::as_bytes(std::span(line))) == said->second) return {};
  return "event " + std::to_string(said->first) + " is not the one acknowledged";
}

std::string World::flaw_of_log() {
  for (const auto& [id, count] : submits_) {
    if (count > 1) return to_text(id) + " was sent " + std::to_string(count) + " times";
  }
  if (!std::filesystem::exists(log_ / kDataFile)) {
    return checksums_.empty() ? std::string() : "the log is gone";
  }
  const auto checked = check_in_child(log_);
  if (!checked) return checked.error().message;
  last_ = number(checked->last);
  if (!checksums_.empty() && checksums_.rbegin()->first > last_) {
    return "event " + std::to_string(checksums_.rbegin()->first) +
           " was acknowledged, and the log ends at " + std::to_string(last_);
  }
  auto reader = LogReader::open(log_);
  if (!reader) return reader.error().message;
  std::string flaw;
  Names names = (*reader)->names();
  engine_.emplace(Market::opening(names).settings);
  const auto replayed = replay(**reader, {.visit = [&](const Event& event, const Output&) {
    if (flaw.empty()) flaw = flaw_of_event(event, names);
    Output output;
    engine_->apply(event, output);
    if (!digests_ || event.sequence != digests_->sequence || !flaw.empty()) return;
    if (engine_->command_digest() != digests_->commands ||
        engine_->state_digest() != digests_->state) {
      flaw = "the log leads to another state at event " + std::to_string(number(event.sequence));
    }
  }});
  if (!flaw.empty()) return flaw;
  if (last_ == 0) return {};
  if (!replayed) return replayed.error().message;
  if (replayed->divergence) {
    return "the digests noted at event " + std::to_string(number(replayed->divergence->sequence)) +
           " are others";
  }
  return {};
}

std::string World::flaw_of_books() {
  if (!engine_) return {};
  for (const InstrumentState& instrument : engine_->state().instruments) {
    for (const Position& position : instrument.positions) {
      const Quantity booked = open_quantity(position) + position.ignored;
      const Quantity held = venue_.position(position.key).quantity;
      if (booked != held) {
        return std::string(names_.symbol(position.key.instrument)) + " " +
               std::string(to_text(position.key.side)) + ": the books hold " + to_text(booked) +
               " and the venue " + to_text(held);
      }
      for (const Tranche& tranche : position.tranches) {
        if (naked_quantity(engine_->state(), tranche).is_positive() && !tranche.closing) {
          return "tranche " + std::to_string(tranche.ordinal) + " has no stop";
        }
      }
    }
  }
  for (const auto& [id, order] : venue_.open_orders()) {
    const auto known = engine_->state().orders.find(id);
    if (known == engine_->state().orders.end() || known->second.is_finished()) {
      return to_text(id) + " rests at the venue, and the books are done with it";
    }
  }
  return {};
}

}  // namespace tranchet::crash
