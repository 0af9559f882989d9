#include "adapters/gateway/follower.h"

#include "adapters/gateway/state_json.h"

namespace tranchet {
namespace {

// A screen shows sixty pictures a second, counted from look to look: what a look takes is no pause.
// A log that stands still is looked at less often.
constexpr std::chrono::milliseconds kShortest{16}, kLongest{100};
// While the log is behind, a word of progress after so many events.
constexpr std::size_t kRound = 50'000;
constexpr std::chrono::milliseconds kStateEvery{250};

std::string_view author_of(const EventBody& body, const Names& names) {
  return std::visit(
      [&](const auto& each) -> std::string_view {
        if constexpr (requires { each.author; }) return names.text(each.author);
        return {};
      },
      body);
}

bool is_price(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
         std::holds_alternative<BookTop>(body);
}

}  // namespace

Follower::Follower(std::unique_ptr<LogReader> log, bool follow, std::string trading_mode,
                   Milestones& milestones, Show show)
    : log_(std::move(log)),
      follow_(follow),
      milestones_(milestones),
      show_(std::move(show)),
      front_end_(FrontEndOptions{.trading_mode = std::move(trading_mode)}) {
  front_end_.set_silent(true);
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

Follower::~Follower() {
  thread_.request_stop();
  wake_.notify_all();
}

void Follower::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    looked_ = std::chrono::steady_clock::now();
    const std::size_t read = read_round();
    const bool at_head = read < kRound;
    if (at_head && !caught_up_ && screen_) {
      caught_up_ = changed_ = true;
      front_end_.set_silent(false);
      show();
    } else if (read > 0 || !error_.empty()) {
      show();
    } else if (caught_up_ && stated_ != screen_->sequence()) {
      // The log rests, and who comes now sees the newest of it.
      state_made_ = {};
      show();
    }
    if (!error_.empty() || (at_head && caught_up_ && !follow_) || !wait(read, stop)) return;
  }
}

bool Follower::wait(std::size_t read, const std::stop_token& stop) {
  if (read == kRound) return true;
  pause_ = read > 0 ? kShortest : std::min<std::chrono::milliseconds>(pause_ * 2, kLongest);
  if (pause_ < kShortest) pause_ = kShortest;
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, stop, looked_ + pause_, [] { return false; });
  return !stop.stop_requested();
}

std::size_t Follower::read_round() {
  std::size_t read = 0;
  const Sequence from = screen_ ? next(screen_->sequence()) : Sequence{1};
  auto scanned = log_->scan(from, [&](const Event& event) {
    if (!take(event)) return false;
    return ++read < kRound;
  });
  if (!scanned) error_ = scanned.error().message;
  return read;
}

bool Follower::take(const Event& event) {
  const Names& names = log_->names();
  if (!screen_) {
    auto begun = Screen::begin(event, *log_);
    if (!begun) {
      error_ = begun.error().message;
      return false;
    }
    screen_.emplace(std::move(*begun));
  }
  const Output& output = screen_->apply(event);
  front_end_.take(event, output, *screen_, names, messages_);
  milestones_.consider(*screen_);
  if (!output.commands.empty() || !output.bookings.empty() || !is_price(event.body)) {
    changed_ = true;
    const auto& notices = screen_->ledger().notices();
    for (const Notice& notice : notices) {
      if (caught_up_ && notice.sequence == event.sequence &&
          std::holds_alternative<Alert>(notice.what)) {
        alerts_.push_back(alert_json(notice, names));
      }
    }
    if (const std::string_view author = author_of(event.body, names); !author.empty()) {
      authors_.emplace_back(author);
    }
  }
  return true;
}

void Follower::show() {
  auto picture = std::make_shared<Picture>();
  picture->error = error_;
  picture->head = log_->head().last;
  picture->caught_up = caught_up_;
  picture->authors = std::move(authors_);
  authors_.clear();
  if (screen_) {
    picture->sequence = screen_->sequence();
    picture->time = screen_->time();
  }
  if (caught_up_ && screen_) {
    const auto now = std::chrono::steady_clock::now();
    if (changed_ || now - state_made_ >= kStateEvery) {
      state_ = state_json(*screen_, log_->names(), false);
      greeting_ = front_end_.greeting(*screen_, log_->names());
      state_made_ = now;
      stated_ = screen_->sequence();
    }
    picture->state = state_;
    picture->prices = prices_json(*screen_, log_->names());
    picture->changed = std::exchange(changed_, false);
    picture->killed = screen_->ledger().is_killed();
    picture->greeting = greeting_;
    picture->messages = std::move(messages_);
    picture->alerts = std::move(alerts_);
    messages_.clear();
    alerts_.clear();
    picture->totals = screen_->ledger().totals();
    picture->figures = account_figures(*screen_);
    fill_actionable(*picture);
  }
  show_(std::move(picture));
}

void Follower::fill_actionable(Picture& picture) const {
  const State& state = screen_->state();
  for (std::size_t index = 0; index < state.instruments.size(); ++index) {
    const auto id = InstrumentId{static_cast<std::uint16_t>(index + 1)};
    picture.actionable.instruments.emplace_back(log_->names().symbol(id));
    for (const Position& position : state.instruments[index].positions) {
      if (position.tranches.empty()) continue;
      Actionable::Key key{.instrument = picture.actionable.instruments.back(),
                          .side = position.key.side};
      for (const Tranche& tranche : position.tranches) {
        if (tranche.is_live()) key.tranches.push_back(tranche.ordinal);
      }
      if (!key.tranches.empty()) picture.actionable.positions.push_back(std::move(key));
    }
  }
}

}  // namespace tranchet
