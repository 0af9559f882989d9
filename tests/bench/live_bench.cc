// The live loop on a real disk: how fast a price becomes an order, how much it can take, what it
// costs to stand still. Each figure beside a bare commit of the same disk, in the same run.
//
//   bench_live [SECONDS]     of the flood; 10
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "adapters/live/writer.h"
#include "adapters/paper/paper_side.h"
#include "events/log/event_log.h"
#include "replay/loop.h"
#include "replay/opening.h"
#include "tests/bench/bare_commits.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

constexpr int kInstruments = 300;

struct Quiet final : Observer {
  void on_event(const Event&, const Output&) override {}
};

// Where orders go: notes when the closing order was handed over, and answers like a venue.
class Handover final : public VenueSide {
 public:
  explicit Handover(const InstrumentListed& rules) : paper_(SimulationParameters{.latency = {}}) {
    paper_.list(rules);
  }
  void list(const InstrumentListed& rules) { paper_.list(rules); }
  void submit(std::span<const Command> commands, Timestamp now) override {
    for (const Command& command : commands) {
      const auto* order = std::get_if<SubmitOrder>(&command);
      if (order != nullptr && order->purpose == Purpose::Close) closing = read_clocks().steady;
      const auto* cancel = std::get_if<CancelOrder>(&command);
      if (cancel != nullptr && !reacted) reacted = read_clocks().steady;
    }
    paper_.submit(commands, now);
  }
  std::optional<Timestamp> next_wakeup() const override { return paper_.next_wakeup(); }
  void advance(Timestamp now, std::vector<Occurrence>& out) override { paper_.advance(now, out); }
  void start(ClockReading) override {}
  void tick(ClockReading) override {}
  std::optional<Timestamp> next_tick() const override { return std::nullopt; }
  void see(const Occurrence& market) override { paper_.see(market); }
  void take_market(std::vector<Occurrence>& out) override { out.clear(); }
  bool is_idle() const override { return true; }
  std::string refusal() const override { return {}; }
  Notes::Fields figures() const override { return {}; }

  std::optional<Timestamp> reacted;  // The first command that a price caused was handed over.
  std::optional<Timestamp> closing;

 private:
  PaperSide paper_;
};

