// The core's requests as the venue counts them, where they arrive: in storms of orders, over a
// network that is slow, loses what it likes and refuses at times, and through restarts. Ten a
// second and two hundred a minute are never passed, and an exit does not wait behind entries.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "backtest/wargame/random.h"
#include "tests/adapters/fyers/core_shell.h"

namespace tranchet::fyers {
namespace {

struct StormWeather {
  std::int64_t slowest = 0;    // Milliseconds, each way.
  std::uint32_t lost = 0;      // Of a thousand requests, or of their answers.
  std::uint32_t refused = 0;   // Of a thousand: 429.
  std::uint32_t restarts = 0;  // Of a thousand steps; at most two a minute.
};

class Storm : public FyersShell {
 protected:
  void sail(std::uint64_t seed, const StormWeather& weather) {
    Random random(seed, "storm");
    weather_ = weather;
    arrivals_.clear();
    begin_.clear();
    events_.clear();
    sent_.clear();
    options_.limits = {};
    options_.last_active.reset();
    steady_ = Timestamp() + Duration::seconds(100);
    live(seed);
    std::uint64_t sequence = 1;
    for (int step = 0; step < 900; ++step) {
      move(Duration::milliseconds(random.between(std::int64_t{0}, 400)), random);
      const bool is_burst = random.percent(10);
      std::vector<Command> commands;
      for (std::int64_t count = is_burst ? random.between(std::int64_t{5}, 20) : 1; count > 0;
           --count) {
        const auto purpose = random.percent(70) ? Purpose::Entry : Purpose::StopLoss;
        commands.push_back(made(++sequence, purpose));
      }
      if (random.percent(20)) commands.push_back(RequestSnapshot{});
      core_->submit(commands, now().wall);
      carry(random);
      const bool may_die = std::ranges::count_if(begin_, [this](Timestamp at) {
                             return at + Duration::seconds(61) > steady_;
                           }) < 2;
      if (may_die && random.per_mille(weather.restarts)) {
        options_.last_active = now().wall;
        events_.clear();  // What was to be heard, nobody hears any more.
        begin_.push_back(steady_);
        live(seed + static_cast<std::uint64_t>(step));
      }
    }
    EXPECT_TRUE(is_kept(Duration::seconds(1), 10)) << "a second, seed " << seed;
    EXPECT_TRUE(is_kept(Duration::minutes(1), 200)) << "a minute, seed " << seed;
  }

  void live(std::uint64_t seed) {
    options_.seed = seed;
    core_.emplace(options_, token_until(now().wall + Duration::hours(20), now().wall), names_);
    core_->start(now());
    core_->on_stream_open(Stream::User, attempt(Stream::User), now());
    core_->on_stream_message(Stream::User, attempt(Stream::User),
                             R"({"code":1605,"message":"Successfully subscribed","s":"ok"})",
                             now());
  }

  // What the core wants sent arrives later, or never; so does its answer.
  void carry(Random& random) {
    std::vector<HttpRequest> out;
    core_->take_requests(out);
    std::vector<StreamFrame> frames;
    core_->take_frames(frames);
    for (const HttpRequest& request : out) {
      const auto delay = [&] {
        return Duration::milliseconds(random.between(std::int64_t{0}, weather_.slowest));
      };
      if (random.per_mille(weather_.lost)) continue;
      const Timestamp arrived = steady_ + delay();
      const std::size_t orders = count_orders(request);
      for (std::size_t order = 0; order < orders; ++order) arrivals_.push_back(arrived);
      if (request.label == "POST orders") last_order_ = arrived;
      if (random.per_mille(weather_.lost)) continue;
      const bool is_refused = random.per_mille(weather_.refused);
      events_.emplace(arrived + delay(),
                      Answer{request.id, is_refused, std::string(request.label)});
    }
  }
  void move(Duration time, Random& random) {
    const Timestamp end = steady_ + time;
    while (true) {
      const auto due = core_->next_tick();
      Timestamp next = end;
      if (due) next = std::min(next, std::max(*due, steady_ + Duration::nanoseconds(1)));
      if (!events_.empty()) next = std::min(next, std::max(events_.begin()->first, steady_));
      steady_ = next;
      while (!events_.empty() && events_.begin()->first <= steady_) {
        const Answer answer = events_.begin()->second;
        events_.erase(events_.begin());
        const std::string body =
            answer.is_refused ? R"({"s":"error","code":-429,"message":"request limit reached"})"
                              : R"({"s":"error","code":-50,"message":"no"})";
        core_->on_answer(answer.id,
                         {.status = answer.is_refused ? 429 : 400, .headers = {}, .body = body},
                         now());
      }
      core_->on_stream_alive(Stream::User, attempt(Stream::User), now());
      core_->on_market_alive(now());
      core_->tick(now());
      std::vector<Occurrence> heard;
      while (core_->next_wakeup()) core_->advance(now().wall + Duration::hours(1), heard);
      carry(random);
      if (steady_ >= end) return;
    }
  }
  static std::size_t count_orders(const HttpRequest& request) {
    if (request.label != "POST multi-order") return 1;
    std::size_t count = 0;
    for (std::size_t at = 0; (at = request.body.find("\"orderTag\"", at)) != std::string::npos;
         ++at) {
      ++count;
    }
    return count;
  }
  bool is_kept(Duration window, std::size_t limit) {
    std::ranges::sort(arrivals_);
    for (std::size_t last = limit; last < arrivals_.size(); ++last) {
      if (arrivals_[last] - arrivals_[last - limit] < window) return false;
    }
    return true;
  }

