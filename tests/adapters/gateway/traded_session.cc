#include "tests/adapters/gateway/traded_session.h"

#include <cstdlib>

#include "events/log/json.h"
#include "replay/opening.h"

namespace tranchet {
namespace {

using namespace literals;

SimulationParameters parameters() {
  SimulationParameters result;
  result.latency = Duration::milliseconds(10);
  return result;
}

// Room for many positions, and prices that stay fresh between the lines of a test.
Settings roomy_settings() {
  Settings settings;
  settings.set(Setting::MaxPositionValue, InstrumentId::None, (100'000_usd).raw());
  settings.set(Setting::MaxTotalValue, InstrumentId::None, (1'000'000_usd).raw());
  settings.set(Setting::StaleAfter, InstrumentId::None, Duration::hours(1).count());
  return settings;
}

template <class T>
T value_or_die(std::expected<T, LogError> result) {
  if (!result) ensure_failed(result.error().message.c_str(), __FILE__, __LINE__);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

void RefusingVenue::submit(std::span<const Command> commands, Timestamp now) {
  for (const Command& command : commands) {
    const auto* order = std::get_if<SubmitOrder>(&command);
    const bool closes = order != nullptr && order->purpose == Purpose::Close;
    if (closes) ++closes_seen;
    if (closes && refuse > 0) {
      --refuse;
      refusals_.push_back(
          {now + Duration::milliseconds(10), OrderRejected{order->order, RejectReason::Other}});
      continue;
    }
    inside_.submit({&command, 1}, now);
  }
}

std::optional<Timestamp> RefusingVenue::next_wakeup() const {
  const auto other = inside_.next_wakeup();
  if (refusals_.empty()) return other;
  return other ? std::min(*other, refusals_.front().time) : refusals_.front().time;
}

void RefusingVenue::advance(Timestamp now, std::vector<Occurrence>& out) {
  inside_.advance(now, out);
  while (!refusals_.empty() && refusals_.front().time <= now) {
    out.push_back(refusals_.front());
    refusals_.erase(refusals_.begin());
  }
}

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tranchet-XXXXXX").string();
  ENSURE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TradedSession::TradedSession(const std::filesystem::path& folder, std::size_t more_coins)
    : settings_(roomy_settings()),
      engine_(settings_),
      simulated_(parameters()),
      refusing_(simulated_),
      log_(value_or_die(LogWriter::create(folder, Durability::AtClose, std::size_t{64} << 20))),
      loop_(engine_, refusing_, *this,
            {.log = log_.get(), .names = &names_, .durability = Durability::EveryBatch}),
      now_(*parse_time("2026-01-05T09:00:00Z")) {
  for (const EventBody& body : opening_events({.settings = settings_}, names_)) take(body);
  list("BTCUSDT", 0.1_px, 0.001_qty);
  list("ETHUSDT", 0.01_px, 0.01_qty);
  price("BTCUSDT", "45000");
  price("ETHUSDT", "2500");
  for (std::size_t coin = 1; coin <= more_coins; ++coin) {
    const std::string symbol = "COIN" + std::to_string(coin) + "USDT";
    list(symbol, 0.01_px, 0.1_qty);
    price(symbol, "100");
  }
}

void TradedSession::take(const EventBody& body) {
  value_or_die(loop_.take(now_, body));
}

void TradedSession::list(std::string_view symbol, Price tick, Quantity step) {
  InstrumentListed listed{.tick_size = tick,
                          .step_size = step,
                          .symbol = names_.intern(symbol),
                          .instrument = names_.instrument(symbol)};
  simulated_.list(listed);
  take(listed);
}

void TradedSession::wait(Duration time) {
  now_ = now_ + time;
  value_or_die(loop_.run_until(now_));
}

void TradedSession::price(std::string_view symbol, std::string_view price) {
  wait(Duration::milliseconds(100));
  const Price at = *parse<Price>(price);
  const InstrumentId instrument = names_.find_instrument(symbol);
  for (const EventBody& body : {EventBody(TradePrinted{.instrument = instrument, .price = at}),
                                EventBody(MarkPrice{instrument, at})}) {
    simulated_.observe(body, now_);
    loop_.look_again();
    value_or_die(loop_.run_until(now_));
    take(body);
  }
  wait(Duration::milliseconds(100));
}

void TradedSession::say(const std::string& line_without_time) {
  say_without_waiting(line_without_time);
  wait(Duration::milliseconds(100));
}

void TradedSession::say_without_waiting(const std::string& line_without_time) {
  auto parsed =
      parse_event_line("{\"time\":\"" + to_text(now_) + "\"," + line_without_time + "}", names_);
  ENSURE(parsed.has_value());
  for (const EventBody& body : parsed->bodies) take(body);
}

void TradedSession::wish(const std::string& line) {
  auto parsed = parse_event_line(line, names_);
  ENSURE(parsed.has_value());
  for (const EventBody& body : parsed->bodies) take(body);
  wait(Duration::milliseconds(100));
}

void TradedSession::finish() {
  value_or_die(loop_.finish());
}

}  // namespace tranchet
