// Good-till-triggered orders while the exchange is closed: what should stand of what is carried,
// the requests, and what their answers say.
#include <algorithm>

#include "adapters/fyers/core_parts.h"

namespace tranchet::fyers {
namespace {

// Orders of the day end with it. Where the stream has not said so, the order book does.
constexpr Duration kDayEnds = Duration::seconds(30);
constexpr Duration kLookAgain = Duration::minutes(1);

}  // namespace

bool FyersCore::Inside::is_carried(InstrumentId instrument) const {
  const Product product = product_of(instrument);
  return product == Product::Cnc || product == Product::Margin;
}

// What a life before this one has left stands, or has become an order: the engine is told that all
// of it is closed until that is known.
void FyersCore::Inside::begin_backup() {
  backup_.begin(now_.steady);
  for (const GttRecord& record : options_.gtt_records) {
    const std::string& symbol = record.terms.symbol;
    const bool is_ours = std::ranges::any_of(
        options_.symbols,
        [&symbol](const TradedSymbol& traded) { return traded.symbol == symbol; });
    if (!is_ours) {
      fault(symbol + " is not configured any more, and a good-till-triggered order of ours (" +
            to_text(record.terms) + ") may stand at the venue: look there");
      continue;
    }
    // Where it is off, they go whether it is open or not.
    if (!options_.gtt_backup) backup_.want(symbol, std::vector<GttTerms>(), now_.steady);
    const InstrumentId instrument = names_.instrument(symbol);
    if (closed_.contains(instrument)) continue;
    say_phase({.instrument = instrument, .phase = SessionPhase::Closed});
  }
}

void FyersCore::Inside::look_at_backup() {
  for (const InstrumentId instrument : std::set<InstrumentId>(opening_)) {
    say_phase({.instrument = instrument, .phase = SessionPhase::Open});
  }
  if (closed_.empty()) night_faults_.clear();
  if (token_is_dead()) return;
  if (backup_.wants_comparison() && !snapshot_.wanted) want_snapshot(Duration());
  while (const auto step = backup_.next(now_.steady)) {
    switch (step->act) {
      case OvernightBackup::Act::Place:
        ask({.use = Use::PlaceGtt, .first = step->entry});
        break;
      case OvernightBackup::Act::Cancel:
        ask({.use = Use::CancelGtt, .first = step->entry});
        break;
      case OvernightBackup::Act::AskBook:
        ask({.use = Use::GttBook});
        break;
      case OvernightBackup::Act::AskOrders:
        ask({.use = Use::GttOrders});
        break;
    }
  }
}

void FyersCore::Inside::on_gtt_kept(std::uint64_t version, Moment now) {
  backup_.kept(version);
  tick(now);
}

// ---- What should stand.

void FyersCore::Inside::on_carried(std::span<const CarriedInstrument> carried, Moment now) {
  see(now);
  // A market that halts within the hours keeps the orders of the day.
  const bool is_halt = options_.hours && options_.hours->is_open(now_.wall);
  if (!options_.gtt_backup || is_halt) return;
  for (const InstrumentId instrument : closed_) {
    if (opening_.contains(instrument)) continue;
    const std::string symbol(names_.symbol(instrument));
    const auto found = std::ranges::find(carried, instrument, &CarriedInstrument::instrument);
    if (!is_carried(instrument)) {
      backup_.want(symbol, std::vector<GttTerms>(), now_.steady);
    } else if (found == carried.end()) {
      backup_.want(symbol, std::nullopt, now_.steady);
    } else if (found->has_orders) {
      backup_.want(symbol, std::nullopt, now_.steady);
      look_at_orders_left(instrument);
    } else {
      orders_left_.erase(instrument);
      backup_.want(symbol, wanted_of(*found), now_.steady);
    }
  }
  tick(now);
}

void FyersCore::Inside::look_at_orders_left(InstrumentId instrument) {
  const auto [found, is_new] = orders_left_.try_emplace(instrument, now_.steady + kDayEnds);
  if (is_new || found->second > now_.steady) return;
  found->second = now_.steady + kLookAgain;
  fault_once(std::string(names_.symbol(instrument)) +
             ": orders of the day have not ended, so nothing else protects it over the night yet");
  want_snapshot(Duration());
}

// Nullopt: there is no price yet.
std::optional<std::vector<GttTerms>> FyersCore::Inside::wanted_of(
    const CarriedInstrument& carried) {
  std::vector<GttTerms> all;
  if (carried.tranches.empty()) return all;
  if (!carried.last) return std::nullopt;
  const std::string symbol(names_.symbol(carried.instrument));
  const InstrumentListed* rules = rules_of(carried.instrument);
  for (const CarriedTranche& tranche : carried.tranches) {
    const bool is_long = tranche.position_side == PositionSide::Long;
    const auto is_passed = [&](Price price, bool lies_above) {
      return lies_above ? price <= *carried.last : price >= *carried.last;
    };
    if (tranche.stop && is_passed(*tranche.stop, !is_long)) {
      fault_once(symbol + ": the last price " + to_text(*carried.last) +
                 " has passed the stop at " + to_text(*tranche.stop) + ": nothing protects " +
                 to_text(tranche.quantity) + " over the night");
      continue;
    }
    Maybe<Price> target = tranche.target;
    if (target && is_passed(*target, is_long)) target = std::nullopt;
    GttTerms terms{.symbol = symbol,
                   .product = product_of(carried.instrument),
                   .side = is_long ? Side::Sell : Side::Buy,
                   .quantity = tranche.quantity,
                   .above = {},
                   .below = {}};
    const auto place = [&](Maybe<Price> trigger, std::optional<GttLeg>& leg) {
      if (trigger) leg = leg_at(*trigger, terms.side, carried.instrument);
    };
    place(target, is_long ? terms.above : terms.below);
    place(tranche.stop, is_long ? terms.below : terms.above);
    if (!terms.above && !terms.below) continue;
    // In slices of the freeze quantity, like orders of the day.
    const Quantity most = rules == nullptr ? Quantity() : rules->max_quantity;
    Quantity left = tranche.quantity;
    while (left.is_positive()) {
      terms.quantity = most.is_positive() ? std::min(left, most) : left;
      left -= terms.quantity;
      all.push_back(terms);
    }
  }
  return all;
}

// The limit gives up a little, so that it fills where the price opens beyond the trigger; what it
// fills at is the market's. Not beyond today's circuit limits, if the trigger lies within them:
// those of the next day are not known.
GttLeg FyersCore::Inside::leg_at(Price trigger, Side side, InstrumentId instrument) const {
  const Price limit = beyond(trigger, side, options_.gtt_limit_offset, instrument);
  const Price nearer = within_circuit(limit, instrument);
  const bool gives_up = side == Side::Buy ? nearer >= trigger : nearer <= trigger;
  return {.trigger = trigger, .limit = gives_up ? nearer : limit};
}

void FyersCore::Inside::fault_once(const std::string& text) {
  if (night_faults_.insert(text).second) fault(text);
}

// ---- Answers.

void FyersCore::Inside::take_backup(const Outstanding& outstanding, const Envelope& envelope,
                                    std::string_view body) {
  const Job& job = outstanding.job;
  if (job.use == Use::PlaceGtt) {
    if (is_plain_id(envelope.id)) return backup_.placed(job.first, envelope.id);
    fault("POST gtt/orders: the answer names no id");
    return backup_.unknown(job.first, now_.steady);
  }
  if (job.use == Use::CancelGtt) return backup_.cancelled(job.first);
  if (job.use == Use::GttBook) {
    const auto rows = read_gtt_orders(body);
    if (rows) return backup_.take_book(*rows, outstanding.sent, now_.steady);
    fault("GET gtt/orders: " + rows.error());
    return backup_.book_failed(now_.steady);
  }
  if (job.use != Use::GttOrders) return;  // What became of it, the order book says.
  const auto rows = read_orders(body);
  if (!rows) {
    fault("GET orders: " + rows.error());
    return backup_.orders_failed(now_.steady);
  }
  for (const std::string& stray : backup_.take_orders(*rows, now_.steady)) {
    ask({.use = Use::CancelStray, .venue_id = stray});
  }
  if (!backup_.wants_comparison()) return;
  // One that is under way may have begun before.
  snapshot_.overtaken = true;
  want_snapshot(Duration());
}

void FyersCore::Inside::backup_failed(const Job& job, const Verdict& verdict,
                                      const std::string& why) {
  const bool changes = job.use == Use::PlaceGtt || job.use == Use::CancelGtt;
  if (verdict.meaning == Meaning::NotNow) return backup_not_sent(job);
  if (changes && verdict.meaning == Meaning::Unknown) return backup_lost(job);
  if (changes) {
    fault("good-till-triggered " + to_text(backup_.record(job.first).terms) + ": " +
          (job.use == Use::PlaceGtt ? "refused: " : "cannot be cancelled: ") + why);
    return backup_.refused(job.first, now_.steady);
  }
  if (job.use != Use::CancelStray) {
    fault((job.use == Use::GttBook ? "GET gtt/orders: " : "GET orders: ") + why);
  }
  backup_not_sent(job);
}

// Sent, and no word of what came of it.
void FyersCore::Inside::backup_lost(const Job& job) {
  if (job.use != Use::PlaceGtt && job.use != Use::CancelGtt) return backup_not_sent(job);
  fault("good-till-triggered " + to_text(backup_.record(job.first).terms) +
        (job.use == Use::PlaceGtt ? ": not known whether it stands"
                                  : ": not known whether it is cancelled") +
        "; the venue's book of them is asked");
  backup_.unknown(job.first, now_.steady);
}

void FyersCore::Inside::backup_not_sent(const Job& job) {
  switch (job.use) {
    case Use::PlaceGtt:
    case Use::CancelGtt:
      return backup_.not_sent(job.first, now_.steady);
    case Use::GttBook:
      return backup_.book_failed(now_.steady);
    case Use::GttOrders:
      return backup_.orders_failed(now_.steady);
    default:
      return;  // A stray: it is still in the order book, which is asked again.
  }
}

}  // namespace tranchet::fyers
