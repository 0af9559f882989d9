#include "adapters/fyers/core.h"

#include <algorithm>

#include "adapters/fyers/core_parts.h"
#include "adapters/fyers/data_requests.h"

namespace tranchet::fyers {
namespace {

constexpr Duration kSilenceOfUser = Duration::seconds(30);  // "ping" goes out every 10 s.
// The market is silent when it is closed; the shell pings every 20 s.
constexpr Duration kSilenceOfMarket = Duration::seconds(60);
// No prices for so long: people are told, and prices are asked for.
constexpr Duration kMarketLost = Duration::seconds(30);
constexpr Duration kAskPrices = Duration::seconds(5);
constexpr Duration kForget = Duration::hours(1);

// 09:15 to 15:30 of India, Monday to Friday: when silence means something. A holiday is told as
// silence, once.
bool is_session(Timestamp wall) {
  const std::int64_t day = indian_day(wall);
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday; 0: Monday.
  const Duration time = wall - start_of_indian_day(day);
  return weekday < 5 && time >= Duration::minutes(9 * 60 + 15) &&
         time < Duration::minutes(15 * 60 + 30);
}

// An index has no orders.
std::vector<WatchedSymbol> watched_symbols(const std::vector<TradedSymbol>& symbols, Names& names) {
  std::vector<WatchedSymbol> all;
  for (const TradedSymbol& traded : symbols) {
    if (is_index(traded.symbol)) continue;
    all.push_back({names.instrument(traded.symbol), market_of(traded.symbol)});
  }
  return all;
}

}  // namespace

FyersCore::Inside::Inside(const CoreOptions& options, AccessToken token, Names& names)
    : options_(options),
      token_(std::move(token)),
      names_(names),
      budget_(options.limits, {}, {}),
      user_(options.seed, "order stream", kSilenceOfUser),
      market_line_(options.seed, "market stream", kSilenceOfMarket),
      told_(names),
      session_(options.hours, watched_symbols(options.symbols, names)),
      closed_(options.closed.begin(), options.closed.end()),
      backup_(options.gtt_records),
      candles_(options.candles) {
  for (const TradedSymbol& traded : options.symbols) {
    const InstrumentId instrument = names.instrument(traded.symbol);
    products_[instrument] = traded.product;
    if (traded.charges) charges_[instrument] = *traded.charges;
  }
  for (const InstrumentListed& rules : options.listed) rules_[rules.instrument] = rules;
}

void FyersCore::Inside::see(Moment now) {
  now_.steady = std::max(now_.steady, now.steady);
  now_.wall = now.wall;
  told_.see(now.wall);
}

void FyersCore::Inside::start(Moment now) {
  see(now);
  started_ = now_.steady;
  market_heard_ = now_.steady;
  next_forgetting_ = now_.steady + kForget;
  budget_ = Budget(options_.limits, now_, options_.last_active);
  list_rules();
  begin_backup();
  begin_session();
  user_.start(now_.steady);
  market_line_.start(now_.steady);
  tick(now);
}

// What the symbol master of today says else than the log: a lot, a tick, a freeze quantity.
void FyersCore::Inside::list_rules() {
  for (const auto& [symbol, row] : options_.master) {
    const InstrumentListed rules = listed(row, names_);
    if (row.lower || row.upper) {
      circuits_[rules.instrument] = {rules.instrument, row.lower, row.upper};
    }
    if (!row.trades) fault(symbol + " does not trade today, says the symbol master");
    if (is_index(symbol)) continue;
    const auto known = rules_.find(rules.instrument);
    const auto same = [&](const InstrumentListed& other) {
      return other.tick_size == rules.tick_size && other.step_size == rules.step_size &&
             other.min_quantity == rules.min_quantity && other.max_quantity == rules.max_quantity &&
             other.market_max_quantity == rules.market_max_quantity;
    };
    if (known != rules_.end() && same(known->second)) continue;
    rules_[rules.instrument] = rules;
    push(rules);
  }
}

// ---- The port.

void FyersCore::Inside::submit(std::span<const Command> commands, Timestamp now) {
  told_.see(now);  // What is refused here is answered at once, and not before what it answers.
  for (const Command& command : commands) {
    if (std::holds_alternative<SubmitOrder>(command)) {
      ask({.use = Use::Orders, .commands = {command}});
    } else if (std::holds_alternative<AmendOrder>(command)) {
      ask({.use = Use::Amend, .commands = {command}});
    } else if (std::holds_alternative<CancelOrder>(command)) {
      ask({.use = Use::Cancel, .commands = {command}});
    } else if (std::holds_alternative<QueryOrder>(command)) {
      ask({.use = Use::Query, .commands = {command}});
    } else if (std::holds_alternative<RequestSnapshot>(command)) {
      want_snapshot(Duration());
    }
  }
  flush();
}

// ---- Time.

void FyersCore::Inside::tick(Moment now) {
  see(now);
  // One that is late may take others with it: the parts of a snapshot.
  const auto late = [this](const auto& item) { return item.second.sent + kTimeOut <= now_.steady; };
  while (true) {
    const auto found = std::ranges::find_if(outstanding_, late);
    if (found == outstanding_.end()) break;
    Outstanding lost = std::move(found->second);
    outstanding_.erase(found);
    time_out(std::move(lost), "no answer in 6 s");
  }
  look_at_due_orders();
  look_at_token();
  for (const Stream stream : {Stream::User, Stream::Market}) {
    if (line(stream).is_overdue(now_.steady)) close_line(stream);
    if (line(stream).wants_target(now_.steady)) connect(stream);
  }
  say_pings();
  look_at_drift();
  watch_market();
  look_at_session();
  look_at_backup();
  if (next_forgetting_ <= now_.steady) {
    next_forgetting_ = now_.steady + kForget;
    ledger_.forget_old(now_.steady);
  }
  flush();
}

void FyersCore::Inside::count_failure(std::string_view label) {
  const auto found = std::ranges::find(calls_, label, &CallCount::label);
  if (found != calls_.end()) ++found->failures;
}

void FyersCore::Inside::time_out(Outstanding late, const std::string& why) {
  count_failure(late.label);
  failed(late, {.meaning = Meaning::Unknown}, why);
}

void FyersCore::Inside::look_at_due_orders() {
  while (const auto order = ledger_.take_due(now_.steady)) {
    OrderRecord& record = *ledger_.find(*order);
    if (record.trades_until && *record.trades_until <= now_.steady) tell_total(*order, record);
    if (record.awaited_until && *record.awaited_until <= now_.steady) {
      record.awaited = Awaited::Nothing;
      record.awaited_until.reset();
      push(OutcomeUnknown{*order});
    }
    ledger_.note_due(*order);
  }
}

// It ends every morning, before the session. Nothing is halted for that: without an order stream
// the engine takes no entries, and with the next token all is as it was.
void FyersCore::Inside::look_at_token() {
  if (!token_is_dead() || std::exchange(told_dead_, true)) return;
  fault("the access token has ended: write a new one to the token file");
  for (const Stream stream : {Stream::User, Stream::Market}) {
    if (line(stream).wish()) close_line(stream);
  }
}

void FyersCore::Inside::renew(AccessToken token, Moment now) {
  see(now);
  token_ = std::move(token);
  halted_ = told_dead_ = false;
  has_topics_ = false;
  backup_.try_again();
  for (const Stream stream : {Stream::User, Stream::Market}) {
    if (line(stream).is_open()) close_line(stream);
    line(stream).start(now_.steady);
  }
  tick(now);
}

// Position messages that go on saying something else than the trades: some trades were not told.
void FyersCore::Inside::look_at_drift() {
  std::erase_if(drift_, [this](const auto& item) { return net_[item.first] == item.second.first; });
  const bool is_due = std::ranges::any_of(drift_, [this](const auto& item) {
    return item.second.second + kSnapshotAgain <= now_.steady;
  });
  if (!is_due) return;
  drift_.clear();
  want_snapshot(Duration());
}

void FyersCore::Inside::watch_market() {
  const bool is_quiet = market_heard_ + kMarketLost <= now_.steady;
  const bool is_missed = !market_line_.is_open() || is_session(now_.wall);
  if (!is_quiet || !is_missed || token_is_dead() || options_.symbols.empty()) {
    market_is_silent_ = false;
    return;
  }
  if (!std::exchange(market_is_silent_, true)) {
    fault("no market data for 30 s; prices are asked for until the stream is back");
    next_prices_ = now_.steady;
  }
  if (now_.steady < next_prices_) return;
  next_prices_ = now_.steady + kAskPrices;
  if (is_asked(Use::Quotes)) return;
  for (std::size_t first = 0; first < options_.symbols.size(); first += kQuotesMost) {
    ask({.use = Use::Quotes, .commands = {}, .first = first});
  }
}

std::optional<Timestamp> FyersCore::Inside::next_tick() const {
  Timestamp first = next_forgetting_;
  const auto add = [&first](std::optional<Timestamp> due) {
    if (due) first = std::min(first, *due);
  };
  for (const auto& [id, outstanding] : outstanding_) add(outstanding.sent + kTimeOut);
  for (const Job& job : waiting_) {
    // One that is due and still waits is behind another of its order.
    const Timestamp due = std::max(job.not_before, job.held_until);
    if (due > now_.steady) add(due);
  }
  for (const auto& [instrument, drift] : drift_) add(drift.second + kSnapshotAgain);
  add(ledger_.next_due());
  if (!token_is_dead()) add(backup_.next_due(now_.steady));
  add(user_.next_due());
  add(market_line_.next_due());
  if (user_.is_open()) add(next_ping_);
  if (feed_ && market_line_.is_open()) add(next_market_ping_);
  if (market_is_silent_) {
    add(next_prices_);
  } else if (market_heard_ + kMarketLost > now_.steady) {
    add(market_heard_ + kMarketLost);
  } else {
    add(now_.steady + kMarketLost);
  }
  const auto add_wall = [&](std::optional<Timestamp> due) {
    if (due) add(now_.steady + std::max(*due - now_.wall, Duration()));
  };
  if (!told_dead_) add_wall(token_.expires());
  add_wall(session_.next_due());
  if (!token_is_dead()) add_wall(candles_.next_due());
  return first;
}

bool FyersCore::Inside::is_idle() const {
  // These may wait for a minute's budget, and nobody waits for them.
  const auto matters = [](const Job& job) {
    return job.use != Use::History && job.use != Use::Status;
  };
  return told_.empty() && ready_.empty() && std::ranges::none_of(waiting_, matters) &&
         std::ranges::none_of(outstanding_,
                              [&](const auto& item) { return matters(item.second.job); }) &&
         !ledger_.next_due() && stands_;
}

// ---- FyersCore.

FyersCore::FyersCore(const CoreOptions& options, AccessToken token, Names& names)
    : inside_(std::make_unique<Inside>(options, std::move(token), names)) {}
FyersCore::~FyersCore() = default;

void FyersCore::start(Moment now) {
  inside_->start(now);
}
void FyersCore::submit(std::span<const Command> commands, Timestamp now) {
  inside_->submit(commands, now);
}
std::optional<Timestamp> FyersCore::next_wakeup() const {
  return inside_->next_wakeup();
}
void FyersCore::advance(Timestamp now, std::vector<Occurrence>& out) {
  inside_->advance(now, out);
}
void FyersCore::take_market(std::vector<Occurrence>& out) {
  inside_->take_market(out);
}
void FyersCore::renew(AccessToken token, Moment now) {
  inside_->renew(std::move(token), now);
}
const AccessToken& FyersCore::token() const {
  return inside_->token();
}
void FyersCore::tick(Moment now) {
  inside_->tick(now);
}
std::optional<Timestamp> FyersCore::next_tick() const {
  return inside_->next_tick();
}
void FyersCore::take_requests(std::vector<HttpRequest>& out) {
  inside_->take_requests(out);
}
void FyersCore::on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) {
  inside_->on_answer(id, answer, now);
}
void FyersCore::on_no_answer(std::uint64_t id, bool may_have_left, Moment now) {
  inside_->on_no_answer(id, may_have_left, now);
}
std::optional<StreamWish> FyersCore::wanted(Stream stream) const {
  return inside_->wanted(stream);
}
void FyersCore::take_frames(std::vector<StreamFrame>& out) {
  inside_->take_frames(out);
}
void FyersCore::on_stream_open(Stream stream, std::uint64_t attempt, Moment now) {
  inside_->on_stream_open(stream, attempt, now);
}
void FyersCore::on_stream_message(Stream stream, std::uint64_t attempt, std::string_view message,
                                  Moment now) {
  inside_->on_stream_message(stream, attempt, message, now);
}
void FyersCore::on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) {
  inside_->on_stream_alive(stream, attempt, now);
}
void FyersCore::on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) {
  inside_->on_stream_closed(stream, attempt, now);
}
std::span<const MarketTopic> FyersCore::market_topics() const {
  return inside_->market_topics();
}
void FyersCore::on_market_answer(std::uint64_t attempt, bool stands, Moment now) {
  inside_->on_market_answer(attempt, stands, now);
}
void FyersCore::on_market_flaw(std::uint64_t attempt, std::string_view flaw, Moment now) {
  inside_->on_market_flaw(attempt, flaw, now);
}
void FyersCore::on_market_alive(Moment now) {
  inside_->on_market_alive(now);
}
void FyersCore::on_circuit_limits(const CircuitLimits& limits) {
  inside_->on_circuit_limits(limits);
}
bool FyersCore::looks_at_carried() const {
  return inside_->looks_at_carried();
}
void FyersCore::on_carried(std::span<const CarriedInstrument> carried, Moment now) {
  inside_->on_carried(carried, now);
}
std::uint64_t FyersCore::gtt_version() const {
  return inside_->gtt_version();
}
std::vector<GttRecord> FyersCore::gtt_records() const {
  return inside_->gtt_records();
}
void FyersCore::on_gtt_kept(std::uint64_t version, Moment now) {
  inside_->on_gtt_kept(version, now);
}
std::vector<GttNews> FyersCore::take_gtt_news() {
  return inside_->take_gtt_news();
}
bool FyersCore::is_idle() const {
  return inside_->is_idle();
}
std::vector<CallCount> FyersCore::calls() const {
  return inside_->calls();
}
std::uint32_t FyersCore::requests_today() const {
  return inside_->requests_today();
}

}  // namespace tranchet::fyers