// A program without its network: inbox, writer, engine, log.
struct Program {
  explicit Program(const fs::path& folder)
      : log(std::move(*LogWriter::create(folder, Durability::EveryBatch))) {
    Opening opening;
    opening.settings.set(Setting::MaxPositionValue, InstrumentId::None, 50'000 * kDecimalOne);
    for (int at = 1; at <= kInstruments; ++at) {
      const std::string symbol = "COIN" + std::to_string(at) + "USDT";
      opening.instruments.push_back({.tick_size = Price::from_raw(kDecimalOne / 10),
                                     .step_size = Quantity::from_raw(kDecimalOne / 1'000),
                                     .symbol = names.intern(symbol),
                                     .instrument = names.instrument(symbol)});
    }
    engine = std::make_unique<Engine>(opening.settings);
    side = std::make_unique<Handover>(opening.instruments.front());
    for (const InstrumentListed& rules : opening.instruments) side->list(rules);
    loop =
        std::make_unique<Loop>(*engine, *side, quiet, Journal{.log = log.get(), .names = &names});
    writer = std::make_unique<Writer>(Writer::Parts{*engine, names, *side, inbox, *notes, *loop});
    if (!writer->begin(opening_events(opening, names), read_clocks())) std::abort();
  }
  void start() {
    thread = std::thread([this] {
      // As a session does, where it is permitted.
      const sched_param priority{.sched_priority = 1};
      pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
      if (auto ended = writer->run(); !ended) {
        std::printf("failed: %s\n", ended.error().message.c_str());
      }
    });
  }
  void stop() {
    inbox.post([this](ClockReading now) { writer->stop(now); });
    thread.join();
  }
  // On the writer's thread, and done when it returns.
  template <class Question>
  void ask(Question question) {
    std::atomic<bool> done = false;
    inbox.post([&](ClockReading) {
      question();
      done = true;
      done.notify_one();
    });
    done.wait(false);
  }

  Names names;
  std::unique_ptr<LogWriter> log;
  std::unique_ptr<Notes> notes = std::move(*Notes::open({.file = "/dev/null"}));
  Quiet quiet;
  Inbox inbox{InboxLimits{}};
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Handover> side;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Writer> writer;
  std::thread thread;
};

EventBody mark(int instrument, std::int64_t units) {
  return MarkPrice{.instrument = static_cast<InstrumentId>(instrument),
                   .price = Price::from_raw(units * kDecimalOne)};
}

// A mark passes a target: from the frame's arrival to the first command at the venue's door.
void reaction(const fs::path& folder, int rounds) {
  BareCommits bare(folder / "bare");
  Program program(folder / "reaction");
  program.start();
  std::vector<Duration> times;
  for (int round = 0; round < rounds; ++round) {
    const EventBody start = mark(1, 10'000);
    program.inbox.post_market(read_clocks().wall, {&start, 1});
    // Work goes before prices that came with it: the price must have been seen.
    bool seen = false;
    while (!seen) {
      program.ask([&] {
        seen = program.engine->state().instrument(InstrumentId{1}).mark ==
               Price::from_raw(10'000 * kDecimalOne);
      });
    }
    program.ask([&] {
      program.writer->take(EntrySignal{.quantity = Quantity::from_raw(kDecimalOne / 100),
                                       .instrument = InstrumentId{1},
                                       .side = Side::Buy,
                                       .order_type = OrderType::Market});
    });
    // The entry fills and its orders rest when nothing is unanswered any more.
    bool settled = false;
    while (!settled) {
      program.ask([&] {
        const State& state = program.engine->state();
        settled = open_quantity(state.instrument(InstrumentId{1}).position(PositionSide::Long))
                      .is_positive() &&
                  std::ranges::none_of(
                      state.orders, [](const auto& order) { return order.second.is_unanswered(); });
        program.side->reacted.reset();
      });
    }
    bare.commit();
    std::vector<EventBody> frame;
    for (int at = 1; at <= kInstruments; ++at) frame.push_back(mark(at, 10'200));
    const Timestamp arrived = read_clocks().steady;
    program.inbox.post_market(read_clocks().wall, frame);
    bool flat = false;
    while (!flat) {
      program.ask([&] {
        flat =
            !open_quantity(
                 program.engine->state().instrument(InstrumentId{1}).position(PositionSide::Long))
                 .is_positive();
      });
    }
    program.ask([&] {
      if (program.side->reacted) times.push_back(*program.side->reacted - arrived);
    });
  }
  program.stop();
  std::printf("mark of 300 symbols to the first order handed over, %zu times\n", times.size());
  std::printf("  p50 %8.0f us   a bare commit %8.0f us   beyond it %6.0f us (goal 100)\n",
              at_share(times, 0.5), at_share(bare.times, 0.5),
              at_share(times, 0.5) - at_share(bare.times, 0.5));
  std::printf("  p99 %8.0f us   a bare commit %8.0f us   (goal 3000, where the disk allows)\n",
              at_share(times, 0.99), at_share(bare.times, 0.99));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double resident_megabytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "RssAnon:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  }
  return 0;
}

// 200,000 events a second, in pieces of 2 ms, for so many seconds.
void flood(const fs::path& folder, int seconds) {
  constexpr int kPieces = 500;  // A second.
  constexpr int kEvents = 400;  // A piece.
  Program program(folder / "flood");
  program.start();
  std::vector<EventBody> piece;
  for (int at = 0; at < kEvents; ++at) {
    piece.push_back(TradePrinted{.instrument = static_cast<InstrumentId>(1 + at % kInstruments),
                                 .price = Price::from_raw((10'000 + at % 7) * kDecimalOne)});
  }
  const auto start = std::chrono::steady_clock::now();
  for (int at = 0; at < seconds * kPieces; ++at) {
    program.inbox.post_market(read_clocks().wall, piece);
    std::this_thread::sleep_until(start + std::chrono::milliseconds(2) * (at + 1));
  }
  const double sent =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  program.stop();
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::uint64_t logged = number(program.engine->last_sequence());
  std::printf(
      "flood of %d s: %.0f events a second sent, %llu in the log, %llu conflated away, %.2f s "
      "until all was durable\n",
      seconds, seconds * kPieces * kEvents / sent, static_cast<unsigned long long>(logged),
      static_cast<unsigned long long>(program.inbox.merged()), took);
  std::printf("  memory of its own, 300 symbols: %.0f MB (goal 128)\n", resident_megabytes());
}

// A frame of 300 marks a second and nothing else.
void standing_still(const fs::path& folder) {
  Program program(folder / "still");
  program.start();
  std::vector<EventBody> frame;
  for (int at = 1; at <= kInstruments; ++at) frame.push_back(mark(at, 10'000));
  const double before = cpu_seconds();
  constexpr int kSeconds = 5;
  for (int second = 0; second < kSeconds; ++second) {
    program.inbox.post_market(read_clocks().wall, frame);
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  std::printf("300 marks a second and nothing else: %.2f %% of a processor (goal 2)\n",
              (cpu_seconds() - before) * 100 / kSeconds);
  program.stop();
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  using namespace tranchet;
  const int seconds = count > 1 ? std::max(1, std::atoi(arguments[1])) : 10;
  // Beside the sources' build, for /tmp may be no disk.
  const fs::path folder = fs::current_path() / ("bench-live-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  reaction(folder, 200);
  flood(folder, seconds);
  standing_still(folder);
  fs::remove_all(folder);
  return 0;
}
