// The adapter for Aster: a frame of 300 marks from bytes to applied events, against simdjson's own
// parse of the same bytes in the same run; and what a signature costs.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/aster/market_feed.h"
#include "adapters/aster/signing.h"
#include "engine/engine.h"
#include "events/log/event_log.h"
#include "replay/opening.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr std::size_t kSymbols = 300;
constexpr int kFrames = 500;

std::string frame(int number) {
  std::string text = "[";
  for (std::size_t index = 0; index < kSymbols; ++index) {
    if (index > 0) text += ',';
    const std::string cents = std::to_string(10 + (number + static_cast<int>(index)) % 90);
    text += R"({"e":"markPriceUpdate","E":1754660466000,"s":"COIN)" + std::to_string(index) +
            R"(USDT","p":"116809.)" + cents + R"(000000","P":"116595.54012838",)" +
            R"("i":"116836.93534884","r":"0.00010000","T":1754668800000})";
  }
  return text + "]";
}

struct Bench {
  Names names;
  Opening opening;
  Engine engine{Settings(), 1};
  std::vector<Event> events;
  Output output;
  Sequence last{};

  Bench() {
    for (std::size_t index = 0; index < kSymbols; ++index) {
      InstrumentListed listed{.tick_size = Price::from_raw(1'000'000),
                              .step_size = Quantity::from_raw(100'000)};
      const std::string symbol = "COIN" + std::to_string(index) + "USDT";
      listed.symbol = names.intern(symbol);
      listed.instrument = names.instrument(symbol);
      opening.instruments.push_back(listed);
    }
    for (const EventBody& body : opening_events(opening, names)) apply(body);
  }
  void apply(const EventBody& body) {
    last = next(last);
    const Event event{last, Timestamp() + Duration::seconds(1), body};
    engine.apply(event, output);
    events.push_back(event);
  }
};

// All frames parsed, appended to a log one batch each, and applied; without waiting for the disk.
double appended_seconds(const std::vector<std::string>& texts) {
  std::string folder = (std::filesystem::temp_directory_path() / "aster-bench-XXXXXX").string();
  ENSURE(mkdtemp(folder.data()) != nullptr);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const std::filesystem::path path =
        std::filesystem::path(folder) / ("log" + std::to_string(round));
    auto log = LogWriter::create(path, Durability::AtClose);
    ENSURE(log.has_value());
    Bench bench;
    ENSURE((*log)->append(bench.events, bench.names).has_value());
    aster::MarketFeed feed(bench.names);
    std::vector<EventBody> bodies;
    const double seconds = best_seconds(1, [&] {
      for (const std::string& text : texts) {
        bodies.clear();
        bench.events.clear();
        ENSURE(feed.read(text, bodies).empty());
        for (const EventBody& body : bodies) bench.apply(body);
        ENSURE((*log)->append(bench.events, bench.names).has_value());
      }
    });
    if (round == 0 || seconds < best) best = seconds;
  }
  std::filesystem::remove_all(folder);
  return best;
}

void frames() {
  std::vector<std::string> texts;
  for (int number = 0; number < kFrames; ++number) texts.push_back(frame(number));
  std::vector<simdjson::padded_string> padded(texts.begin(), texts.end());
  simdjson::dom::parser parser;
  std::size_t seen = 0;
  const double own = best_seconds(5, [&] {
    for (const auto& text : padded) seen += parser.parse(text).get_array().size();
  });
  Bench bench;
  aster::MarketFeed feed(bench.names);
  std::vector<EventBody> bodies;
  const double parsed = best_seconds(5, [&] {
    for (const std::string& text : texts) {
      bodies.clear();
      ENSURE(feed.read(text, bodies).empty());
      seen += bodies.size();
    }
  });
  const double applied = best_seconds(5, [&] {
    for (const std::string& text : texts) {
      bodies.clear();
      bench.events.clear();
      ENSURE(feed.read(text, bodies).empty());
      for (const EventBody& body : bodies) bench.apply(body);
    }
  });
  // The log as it is while nothing follows from prices: written with each frame, and on the disk
  // 200 ms later, which no frame waits for.
  const double appended = appended_seconds(texts);
  ENSURE(seen > 0);
  const auto per_frame = [](double seconds) { return seconds / kFrames * 1e6; };
  std::printf("A frame of 300 marks, %zu bytes\n", texts.front().size());
  std::printf("  simdjson's own parse (dom)             %8.1f us\n", per_frame(own));
  std::printf("  parsed into events                     %8.1f us  %.2f x\n", per_frame(parsed),
              parsed / own);
  std::printf("  parsed and applied by the engine       %8.1f us  %.2f x\n", per_frame(applied),
              applied / own);
  std::printf("  parsed, appended and applied           %8.1f us  %.2f x (goal: 3)\n",
              per_frame(appended), appended / own);
}

void signatures() {
  const auto signer = aster::make_wallet_signer(
      "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", {},
      Secret("4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1"),
      aster::kMainnetChain);
  constexpr int kCount = 500;
  std::size_t size = 0;
  const double seconds = best_seconds(3, [&] {
    for (int number = 0; number < kCount; ++number) {
      size += (*signer)
                  ->sign({.parameters = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1",
                          .microseconds = static_cast<std::uint64_t>(number)})
                  .size();
    }
  });
  ENSURE(size > 0);
  std::printf("A V3 signature                           %8.1f us\n", seconds / kCount * 1e6);
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::frames();
  tranchet::signatures();
}
