#include "adapters/aster/core.h"

#include <algorithm>

#include "adapters/aster/core_parts.h"

namespace tranchet::aster {
namespace {

// A listen key lives for 60 minutes after it was last kept alive.
constexpr Duration kKeepAlive = Duration::minutes(30);
constexpr Duration kSync = Duration::minutes(30);
constexpr Duration kRules = Duration::minutes(60);
constexpr Duration kRulesAgain = Duration::seconds(2);  // After a refusal that hints at new ones.
constexpr Duration kSilenceOfUser = Duration::seconds(60);   // The shell pings every 20 s.
constexpr Duration kSilenceOfMarket = Duration::seconds(5);  // Marks come every second.
// No prices for so long: people are told, and prices are asked for.
constexpr Duration kMarketLost = Duration::seconds(30);
constexpr Duration kAskPrices = Duration::seconds(5);

}  // namespace

AsterCore::Inside::Inside(const CoreOptions& options, Signer& signer, Names& names)
    : options_(options),
      signer_(signer),
      names_(names),
      budget_({.weight_per_minute = options.weight_per_minute,
               .orders_per_minute = options.orders_per_minute,
               .orders_per_10_seconds = options.orders_per_10_seconds}),
      rules_(options.listed, names),
      user_(options.seed, "user stream", kSilenceOfUser),
      market_line_(options.seed, "market stream", kSilenceOfMarket),
      feed_(names),
      told_(names),
      traded_(options.traded.begin(), options.traded.end()),
      whole_until_(options.known_until) {}

void AsterCore::Inside::see(Moment now) {
  now_.steady = std::max(now_.steady, now.steady);
  now_.wall = now.wall;
  told_.see(now.wall);
}

void AsterCore::Inside::start(Moment now) {
  see(now);
  started_ = now_.steady;
  market_heard_ = now_.steady;
  next_keep_ = now_.steady + kKeepAlive;
  next_sync_ = now_.steady + kSync;
  next_rules_ = now_.steady + kRules;
  rules_asked_ = now_.steady;
  ask({.use = Use::ServerTime});
  ask({.use = Use::ExchangeInfo});
  ask({.use = Use::PositionMode});
  market_line_.start(now_.steady);
  tick(now);
}

// ---- The port.

void AsterCore::Inside::submit(std::span<const Command> commands, Timestamp now) {
  told_.see(now);  // What is refused here is answered at once, and not before what it answers.
  for (const Command& command : commands) {
    if (const auto* order = std::get_if<SubmitOrder>(&command)) {
      traded_.emplace(names_.symbol(order->instrument));
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

void AsterCore::Inside::tick(Moment now) {
  see(now);
  // One that is late may take others with it: the parts of a snapshot.
  const auto late = [this](const auto& item) { return item.second.sent + kTimeOut <= now_.steady; };
  while (true) {
    const auto found = std::ranges::find_if(outstanding_, late);
    if (found == outstanding_.end()) break;
    Outstanding lost = std::move(found->second);
    outstanding_.erase(found);
    time_out(std::move(lost));
  }
  for (const Stream stream : {Stream::User, Stream::Market}) {
    if (line(stream).is_overdue(now_.steady)) close_line(stream);
  }
  if (user_.wants_target(now_.steady)) prepare_user();
  if (market_line_.wants_target(now_.steady)) connect_market();
  do_chores();
  watch_market();
  flush();
}

void AsterCore::Inside::count_failure(std::string_view label) {
  const auto found = std::ranges::find(calls_, label, &CallCount::label);
  if (found != calls_.end()) ++found->failures;
}

void AsterCore::Inside::time_out(Outstanding late) {
  count_failure(late.label);
  const bool changes_orders =
      late.job.use == Use::Orders || late.job.use == Use::Amend || late.job.use == Use::Cancel;
  if (!changes_orders) return retry(std::move(late.job));
  for (const Command& command : late.job.commands) unknown(command);
}

void AsterCore::Inside::do_chores() {
  const auto is_due = [this](Timestamp& due, Duration period) {
    if (now_.steady < due) return false;
    due = now_.steady + period;
    return true;
  };
  if (is_due(next_keep_, kKeepAlive) && user_.is_open()) ask({.use = Use::KeepKey});
  if (is_due(next_sync_, kSync) && !is_asked(Use::ServerTime)) {
    ask({.use = Use::ServerTime});
    memory_.forget_old(now_.steady);
  }
  if (is_due(next_rules_, kRules) && !is_asked(Use::ExchangeInfo)) {
    rules_asked_ = now_.steady;
    ask({.use = Use::ExchangeInfo});
  }
}

// The venue refused something for a rule: it may be another one than was read. Soon, not now: who
// is refused often would ask as often.
void AsterCore::Inside::look_at_rules() {
  next_rules_ = std::min(next_rules_, std::max(now_.steady, rules_asked_ + kRulesAgain));
}

void AsterCore::Inside::watch_market() {
  if (market_heard_ + kMarketLost > now_.steady) {
    market_is_silent_ = false;
    return;
  }
  if (!std::exchange(market_is_silent_, true)) {
    fault("no market data for 30 s; prices are asked for until the stream is back");
    next_prices_ = now_.steady;
  }
  if (now_.steady < next_prices_) return;
  next_prices_ = now_.steady + kAskPrices;
  if (!is_asked(Use::MarkPrices)) ask({.use = Use::MarkPrices});
}

std::optional<Timestamp> AsterCore::Inside::next_tick() const {
  Timestamp first = std::min({next_keep_, next_sync_, next_rules_});
  const auto add = [&first](std::optional<Timestamp> due) {
    if (due) first = std::min(first, *due);
  };
  for (const auto& [id, outstanding] : outstanding_) add(outstanding.sent + kTimeOut);
  for (const Job& job : waiting_) {
    // One that is due and still waits is behind another of its order.
    if (job.not_before > now_.steady) add(job.not_before);
  }
  add(user_.next_due());
  add(market_line_.next_due());
  add(market_is_silent_ ? next_prices_ : market_heard_ + kMarketLost);
  return first;
}

bool AsterCore::Inside::is_idle() const {
  return told_.empty() && outstanding_.empty() && waiting_.empty() && ready_.empty() &&
         unclaimed_.empty() && user_.is_open();
}

// ---- AsterCore.

AsterCore::AsterCore(const CoreOptions& options, Signer& signer, Names& names)
    : inside_(std::make_unique<Inside>(options, signer, names)) {}
AsterCore::~AsterCore() = default;

void AsterCore::start(Moment now) {
  inside_->start(now);
}
void AsterCore::submit(std::span<const Command> commands, Timestamp now) {
  inside_->submit(commands, now);
}
std::optional<Timestamp> AsterCore::next_wakeup() const {
  return inside_->next_wakeup();
}
void AsterCore::advance(Timestamp now, std::vector<Occurrence>& out) {
  inside_->advance(now, out);
}
void AsterCore::take_market(std::vector<Occurrence>& out) {
  inside_->take_market(out);
}
void AsterCore::tick(Moment now) {
  inside_->tick(now);
}
std::optional<Timestamp> AsterCore::next_tick() const {
  return inside_->next_tick();
}
void AsterCore::take_requests(std::vector<HttpRequest>& out) {
  inside_->take_requests(out);
}
void AsterCore::on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) {
  inside_->on_answer(id, answer, now);
}
void AsterCore::on_no_answer(std::uint64_t id, bool may_have_left, Moment now) {
  inside_->on_no_answer(id, may_have_left, now);
}
std::optional<StreamWish> AsterCore::wanted(Stream stream) const {
  return inside_->wanted(stream);
}
void AsterCore::on_stream_open(Stream stream, std::uint64_t attempt, Moment now) {
  inside_->on_stream_open(stream, attempt, now);
}
void AsterCore::on_stream_message(Stream stream, std::uint64_t attempt, std::string_view text,
                                  Moment now) {
  inside_->on_stream_message(stream, attempt, text, now);
}
void AsterCore::on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) {
  inside_->on_stream_alive(stream, attempt, now);
}
void AsterCore::on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) {
  inside_->on_stream_closed(stream, attempt, now);
}
void AsterCore::on_market_alive(Moment now) {
  inside_->on_market_alive(now);
}
bool AsterCore::is_idle() const {
  return inside_->is_idle();
}
std::vector<CallCount> AsterCore::calls() const {
  return inside_->calls();
}
std::uint32_t AsterCore::weight_used() const {
  return inside_->weight_used();
}
std::optional<Duration> AsterCore::venue_offset() const {
  return inside_->venue_offset();
}

}  // namespace tranchet::aster
