#include "adapters/gateway/ledger.h"

namespace tranchet {
namespace {

template <class T>
void keep(std::deque<T>& list, T value, std::size_t most) {
  list.push_back(std::move(value));
  if (list.size() > most) list.pop_front();
}

bool is_act(const EventBody& body) {
  return std::holds_alternative<EntrySignal>(body) ||
         std::holds_alternative<CloseRequested>(body) ||
         std::holds_alternative<ProtectionRequested>(body) ||
         std::holds_alternative<EntriesHalted>(body) ||
         std::holds_alternative<EntriesResumed>(body) || std::holds_alternative<KillSwitch>(body) ||
         std::holds_alternative<AdoptionRequested>(body) ||
         std::holds_alternative<UsersReloaded>(body);
}

}  // namespace

void Ledger::take(const Event& event, const Output& output, const State& state) {
  take_body(event, state);
  for (const Booking& booking : output.bookings) take_booking(booking, event);
  for (const Command& command : output.commands) take_command(command, event);
  if (output.bookings.empty()) return;
  // A position that is flat again begins anew; after the commands, which still tell of the old one.
  std::erase_if(lives_, [&](const auto& life) {
    return !open_quantity(state.position(life.first)).is_positive();
  });
}

void Ledger::take_body(const Event& event, const State& state) {
  if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    take_price(mark->instrument, mark->price, event.time);
  } else if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    // Where there are marks, they alone are the line that tranches are valued at.
    const bool trades_are_marks =
        state.settings.choice<MarkSourceChoice>(Setting::MarkSource) == MarkSourceChoice::Trade;
    if (trades_are_marks || !state.instrument(trade->instrument).mark) {
      take_price(trade->instrument, trade->price, event.time);
    }
  } else if (const auto* started = std::get_if<RunStarted>(&event.body)) {
    run_ = *started;
  } else if (const auto* up = std::get_if<Connected>(&event.body)) {
    streams_[static_cast<std::size_t>(up->stream) - 1] = true;
  } else if (const auto* down = std::get_if<Disconnected>(&event.body)) {
    streams_[static_cast<std::size_t>(down->stream) - 1] = false;
  } else if (const auto* conflated = std::get_if<Conflated>(&event.body)) {
    totals_.conflated += conflated->merged;
  } else if (const auto* reported = std::get_if<BalanceReported>(&event.body)) {
    reported_balance_ = reported->balance;
    net_when_reported_ = totals_.net();
  } else if (is_act(event.body)) {
    keep(acts_, Act{event.sequence, event.time, event.body}, kActs);
    if (std::holds_alternative<KillSwitch>(event.body)) killed_ = true;
    if (std::holds_alternative<EntriesResumed>(event.body)) killed_ = false;
  }
}

void Ledger::take_price(InstrumentId instrument, Price price, Timestamp time) {
  const auto index = static_cast<std::size_t>(instrument) - 1;
  if (index >= candles_.size()) candles_.resize(index + 1);
  candles_[index].add(price, time);
}

void Ledger::take_booking(const Booking& booking, const Event& event) {
  std::visit(
      Overload{
          [&](const TrancheOpened& opened) {
            ++totals_.tranches_opened;
            tranches_.emplace(opened.tranche_id, event.time);
            lives_.emplace(opened.key, Life{.opened = event.time});
          },
          [&](const FillBooked& fill) {
            ++totals_.fills;
            totals_.realized_pnl = totals_.realized_pnl + fill.realized_pnl;
            totals_.fees = totals_.fees + fill.fee;
            keep(fills_, LedgerFill{event.sequence, event.time, fill}, kFills);
          },
          [&](const FeeCorrected& corrected) { totals_.fees = totals_.fees + corrected.fee; },
          [&](const FundingBooked& funding) { totals_.funding = totals_.funding + funding.amount; },
          [&](const TrancheMerged& merged) {
            ++totals_.merged;
            tranches_.erase(merged.from);
          },
          [](const TrancheClosed&) {}},
      booking);
}

void Ledger::take_command(const Command& command, const Event& event) {
  if (std::holds_alternative<SubmitOrder>(command)) {
    ++totals_.submitted;
  } else if (const auto* alert = std::get_if<Alert>(&command)) {
    ++totals_.alerts;
    keep(notices_, Notice{event.sequence, event.time, *alert}, kNotices);
  } else if (const auto* refused = std::get_if<EntryRefused>(&command)) {
    ++totals_.refused;
    keep(notices_, Notice{event.sequence, event.time, *refused}, kNotices);
  } else if (const auto* closed = std::get_if<TradeClosed>(&command)) {
    ++totals_.trades;
    if ((closed->realized_pnl - closed->fees).is_positive()) ++totals_.wins;
    ++totals_.exits[static_cast<std::size_t>(closed->reason) - 1];
    const PositionKey key{closed->instrument, closed->position_side};
    if (const auto life = lives_.find(key); life != lives_.end()) {
      life->second.realized_pnl = life->second.realized_pnl + closed->realized_pnl;
    }
    keep(trades_,
         ClosedTrade{event.sequence, opened(closed->tranche_id).value_or(event.time), event.time,
                     *closed},
         kTrades);
    tranches_.erase(closed->tranche_id);
  }
}

const Candles* Ledger::candles(InstrumentId instrument) const {
  const auto index = static_cast<std::size_t>(instrument) - 1;
  return index < candles_.size() ? &candles_[index] : nullptr;
}

std::optional<Money> Ledger::balance() const {
  if (!reported_balance_) return std::nullopt;
  return *reported_balance_ + totals_.net() - net_when_reported_;
}

std::optional<Timestamp> Ledger::opened(TrancheId tranche) const {
  const auto found = tranches_.find(tranche);
  return found == tranches_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Timestamp> Ledger::opened(PositionKey key) const {
  const auto found = lives_.find(key);
  return found == lives_.end() ? std::nullopt : std::optional(found->second.opened);
}

Money Ledger::realized(PositionKey key) const {
  const auto found = lives_.find(key);
  return found == lives_.end() ? Money() : found->second.realized_pnl;
}

std::optional<bool> Ledger::stream(Stream stream) const {
  return streams_[static_cast<std::size_t>(stream) - 1];
}

}  // namespace tranchet
