// The real program for minutes: 300 symbols each second, bursts of 1,000 trades a second, faults
// one after the other, and a position that is opened, protected and closed under each. SOAK_MINUTES
// says for how long, SOAK_PAPER=1 that it is on paper; `./dev soak` runs it and shows the report.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/adapters/live/live_session.h"
#include "tests/adapters/live/process_figures.h"

namespace tranchet {
namespace {

using namespace literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kFaults[] = {"503-executed",
                                   "late-event:count=4:ms=200",
                                   "disconnect",
                                   "1007-executed",
                                   "reorder-events:count=4",
                                   "expire-keys",
                                   "reject",
                                   "duplicate-event:count=8",
                                   "hangup-executed",
                                   "late-answer:ms=200",
                                   "disconnect"};

std::string newest_figures(const std::string& notes) {
  const std::size_t at = notes.rfind("event=figures ");
  if (at == std::string::npos) return "none: it ran for less than a minute";
  return notes.substr(at + 14, notes.find('\n', at) - at - 14);
}

class LiveSoak : public LiveSession {
 protected:
  void trade_once(const std::string& fault) {
    SCOPED_TRACE(fault);
    stage_->fault(fault);
    ASSERT_TRUE(stage_
                    ->wish(R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy",)"
                           R"("order_type":"Market","quantity":"0.01")")
                    .starts_with("{\"ok\":true"));
    ASSERT_TRUE(stage_->until("an outcome", [](const Engine& engine) {
      return engine.state().reconciled && is_settled(engine) &&
             engine.state().instrument(kLong.instrument).position(kLong.side).entries.empty() &&
             (is_flat(engine) || is_protected(engine, 0, 0.01_qty));
    }));
    protected_ += is_flat(*stage_->engine()) ? 0 : 1;
    stage_->fault("calm");
    ASSERT_TRUE(close_all("ModelClose").starts_with("{\"ok\":true"));
    ASSERT_TRUE(stage_->until("flat and quiet", [](const Engine& engine) {
      return is_settled(engine) && is_flat(engine);
    }));
    ++rounds_;
  }

  void report(double seconds) {
    const pid_t process = stage_->program().id();
    const std::uint64_t events = number(stage_->engine()->last_sequence());
    std::cout << "\n  Soak, " << seconds << " s\n"
              << "    rounds of a fault      " << rounds_ << ", " << protected_
              << " of them opened and protected a position\n"
              << "    events in the log      " << events << ", "
              << static_cast<double>(events) / seconds << " a second\n"
              << "      marks                " << stage_->count<MarkPrice>() << "\n"
              << "      trades               " << stage_->count<TradePrinted>() << "\n"
              << "      merged, told         " << stage_->count<Conflated>() << " times\n"
              << "      fills                " << stage_->count<OrderFilled>() << "\n"
              << "      faults told          " << stage_->count<AdapterFault>() << "\n"
              << "    memory, most           " << status_field(process, "VmHWM:") / 1024 << " MB\n"
              << "    memory of its own      " << status_field(process, "RssAnon:") / 1024
              << " MB; the rest is the log, mapped\n"
              << "    processor              " << processor_seconds_of(process) * 100 / seconds
              << " %\n";
    std::istringstream figures(newest_figures(stage_->notes()));
    for (std::string word; figures >> word;) {
      const bool is_value = word.find('=') == std::string::npos;
      std::cout << (is_value ? " " : "\n    ") << word;
    }
    std::cout << "\n\n";
  }

  int rounds_ = 0;
  int protected_ = 0;
};

TEST_F(LiveSoak, MinutesOfEverything) {
  const char* minutes = std::getenv("SOAK_MINUTES");
  if (minutes == nullptr) GTEST_SKIP() << "takes as many minutes as SOAK_MINUTES says";
  begin({.live = std::getenv("SOAK_PAPER") == nullptr, .aster = {.crowd = 299}});
  const auto start = Clock::now();
  const auto end = start + std::chrono::minutes(std::atoi(minutes));
  for (std::size_t round = 0; Clock::now() < end && !HasFatalFailure(); ++round) {
    trade_once(kFaults[round % std::size(kFaults)]);
    stage_->program().rest(std::chrono::milliseconds(500));
  }
  report(std::chrono::duration<double>(Clock::now() - start).count());
  EXPECT_EQ(stage_->stop(), 0) << stage_->notes();
  EXPECT_EQ(replay_verify(), 0);
  expect_no_canary();
}

}  // namespace
}  // namespace tranchet
