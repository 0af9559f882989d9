#include "backtest/wargame/world_parts.h"

namespace tranchet {

void World::take(const Stimulus& stimulus) {
  if (const auto* fault = std::get_if<FaultStrike>(&stimulus.what)) {
    tell_fault(*fault);
    strike(*fault);
    return;
  }
  const auto& body = std::get<EventBody>(stimulus.what);
  const bool is_market =
      std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
      std::holds_alternative<BookTop>(body) || std::holds_alternative<FundingRate>(body);
  if (is_market) {
    take_market(body);
  } else {
    at_process(now_, incarnation_, [this, body] { process_->link().on_input(body); });
  }
}

// Nobody of ours is there to hear of it.
void World::take_early(const Stimulus& stimulus) {
  move_to(stimulus.time);
  if (const auto* fault = std::get_if<FaultStrike>(&stimulus.what)) {
    tell_fault(*fault);
    gate_.strike(*fault, now_);
  } else {
    gate_.observe(std::get<EventBody>(stimulus.what), now_);
  }
  gate_.take_stream();
}

void World::take_market(const EventBody& body) {
  if (const auto* trade = std::get_if<TradePrinted>(&body)) {
    last_prices_[trade->instrument] = trade->price;
  }
  gate_.observe(body, now_);
  send_stream();
  if (!line(Stream::Market).up) return;
  deliver(Stream::Market, {.delay = network_.one_way()},
          [this, body] { process_->link().on_input(body); });
}

void World::strike(const FaultStrike& strike) {
  const std::uint64_t number = strike.number;
  switch (strike.fault) {
    case Fault::StreamCut:
    case Fault::SessionEnd:
      return strike_stream(Stream::User, false, number);
    case Fault::MarketCut:
      return strike_stream(Stream::Market, false, number);
    case Fault::HalfOpen:
      return strike_stream(number % 4 == 0 ? Stream::Market : Stream::User, true, number);
    case Fault::Maintenance:
      gate_.strike(strike, now_);
      at(now_ + Duration::seconds(static_cast<std::int64_t>(1 + number % 40)),
         [this] { gate_.end_maintenance(); });
      return;
    case Fault::TradingHalt:
    case Fault::ForeignTrade:
    case Fault::ForeignOrder:
    case Fault::Deleveraging:
    case Fault::FiltersChange:
      gate_.strike(strike, now_);
      return;
    case Fault::TornWrite:
    case Fault::LostTail:
    case Fault::RottenRecord:
    case Fault::DiskFull:
    case Fault::FailingSync:
    case Fault::Kill:
      return strike_disk(strike);
    case Fault::SlowDisk:
      paused_until_ =
          now_ + Duration::milliseconds(static_cast<std::int64_t>(500 + number % 7'000));
      marks_.reach(Mark::SlowCommit);
      return;
    case Fault::Pause:
      paused_until_ = now_ + Duration::seconds(static_cast<std::int64_t>(5 + number % 200));
      marks_.reach(Mark::ProcessPaused);
      return;
    case Fault::SecondStart: {
      if (process_ == nullptr) return;
      const auto second = disk_.open();
      const bool refused = !second && second.error().kind == LogErrorKind::LockedByOther;
      invariants_.on_log_refused(refused);
      marks_.reach(Mark::SecondStartRefused);
      return;
    }
    case Fault::ClockSkew: {
      const auto milliseconds = static_cast<std::int64_t>(number % 6'000) - 3'000;
      if (Duration::milliseconds(milliseconds) < clock_.skew()) marks_.reach(Mark::ClockStepsBack);
      clock_.set_skew(Duration::milliseconds(milliseconds));
      return;
    }
    default:
      ENSURE(false);  // The others have no moment of their own.
  }
}

// A death of the process, and what it does to the disk or the disk to it.
void World::strike_disk(const FaultStrike& strike) {
  if (process_ == nullptr) return;
  const std::uint64_t number = strike.number;
  switch (strike.fault) {
    case Fault::TornWrite:
      return disk_.arm(DiskFault::TornCommit);
    case Fault::DiskFull:
      return disk_.arm(DiskFault::Full);
    case Fault::FailingSync:
      return disk_.arm(number % 2 == 0 ? DiskFault::SyncFails : DiskFault::SyncFailsKept);
    case Fault::RottenRecord:
      kill_process(Duration::seconds(static_cast<std::int64_t>(number % 30)));
      disk_.rot_somewhere(number / 32);
      return;
    case Fault::LostTail:
      kill_process(Duration::seconds(static_cast<std::int64_t>(number % 30)));
      disk_.lose_tail(1 + number / 32 % 5);
      return;
    default:
      break;
  }
  switch (number % 6) {
    case 0:
      return disk_.arm(DiskFault::KillBeforeCommit);
    case 1:
      return disk_.arm(DiskFault::KillAfterCommit);
    case 2:
    case 3:
      return process_->link().die_after(number / 8 % 4);
    default:
      return kill_process(Duration::milliseconds(static_cast<std::int64_t>(number / 8 % 90'000)));
  }
}

void World::strike_stream(Stream stream, bool half_open, std::uint64_t number) {
  Line& connection = line(stream);
  if (!connection.up) return;
  connection.up = false;
  ++connection.number;
  if (process_ == nullptr) return;
  const Duration until_noticed =
      half_open ? Duration::seconds(static_cast<std::int64_t>(15 + number % 20))
                : Duration::milliseconds(static_cast<std::int64_t>(number % 400));
  if (half_open) marks_.reach(Mark::HalfOpenNoticed);
  at_process(now_ + until_noticed, incarnation_,
             [this, stream] { process_->link().on_cut(stream); });
}

void World::tell_fault(const FaultStrike& strike) {
  if (!options_.tell) return;
  tell("-- " + to_text(now_) + " " + std::string(name_of(strike.fault)));
}

}  // namespace tranchet
