// What a day of an account costs on the disk, live and in segments, and how fast segments replay.
//
// 1,000 events a second: the marks of 300 instruments each second, and 700 trades; five commits a
// second, as the writer of a live program makes them of quiet prices. So many minutes of it are
// written, and the day is that many times over.
//
//   bench_segments [MINUTES]
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "engine/engine.h"
#include "events/log/segments.h"
#include "replay/opening.h"
#include "replay/segment.h"
#include "replay/verify.h"
#include "tests/bench/made_up_market.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr std::size_t kInstruments = 300, kEventsASecond = 1'000, kCommitsASecond = 5;
constexpr double kMinutesADay = 24 * 60;
constexpr double kGigabyte = 1e9;

// Prices that walk by ticks, all from integers.
class Market {
 public:
  Market() : ticks_(kInstruments) {
    for (std::size_t index = 0; index < kInstruments; ++index) {
      ticks_[index] = 1'000 + static_cast<std::int64_t>(index * index * 37 % 400'000);
    }
  }
  EventBody mark(std::size_t index) {
    return MarkPrice{.instrument = id(index), .price = price(index)};
  }
  EventBody trade() {
    const std::size_t index = next() % kInstruments;
    return TradePrinted{
        .instrument = id(index),
        .quantity = Quantity::from_raw(static_cast<std::int64_t>(1 + next() % 5'000) * 100'000),
        .price = price(index),
        .aggressor = static_cast<std::uint8_t>(1 + next() % 2)};
  }

 private:
  static InstrumentId id(std::size_t index) { return static_cast<InstrumentId>(index + 1); }
  Price price(std::size_t index) {
    ticks_[index] += static_cast<std::int64_t>(next() % 5) - 2;
    return Price::from_raw(ticks_[index] * 10'000'000);
  }
  std::uint64_t next() {
    state_ = state_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    return state_ >> 33;
  }
  std::vector<std::int64_t> ticks_;
  std::uint64_t state_ = 1;
};

std::vector<EventBody> opening(Names& names) {
  Opening run;
  for (std::size_t index = 0; index < kInstruments; ++index) {
    const std::string symbol = "COIN" + std::to_string(index) + "USDT";
    const InstrumentId instrument = names.instrument(symbol);
    run.instruments.push_back({.tick_size = Price::from_raw(10'000'000),
                               .step_size = Quantity::from_raw(100'000),
                               .symbol = names.intern(symbol),
                               .instrument = instrument});
  }
  return opening_events(run, names);
}

// Writes so many minutes; how many events that were.
std::uint64_t write(const std::filesystem::path& path, std::uint64_t minutes) {
  Names names;
  Market market;
  Engine engine{Settings()};
  Output output;
  auto log = LogWriter::create(path, Durability::AtClose);
  ENSURE(log.has_value());
  std::vector<Event> batch;
  const auto take = [&](std::int64_t nanoseconds, const EventBody& body) {
    batch.push_back({.sequence = next(engine.last_sequence()),
                     .time = Timestamp::from_nanoseconds(nanoseconds),
                     .body = body});
    output.clear();
    engine.apply(batch.back(), output);
  };
  const auto commit = [&] {
    ENSURE((*log)->append(batch, names).has_value());
    batch.clear();
    const Sequence head = engine.last_sequence();
    if (number(head) % 65'536 >= 200) return;
    ENSURE((*log)->note_digests({head, engine.command_digest(), engine.state_digest()}));
  };
  for (const EventBody& body : opening(names)) take(0, body);
  commit();
  for (std::uint64_t second = 0; second < minutes * 60; ++second) {
    for (std::size_t n = 0; n < kEventsASecond; ++n) {
      // The frame of marks comes at once, trades when they come.
      const std::size_t millisecond = n < kInstruments ? 0 : n - kInstruments + 1;
      const auto at = static_cast<std::int64_t>(second * 1'000 + millisecond) * 1'000'000;
      take(at, n < kInstruments ? market.mark(n) : market.trade());
      if (n % (kEventsASecond / kCommitsASecond) == kEventsASecond / kCommitsASecond - 1) commit();
    }
  }
  ENSURE((*log)->close().has_value());
  return number(engine.last_sequence());
}

void verify(const std::filesystem::path& log) {
  auto reader = LogReader::open(log);
  ENSURE(reader.has_value());
  const auto result = replay(**reader, {});
  ENSURE(result.has_value() && !result->divergence && result->notes > 0);
}

void scan(const std::filesystem::path& log) {
  auto reader = LogReader::open(log);
  ENSURE(reader.has_value() && (*reader)->scan(Sequence{1}, [](const Event&) { return true; }));
}

void run(std::uint64_t minutes) {
  const BenchFolder folder;
  const auto path = folder.file("log");
  const std::uint64_t events = write(path, minutes);
  const double days = kMinutesADay / static_cast<double>(minutes);
  const auto live = static_cast<double>(std::filesystem::file_size(path / "data.mdb"));
  const double raw_scan = best_seconds(3, [&] { scan(path); });
  const double raw = best_seconds(3, [&] { verify(path); });

  const auto part = newest_part(path);
  ENSURE(part.has_value());
  NewSegment segment;
  const double packing = best_seconds(1, [&] {
    const auto made = make_due_segment(path, {.bytes = part->bytes});
    ENSURE(made.has_value() && *made && (*made)->last == part->last);
    segment = **made;
  });
  const auto packed = static_cast<double>(segment.size.packed);

  std::printf("%llu minutes at 1,000 events/s: %llu events\n",
              static_cast<unsigned long long>(minutes), static_cast<unsigned long long>(events));
  std::printf("  live      %6.1f bytes an event  %6.2f GB a day   goal 15\n",
              live / static_cast<double>(events), live * days / kGigabyte);
  std::printf("  archived  %6.1f bytes an event  %6.2f GB a day   goal  3\n",
              packed / static_cast<double>(events), packed * days / kGigabyte);
  std::printf("  packing   %6.1f s of a processor for a day, read back and proved\n",
              packing * days);
  std::puts("reading (percent of the same from data.mdb)");
  print_rate("scan of data.mdb: read, check, decode", events, raw_scan, raw_scan);
  print_rate("scan of the segment", events, best_seconds(3, [&] { scan(segment.path); }), raw_scan);
  print_rate("replay of data.mdb with verification", events, raw, raw);
  print_rate("replay of the segment, goal 2 M/s", events,
             best_seconds(3, [&] { verify(segment.path); }), raw);
}

}  // namespace
}  // namespace tranchet

int main(int argc, char** argv) {
  const unsigned long long minutes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 60;
  tranchet::run(minutes == 0 ? 60 : minutes);
  return 0;
}
