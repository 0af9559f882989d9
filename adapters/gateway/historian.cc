#include "adapters/gateway/historian.h"

#include "adapters/gateway/json_text.h"
#include "adapters/gateway/state_json.h"

namespace tranchet {
namespace {

constexpr std::size_t kQuestionsMost = 64;

Historian::Answer refusal(unsigned status, std::string_view why) {
  return {status, JsonText().open().text("detail", why).close().take()};
}

}  // namespace

Historian::Historian(std::unique_ptr<LogReader> log, const Milestones& milestones)
    : history_(std::move(log), &milestones), thread_([this](std::stop_token stop) { run(stop); }) {}

Historian::~Historian() {
  stop();
}

void Historian::stop() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  waiting_.clear();
}

bool Historian::ask(Question question, Reply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kQuestionsMost) return false;
    waiting_.emplace_back(std::move(question), std::move(reply));
  }
  wake_.notify_all();
  return true;
}

void Historian::run(const std::stop_token& stop) {
  while (true) {
    std::pair<Question, Reply> next;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next.second(answer(next.first));
  }
}

Historian::Answer Historian::answer(const Question& question) {
  Sequence sequence{};
  if (const auto* time = std::get_if<Timestamp>(&question.when)) {
    const auto last = last_at(history_.log(), *time);
    if (!last) return refusal(500, last.error().message);
    sequence = *last;
  } else {
    sequence = std::get<Sequence>(question.when);
  }
  if (number(sequence) == 0) return refusal(404, "nothing had happened yet");
  const auto screen = history_.at(sequence);
  if (!screen) return refusal(500, screen.error().message);
  if (question.chart_of.empty()) return {200, state_json(**screen, history_.names(), true)};
  const InstrumentId instrument = history_.names().find_instrument(question.chart_of);
  if (instrument == InstrumentId::None || !(*screen)->state().knows(instrument)) {
    return refusal(404, "no such instrument");
  }
  return {200, chart_json(**screen, history_.names(), instrument)};
}

}  // namespace tranchet
