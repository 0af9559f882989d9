#include "adapters/cli/protect_errand.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include "adapters/cli/exit_status.h"
#include "adapters/live/clock.h"

namespace tranchet {
namespace {

constexpr std::chrono::milliseconds kGlance{100};
// A refused stop is tried again after 1 s, 2 s, then every 30 s: so much lets two of those pass.
constexpr Duration kPatience = Duration::seconds(90);

}  // namespace

ProtectErrand::ProtectErrand(Plan plan, std::function<void(const std::string&)> tell)
    : plan_(std::move(plan)), tell_(std::move(tell)) {}

ProtectErrand::~ProtectErrand() {
  end();
}

LiveErrand ProtectErrand::errand() {
  return {.prepare = [this] { return prepare(); },
          .start = [this](Writer& writer, Inbox& inbox) { start(writer, inbox); },
          .ended = [this] { end(); }};
}

std::expected<void, WriterFailure> ProtectErrand::prepare() {
  if (plan_.retired.empty()) return {};
  auto access = VenueAccess::open(plan_.venue);
  if (!access) return std::unexpected(access.error());
  access_ = *std::move(access);
  auto rules = access_->desk().rules();
  if (!rules) return std::unexpected(WriterFailure{kWorldFailed, rules.error()});
  rules_ = std::move(rules->symbols);
  std::vector<RetiredOrder> later;
  for (const RetiredOrder& order : plan_.retired) {
    if (order.is_stop && plan_.held.contains(order.key)) {
      later.push_back(order);
    } else {
      retire(order);
    }
  }
  plan_.retired = std::move(later);
  return {};
}

bool ProtectErrand::retire(const RetiredOrder& order) {
  const auto outcome = access_->desk().cancel(order.key.first, order.number);
  if (!outcome) {
    tell_("could not take away " + order.text + ": " + outcome.error());
  } else if (*outcome == aster::CancelOutcome::Cancelled) {
    tell_("took away " + order.text);
  } else {
    tell_("gone already: " + order.text);
  }
  return outcome.has_value();
}

void ProtectErrand::retire_stops_of(const BookKey& key) {
  std::erase_if(plan_.retired, [&](const RetiredOrder& order) {
    if (order.key != key) return false;
    retire(order);
    return true;
  });
}

bool ProtectErrand::is_full(const std::string& symbol) {
  const auto found = std::ranges::find(rules_, symbol, &InstrumentRules::symbol);
  if (found == rules_.end() || found->rules.max_conditional_orders == 0) return false;
  const auto survey = access_->desk().survey(plan_.account);
  if (!survey) return false;
  const auto used = std::ranges::count_if(survey->orders, [&](const aster::SurveyOrder& order) {
    return order.symbol == symbol && is_conditional(order.type);
  });
  return used >= found->rules.max_conditional_orders;
}

// One stop of the old ones goes where ours was refused and the venue is full; ours follows at its
// next try.
void ProtectErrand::make_room(const BookKey& key) {
  const auto found = std::ranges::find(plan_.retired, key, &RetiredOrder::key);
  if (found == plan_.retired.end() || !is_full(key.first)) return;
  if (retire(*found)) plan_.retired.erase(found);
}

void ProtectErrand::start(Writer& writer, Inbox& inbox) {
  thread_ = std::thread([this, &writer, &inbox] { watch(writer, inbox); });
}

void ProtectErrand::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool ProtectErrand::rest() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, kGlance, [this] { return ended_; });
}

void ProtectErrand::watch(Writer& writer, Inbox& inbox) {
  struct Glance {
    ProtectionProgress progress;
    bool was_halted = false;
  };
  const auto on_writer = [&](auto work) {
    auto promise = std::make_shared<std::promise<Glance>>();
    auto answer = promise->get_future();
    inbox.post(
        [promise, work, &writer](ClockReading now) { promise->set_value(work(writer, now)); });
    while (answer.wait_for(kGlance) != std::future_status::ready) {
      if (!rest()) return std::optional<Glance>();
    }
    return std::optional<Glance>(answer.get());
  };
  const auto first = on_writer([](Writer& at, ClockReading) {
    const bool was_halted = at.engine().state().entries_halted;
    if (!was_halted) at.take(EntriesHalted{.reason = at.names().intern("protect")});
    return Glance{.progress = {}, .was_halted = was_halted};
  });
  if (!first) return;
  const Timestamp until = read_clocks().steady + kPatience;
  while (read_clocks().steady < until) {
    const auto glance = on_writer([](Writer& at, ClockReading) {
      return Glance{.progress = progress_of(at.engine().state(), at.names())};
    });
    if (!glance) return;
    for (const BookKey& key : glance->progress.protected_) retire_stops_of(key);
    for (const BookKey& key : glance->progress.refused) make_room(key);
    if (glance->progress.is_done()) break;
    if (!rest()) return;
  }
  // Whoever halted entries before has to resume them.
  on_writer([&first](Writer& at, ClockReading now) {
    if (!first->was_halted) at.take(EntriesResumed{.reason = at.names().intern("protect")});
    at.stop(now);
    return Glance{};
  });
}

}  // namespace tranchet
