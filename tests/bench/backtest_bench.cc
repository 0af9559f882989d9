// What a whole backtest costs, from files to results: trade by trade, bar by bar and from a gzip
// capture, against limits measured in the same run, and stage by stage. README.md says how to read
// the tables.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/line_reader.h"
#include "backtest/run.h"
#include "tests/bench/made_up_market.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr std::int64_t kTrades = 5'000'000;
constexpr std::int64_t kBars = 3'000'000;
constexpr std::int64_t kMonth = 43'200;
constexpr std::int64_t kCaptureLines = 500'000;
constexpr int kRepeats = 3;
constexpr InstrumentId kInstrument{1};
constexpr const char* kSymbol = "BTCUSDT";

InstrumentListed rules() {
  return {.tick_size = Price::from_raw(10'000'000),
          .step_size = Quantity::from_raw(100'000),
          .instrument = kInstrument};
}

// The dip strategy on one side, with tranches so close that a fall opens all five.
BacktestOptions options_of(const std::filesystem::path& file, Duration cooldown) {
  BacktestOptions options;
  options.data.paths = {file};
  options.data.symbol = kSymbol;
  options.rules = rules();
  const auto set = [&](Setting setting, std::int64_t value) {
    options.settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::Strategy, static_cast<std::int64_t>(StrategyName::Dip));
  set(Setting::StrategySides, static_cast<std::int64_t>(StrategySidesChoice::Long));
  set(Setting::StrategyCooldown, cooldown.count());
  set(Setting::AtCap, static_cast<std::int64_t>(AtCapPolicy::Reject));
  set(Setting::TrancheIncrement, 5'000);
  set(Setting::TakeProfit, 20'000);
  set(Setting::StopLoss, 150'000);
  set(Setting::MaxPositionValue, 5'000 * kDecimalOne);
  return options;
}

// ---- Limits.

std::unique_ptr<LineReader> reader_of(const std::filesystem::path& path) {
  auto file = open_input(path);
  ENSURE(file.has_value());
  auto part = (*file)->next_part();
  ENSURE(part.has_value() && *part != nullptr);
  return std::make_unique<LineReader>(std::move(*part));
}

// Finding the ends of lines is all the reader does; the text is touched once.
void count_lines(const std::filesystem::path& path) {
  const auto reader = reader_of(path);
  for (;;) {
    const auto stretch = reader->next();
    ENSURE(stretch.has_value());
    if (!stretch->text.empty()) continue;
    ENSURE(stretch->first_line > 1);
    return;
  }
}

// Every run of digits and points as a number; checks nothing, keeps nothing but a sum.
std::int64_t sum_of_numbers(std::string_view text) {
  std::int64_t sum = 0, value = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      value = value * 10 + (c - '0');
    } else if (c == ',' || c == '\n') {
      sum += value;
      value = 0;
    }
  }
  return sum;
}

void parse_bare(const std::filesystem::path& path) {
  const auto reader = reader_of(path);
  std::int64_t sum = 0;
  for (;;) {
    const auto stretch = reader->next();
    ENSURE(stretch.has_value());
    if (stretch->text.empty()) break;
    sum ^= sum_of_numbers(stretch->text);
  }
  ENSURE(sum != 0);
}

// ---- Stages.

template <class Take>
std::uint64_t read_all(const BacktestOptions& options, const Take& take) {
  DataOptions data_options = options.data;
  data_options.instrument = kInstrument;
  const auto data = MarketData::open(data_options);
  ENSURE(data.has_value());
  Block block;
  for (;;) {
    const auto more = (*data)->next(block);
    ENSURE(more.has_value());
    if (!*more) return (*data)->report().used;
    take(block);
  }
}

std::vector<Price> prices_of(const BacktestOptions& options) {
  std::vector<Price> prices;
  read_all(options, [&](const Block& block) {
    for (const PlainTrade& row : block.trades) prices.push_back(row.price);
  });
  return prices;
}

// The least a backtest could do: every price against a band that no price leaves.
void compare_with_band(const std::vector<Price>& prices) {
  std::uint64_t outside = 0;
  const Price low = Price::from_raw(1), high = Price::max();
  for (const Price price : prices) outside += price <= low || price >= high ? 1U : 0U;
  ENSURE(outside == 0);
}

class NoVenue final : public Venue {
 public:
  void submit(std::span<const Command>, Timestamp) override {}
  std::optional<Timestamp> next_wakeup() const override { return std::nullopt; }
  void advance(Timestamp, std::vector<Occurrence>&) override {}
};

class NoObserver final : public Observer {
 public:
  void on_event(const Event&, const Output&) override {}
};

Settings trade_marked(const BacktestOptions& options) {
  Settings settings = options.settings;
  const auto set = [&](Setting setting, std::int64_t value) {
    settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::MarkSource, static_cast<std::int64_t>(MarkSourceChoice::Trade));
  set(Setting::InstantTakeProfitEnabled, 0);
  set(Setting::BackstopEnabled, 0);
  return settings;
}

// Decoder and engine. Nobody answers, so nothing is ever opened: what every price costs.
void run_engine(const BacktestOptions& options) {
  const Settings settings = trade_marked(options);
  Engine engine(settings);
  NoVenue venue;
  NoObserver observer;
  Loop loop(engine, venue, observer, {});
  Names names;
  ENSURE(names.instrument(kSymbol) == kInstrument);
  const Opening opening{.settings = settings, .instruments = {rules()}};
  bool opened = false;
  read_all(options, [&](const Block& block) {
    if (!opened) {
      for (const EventBody& body : opening_events(opening, names)) {
        ENSURE(loop.take(block.trades.front().time, body).has_value());
      }
      opened = true;
    }
    for (const PlainTrade& trade_row : block.trades) {
      const Occurrence row = trade_row.as_event(kInstrument);
      const auto& trade = std::get<TradePrinted>(row.body);
      ENSURE(loop.run_until(row.time).has_value());
      if (!loop.pass(row.time, trade)) ENSURE(loop.take(row.time, row.body).has_value());
    }
  });
}

// Decoder, engine and venue, without an account. Counts the rows by how many tranches were live.
using LiveCounts = std::array<std::uint64_t, 6>;
LiveCounts run_venue(const BacktestOptions& options) {
  const Settings settings = trade_marked(options);
  SimulationParameters simulation = options.simulation;
  simulation.mark_from_trades = true;
  Engine engine(settings);
  SimulatedVenue venue(simulation);
  venue.list(rules());
  NoObserver observer;
  Loop loop(engine, venue, observer, {});
  Names names;
  ENSURE(names.instrument(kSymbol) == kInstrument);
  const Opening opening{.settings = settings, .instruments = {rules()}};
  LiveCounts counts{};
  bool opened = false;
  PriceBand band;
  std::uint64_t band_change = ~std::uint64_t{0};
  const auto take = [&](const Occurrence& row) {
    const auto& trade = std::get<TradePrinted>(row.body);
    ENSURE(loop.run_until(row.time).has_value());
    if (band_change != loop.venue_changes()) {
      band = venue.quiet_band(kInstrument);
      band_change = loop.venue_changes();
    }
    if (band.contains(trade.price)) {
      venue.note_price(kInstrument, trade.price, row.time);
      if (loop.pass(row.time, trade)) return;
    } else {
      venue.observe(row.body, row.time);
      loop.look_again();
      band_change = ~std::uint64_t{0};
      ENSURE(loop.run_until(row.time).has_value());
    }
    ENSURE(loop.take(row.time, row.body).has_value());
  };
  read_all(options, [&](const Block& block) {
    if (!opened) {
      for (const EventBody& body : opening_events(opening, names)) {
        ENSURE(loop.take(block.trades.front().time, body).has_value());
      }
      opened = true;
    }
    for (const PlainTrade& row : block.trades) take(row.as_event(kInstrument));
    const auto live = engine.state().instrument(kInstrument).positions[0].tranches.size();
    counts[std::min<std::size_t>(live, 5)] += block.trades.size();
  });
  return counts;
}

Summary run_whole(const BacktestOptions& options) {
  Names names;
  ENSURE(names.instrument(kSymbol) == kInstrument);
  auto summary = run_backtest(options, names);
  ENSURE(summary.has_value());
  return std::move(*summary);
}

// `prices`: how many a row becomes.
void print_result(const Summary& summary, std::uint64_t rows, std::uint64_t prices) {
  std::printf(
      "    %.3f further events a row; %llu tranches opened, %llu closed, %llu live at most\n",
      static_cast<double>(summary.events - rows * prices) / static_cast<double>(rows),
      static_cast<unsigned long long>(summary.account.tranches_opened),
      static_cast<unsigned long long>(summary.account.trades),
      static_cast<unsigned long long>(summary.account.tranches_live_max));
}

void bench_trades(const BenchFolder& folder) {
  const auto file = folder.file("BTCUSDT-aggTrades.csv");
  write_trades(file, kTrades);
  BacktestOptions options = options_of(file, Duration::minutes(2));
  const std::uint64_t rows = kTrades;
  std::printf("trade by trade: aggTrades CSV, %llu rows, %.0f MB (percent of the bare parse)\n",
              static_cast<unsigned long long>(rows),
              static_cast<double>(std::filesystem::file_size(file)) / 1e6);
  const double limit = best_seconds(kRepeats, [&] { parse_bare(file); });
  const auto row = [&](const char* stage, auto&& run) {
    print_rate(stage, rows, best_seconds(kRepeats, run), limit);
  };
  {
    const std::vector<Price> prices = prices_of(options);
    row("limit: compare prices in memory with a band", [&] { compare_with_band(prices); });
  }
  row("limit: count newlines", [&] { count_lines(file); });
  print_rate("limit: bare fixed-point parse", rows, limit, limit);
  row("decode", [&] { read_all(options, [](const Block&) {}); });
  row("decode + engine", [&] { run_engine(options); });
  LiveCounts counts{};
  row("decode + engine + venue", [&] { counts = run_venue(options); });
  Summary summary;
  row("whole: decode + engine + venue + account", [&] { summary = run_whole(options); });
  options.skip = false;
  row("whole, skip = off: every price an event", [&] { run_whole(options); });
  row("whole, with the log, synced at its close", [&] {
    options.log = folder.file("log");
    std::filesystem::remove_all(*options.log);
    run_whole(options);
  });
  print_result(summary, rows, 1);
  std::printf("  rows by live tranches, percent:");
  for (std::size_t live = 0; live < counts.size(); ++live) {
    std::printf("  %zu: %.0f", live,
                100.0 * static_cast<double>(counts[live]) / static_cast<double>(rows));
  }
  std::puts("");
}

void bench_bars(const BenchFolder& folder) {
  const auto file = folder.file("BTCUSDT-1m.csv");
  write_bars(file, kBars);
  const std::uint64_t rows = kBars;
  std::printf("1-minute bars: klines CSV, %llu rows, %.0f MB (percent of the bare parse)\n",
              static_cast<unsigned long long>(rows),
              static_cast<double>(std::filesystem::file_size(file)) / 1e6);
  const double limit = best_seconds(kRepeats, [&] { parse_bare(file); });
  const auto row = [&](const char* stage, auto&& run) {
    print_rate(stage, rows, best_seconds(kRepeats, run), limit);
  };
  row("limit: count newlines", [&] { count_lines(file); });
  print_rate("limit: bare fixed-point parse", rows, limit, limit);
  BacktestOptions options = options_of(file, Duration::hours(6));
  row("decode", [&] { read_all(options, [](const Block&) {}); });
  Summary summary;
  for (const std::int64_t hours : {6, 1}) {
    options = options_of(file, Duration::hours(hours));
    row(hours == 6 ? "whole, both orders, an entry every 6 hours at most"
                   : "whole, both orders, an entry every hour at most",
        [&] { summary = run_whole(options); });
    print_result(summary, rows, 4);
  }
  options = options_of(file, Duration::hours(6));
  options.skip = false;
  row("whole, both orders, every 6 hours, skip = off", [&] { run_whole(options); });
  options = options_of(file, Duration::seconds(30));
  options.settings = Settings();
  options.settings.set(Setting::Strategy, InstrumentId::None,
                       static_cast<std::int64_t>(StrategyName::Dip));
  row("whole, both orders, every default of the program", [&] { summary = run_whole(options); });
  print_result(summary, rows, 4);
}

void bench_capture(const BenchFolder& folder) {
  const auto file = folder.file("btcusdt.gz");
  write_capture(file, kCaptureLines);
  const BacktestOptions options = options_of(file, Duration::minutes(2));
  const std::uint64_t rows = kCaptureLines;
  std::printf("stream capture: gzip JSON lines, %llu rows (percent of unpacking and counting)\n",
              static_cast<unsigned long long>(rows));
  const double limit = best_seconds(kRepeats, [&] { count_lines(file); });
  const auto row = [&](const char* stage, auto&& run) {
    print_rate(stage, rows, best_seconds(kRepeats, run), limit);
  };
  print_rate("limit: unpack and count newlines", rows, limit, limit);
  row("decode", [&] { read_all(options, [](const Block&) {}); });
  // Whether a capture has marks is known at its end only: it is read twice.
  row("whole", [&] { run_whole(options); });
}

// ---- The program itself, as it is installed.

// What a line of the shell prints, and the processor time that it took.
struct LineRan {
  std::string out;
  double seconds = 0;
};
LineRan run_line(const std::string& line) {
  const auto children_seconds = [] {
    rusage usage{};
    ENSURE(getrusage(RUSAGE_CHILDREN, &usage) == 0);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  };
  const double before = children_seconds();
  std::FILE* const pipe = popen(line.c_str(), "r");
  ENSURE(pipe != nullptr);
  LineRan ran;
  std::array<char, 4'096> part{};
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    ran.out.append(part.data(), size);
  }
  ENSURE(pclose(pipe) == 0);
  ran.seconds = children_seconds() - before;
  return ran;
}

std::string figure_in(const std::string& json, const std::string& name) {
  const std::size_t at = json.find("\"" + name + "\": \"");
  ENSURE(at != std::string::npos);
  const std::size_t from = at + name.size() + 5;
  return json.substr(from, json.find('"', from) - from);
}

// From event to event and price by price: the program's digests must be the same.
void bench_program(const BenchFolder& folder) {
  const auto file = folder.file("BTCUSDT-aggTrades.csv");
  write_trades(file, kTrades);
  const std::string program = TRANCHET_PROGRAM;
  const std::string tape = folder.file("program.tape").string();
  const LineRan import = run_line(program + " import --data " + file.string() + " --instrument " +
                                  kSymbol + " --into " + tape);
  const std::string backtest =
      program + " backtest --json --config " TRANCHET_SOURCE_DIR "/data/example.toml --data " +
      tape;
  const LineRan jumped = run_line(backtest);
  const LineRan stepped = run_line(backtest + " --set backtest.skip=off");
  const auto digests = [](const LineRan& ran) {
    return figure_in(ran.out, "command_digest") + " " + figure_in(ran.out, "state_digest");
  };
  ENSURE(digests(jumped) == digests(stepped));
  std::printf("the program itself, processes and all: %lld trades (percent of skip = off)\n",
              static_cast<long long>(kTrades));
  const std::uint64_t rows = kTrades;
  print_rate("tranchet import", rows, import.seconds, stepped.seconds);
  print_rate("tranchet backtest, skip = off", rows, stepped.seconds, stepped.seconds);
  print_rate("tranchet backtest, from event to event", rows, jumped.seconds, stepped.seconds);
  std::printf("  commands and state of both: %s\n", digests(jumped).c_str());
}

// The highest resident size of the program itself over a month of bars. First of all, because a
// child starts with its parent's.
void bench_memory(const BenchFolder& folder) {
  const auto file = folder.file("BTCUSDT-1m-month.csv");
  write_bars(file, kMonth);
  const auto out = folder.file("out");
  std::fflush(stdout);
  const pid_t child = fork();
  ENSURE(child >= 0);
  if (child == 0) {
    std::freopen("/dev/null", "w", stdout);
    std::freopen("/dev/null", "w", stderr);
    execl(TRANCHET_PROGRAM, "tranchet", "backtest", "--data", file.c_str(), "--instrument", kSymbol,
          "--config", TRANCHET_SOURCE_DIR "/data/example.toml", "--out", out.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  ENSURE(wait4(child, &status, 0, &usage) == child);
  ENSURE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  std::printf("memory: a month of 1-minute bars with all result files: %.1f MB resident at most\n",
              static_cast<double>(usage.ru_maxrss) * 1024 / 1e6);
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  using namespace tranchet;
  const auto wanted = [&](const char* part) {
    return count < 2 || std::strcmp(arguments[1], part) == 0;
  };
  const BenchFolder folder;
  if (wanted("memory")) bench_memory(folder);
  if (wanted("trades")) bench_trades(folder);
  if (wanted("bars")) bench_bars(folder);
  if (wanted("capture")) bench_capture(folder);
  if (wanted("program")) bench_program(folder);
  return 0;
}