  struct Answer {
    std::uint64_t id = 0;
    bool is_refused = false;
    std::string label;
  };
  StormWeather weather_;
  std::vector<Timestamp> arrivals_;
  std::vector<Timestamp> begin_;  // Of later lives.
  std::multimap<Timestamp, Answer> events_;
  Timestamp last_order_;
};

TEST_F(Storm, OnAGoodNetwork) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) sail(seed, {.slowest = 50});
  EXPECT_GT(arrivals_.size(), 200U);
}

TEST_F(Storm, WhereRequestsTakeSecondsOrAreLost) {
  for (std::uint64_t seed = 101; seed <= 103; ++seed) sail(seed, {.slowest = 4'000, .lost = 30});
}

TEST_F(Storm, WhereOthersUseTheAccountAsWell) {
  for (std::uint64_t seed = 201; seed <= 202; ++seed) sail(seed, {.slowest = 200, .refused = 5});
}

TEST_F(Storm, ThroughRestarts) {
  for (std::uint64_t seed = 301; seed <= 310; ++seed) {
    sail(seed, {.slowest = 300, .lost = 5, .restarts = 30});
  }
}

TEST_F(Storm, AnExitDoesNotWaitBehindEntries) {
  Random random(7, "exit");
  weather_ = {.slowest = 50};
  options_.limits = {};
  live(7);
  std::uint64_t sequence = 1;
  for (int second = 0; second < 300; ++second) {
    std::vector<Command> entries;
    for (int count = 0; count < 30; ++count) entries.push_back(made(++sequence, Purpose::Entry));
    core_->submit(entries, now().wall);
    carry(random);
    if (second % 4 == 3) {
      const Timestamp asked = steady_;
      last_order_ = {};
      const std::vector<Command> exit = {made(++sequence, Purpose::StopLoss)};
      core_->submit(exit, now().wall);
      carry(random);
      EXPECT_LE(last_order_ - asked, Duration::milliseconds(50)) << second;
      EXPECT_GE(last_order_, asked) << second;
    }
    move(Duration::seconds(1), random);
  }
}

// What is on its way counts for 30 s, for it may arrive late. Its answer says that it has arrived:
// a stop that was held for its sake leaves a second after that, and not half a minute.
TEST_F(Storm, AStopIsNotHeldForWhatHasBeenAnswered) {
  options_.limits = {};
  live(8);
  std::vector<Command> stops;
  for (std::uint64_t sequence = 1; sequence <= 9; ++sequence) {
    stops.push_back(made(sequence, Purpose::StopLoss));
  }
  pump();
  answer("POST symbol-token",
         R"({"s":"ok","validSymbol":{"NSE:SBIN-EQ":"10100000003045"},"invalidSymbol":[]})");
  pass(Duration::seconds(2));
  core_->submit(stops, now().wall);
  pump();
  std::string rows;
  for (int order = 1; order <= 8; ++order) {
    rows += (rows.empty() ? "" : ",") +
            (R"({"statusCode":200,"body":{"s":"ok","code":1101,"id":"90)" + std::to_string(order)) +
            "\"}}";
  }
  pass(Duration::milliseconds(50));
  answer("POST multi-order", R"({"s":"ok","code":200,"data":[)" + rows + "]}");
  EXPECT_FALSE(is_sent("POST orders"));
  pass(Duration::milliseconds(1'100));
  EXPECT_TRUE(is_sent("POST orders"));
}

}  // namespace
}  // namespace tranchet::fyers
