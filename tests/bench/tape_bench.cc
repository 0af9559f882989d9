// Tapes: import, size, scan and search, against limits measured in the same run: a bare parse of
// the same text, a walk over the same bytes, and a bare loop over prices in memory.
//
//   bench_tape [MILLIONS OF TICKS, 50]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/line_reader.h"
#include "backtest/tape/block_encoder.h"
#include "backtest/tape/tape_import.h"
#include "backtest/tape/tape_writer.h"
#include "tests/bench/made_up_market.h"
#include "tests/bench/measure.h"

namespace tranchet {
namespace {

constexpr int kRepeats = 3;
constexpr std::int64_t kFileRows = 4'000'000;
constexpr std::int64_t kTick = 1'000'000;  // 0.01

// A walk that is the same in every run: a step up or down, all equally likely.
class Walk {
 public:
  explicit Walk(std::int64_t step) : step_(step) {}
  std::int64_t next() {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    price_ += (state_ >> 63) != 0 ? step_ : -step_;
    // Returned to the middle of its range, so that it can go on for ever.
    if (price_ < 25'000 * kDecimalOne) price_ += 2 * step_;
    if (price_ > 100'000 * kDecimalOne) price_ -= 2 * step_;
    return price_;
  }

 private:
  std::uint64_t state_ = 1;
  std::int64_t price_ = 50'000 * kDecimalOne;
  std::int64_t step_;
};

// aggTrades as Binance Vision publishes them, some of one millisecond.
void write_agg_trades(const std::filesystem::path& path) {
  std::ofstream out(path, std::ios::binary);
  std::string text =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  Walk walk(kTick * 10);
  for (std::int64_t row = 0; row < kFileRows; ++row) {
    const std::int64_t tenths = walk.next() / (kTick * 10);
    text += std::to_string(2'000'000'000 + row) + "," + std::to_string(tenths / 10) + "." +
            std::to_string(tenths % 10) + ",0.0" + std::to_string(10 + row % 90) + "," +
            std::to_string(5'000'000'000 + 2 * row) + "," +
            std::to_string(5'000'000'001 + 2 * row) + "," +
            std::to_string(1'711'929'600'000 + row / 2) + (row % 3 == 0 ? ",true\n" : ",false\n");
    if (text.size() > 1'000'000) {
      out << text;
      text.clear();
    }
  }
  out << text;
}

// Every run of digits as a number; checks nothing, keeps nothing but a sum.
std::uint64_t bare_parse(const std::filesystem::path& path) {
  auto file = open_input(path);
  ENSURE(file.has_value());
  auto part = (*file)->next_part();
  ENSURE(part.has_value() && *part != nullptr);
  LineReader reader(std::move(*part));
  std::uint64_t sum = 0;
  for (;;) {
    const auto lines = reader.next();
    ENSURE(lines.has_value());
    if (lines->text.empty()) return sum;
    std::uint64_t value = 0;
    for (const char c : lines->text) {
      if (c >= '0' && c <= '9') {
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
      } else if (c == ',' || c == '\n') {
        sum += value;
        value = 0;
      }
    }
  }
}

DataOptions options_of(const std::filesystem::path& path) {
  return {.paths = {path}, .symbol = "BTCUSDT", .instrument = InstrumentId{1}};
}

std::int64_t read_rows(const std::filesystem::path& path) {
  auto data = MarketData::open(options_of(path));
  ENSURE(data.has_value());
  Block block;
  while ((*data)->next(block).value()) {
  }
  return static_cast<std::int64_t>((*data)->report().used);
}

void bench_import(const BenchFolder& folder) {
  const auto csv = folder.file("BTCUSDT-aggTrades.csv");
  write_agg_trades(csv);
  const auto rows = static_cast<std::uint64_t>(kFileRows);
  std::uint64_t sum = 0;
  const double bare = best_seconds(kRepeats, [&] { sum += bare_parse(csv); });
  std::printf("aggTrades CSV, %lld rows (checksum of the bare parse %llu)\n",
              static_cast<long long>(kFileRows), static_cast<unsigned long long>(sum));
  print_rate("bare parse of digits, nothing checked", rows, bare, bare);
  print_rate("rows read and checked", rows, best_seconds(kRepeats, [&] { read_rows(csv); }), bare);
  const auto tape = folder.file("import.tape");
  std::uint64_t bytes = 0;
  const double import = best_seconds(kRepeats, [&] {
    std::filesystem::remove(tape);
    const auto imported = import_tape(options_of(csv), tape);
    ENSURE(imported.has_value());
    bytes = imported->bytes;
  });
  print_rate("imported into a tape", rows, import, bare);
  std::printf("  %.2f bytes a trade\n", static_cast<double>(bytes) / static_cast<double>(rows));
}

// A tape of trades whose price moves one step a tick.
void write_walk(const std::filesystem::path& path, std::uint64_t ticks, std::int64_t step) {
  auto writer = TapeWriter::open(path, "BTCUSDT");
  ENSURE(writer.has_value());
  BlockEncoder encoder;
  EncodedBlock block;
  Walk walk(step);
  std::vector<Occurrence> rows(kBlockTicks);
  for (std::uint64_t done = 0; done < ticks;) {
    const std::size_t size = std::min<std::uint64_t>(kBlockTicks, ticks - done);
    for (std::size_t at = 0; at < size; ++at, ++done) {
      const auto time = static_cast<std::int64_t>(1'711'929'600'000 + done * 20) * 1'000'000;
      rows[at] = {
          Timestamp::from_nanoseconds(time),
          TradePrinted{InstrumentId{1},
                       Quantity::from_raw(static_cast<std::int64_t>(1 + done % 900) * 100'000),
                       Price::from_raw(walk.next()), static_cast<std::uint8_t>(1 + done % 2)}};
    }
    encoder.encode(std::span(rows).first(size), block);
    ENSURE((*writer)->append(block).has_value());
  }
  ENSURE((*writer)->finish({.rows = ticks}).has_value());
}

std::uint64_t scan(const Tape& tape) {
  std::vector<std::int64_t> times(kStretchTicks), prices(kStretchTicks), sizes(kStretchTicks);
  std::uint64_t sum = 0;
  for (std::uint32_t index = 0; index < tape.blocks(); ++index) {
    const auto block = tape.block(index);
    ENSURE(block.has_value());
    for (std::uint32_t from = 0; from < block->size(); from += kStretchTicks) {
      const std::size_t size = std::min(kStretchTicks, block->size() - from);
      block->widen_times(from, std::span(times).first(size));
      block->prices().widen(from, std::span(prices).first(size));
      block->column(TickColumn::Quantities).widen(from, std::span(sizes).first(size));
      sum += static_cast<std::uint64_t>(times[size - 1] + prices[size - 1] + sizes[size - 1]);
    }
  }
  return sum;
}

// From exit to exit, a band of 0.4 % around the price of each.
std::uint64_t count_exits(const Tape& tape, std::int64_t part) {
  std::uint64_t exits = 0;
  TapePosition at{};
  while (at < tape.end()) {
    const auto held = tape.block(at.block);
    ENSURE(held.has_value());
    const std::int64_t price = held->prices()[at.index];
    const std::int64_t reach = price / 1'000'000 * part;
    const auto exit = tape.find_exit(at, tape.end(), price - reach, price + reach);
    ENSURE(exit.has_value());
    at = exit->at;
    ++exits;
  }
  return exits;
}

std::uint64_t count_exits_barely(const std::vector<std::int32_t>& prices, std::int64_t part) {
  std::uint64_t exits = 0;
  for (std::size_t at = 0; at < prices.size(); ++exits) {
    const auto reach = static_cast<std::int32_t>(prices[at] / 1e6 * static_cast<double>(part));
    const std::int32_t low = prices[at] - reach, high = prices[at] + reach;
    for (++at; at < prices.size() && prices[at] > low && prices[at] < high;) ++at;
  }
  return exits;
}

void bench_walk(const BenchFolder& folder, std::uint64_t ticks, std::int64_t step,
                const char* what) {
  const auto path = folder.file("walk.tape");
  std::filesystem::remove(path);
  write_walk(path, ticks, step);
  std::printf("%s, %llu ticks, %.2f bytes a tick\n", what, static_cast<unsigned long long>(ticks),
              static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(ticks));
  std::vector<std::int32_t> prices;
  prices.reserve(ticks);
  Walk walk(step);
  for (std::uint64_t at = 0; at < ticks; ++at) {
    prices.push_back(static_cast<std::int32_t>(walk.next() / (kTick / 10)));
  }
  std::uint64_t sum = 0;
  const double memory = best_seconds(kRepeats, [&] {
    for (const std::int32_t price : prices) sum += static_cast<std::uint64_t>(price);
  });
  print_rate("limit: a sum over prices in memory, 4 bytes each", ticks, memory, memory);
  const auto opening = best_seconds(kRepeats, [&] { ENSURE(Tape::open(path).has_value()); });
  std::printf("  opened in %.1f ms\n", opening * 1e3);
  // A tape opened anew has nothing checked yet: checksums are part of the scan.
  std::vector<std::shared_ptr<const Tape>> fresh;
  for (int at = 0; at < 3 * kRepeats; ++at) fresh.push_back(*Tape::open(path));
  std::size_t next = 0;
  print_rate("scan: checksums, times, prices, sizes", ticks,
             best_seconds(kRepeats, [&] { sum += scan(*fresh[next++]); }), memory);
  print_rate("scan again, checked before", ticks,
             best_seconds(kRepeats, [&] { sum += scan(*fresh[0]); }), memory);
  constexpr std::int64_t kPart = 4'000;  // 0.4 %
  std::uint64_t bare_exits = 0, exits = 0;
  const double bare =
      best_seconds(kRepeats, [&] { bare_exits = count_exits_barely(prices, kPart); });
  print_rate("exits of 0.4 % by a bare loop in memory", ticks, bare, memory);
  next = kRepeats;
  print_rate("exits by find_exit, first time", ticks,
             best_seconds(kRepeats, [&] { exits = count_exits(*fresh[next++], kPart); }), memory);
  print_rate("exits by find_exit, checked before", ticks,
             best_seconds(kRepeats, [&] { exits = count_exits(*fresh[0], kPart); }), memory);
  std::printf("  %llu exits, %llu by the bare loop (sum %llu)\n",
              static_cast<unsigned long long>(exits), static_cast<unsigned long long>(bare_exits),
              static_cast<unsigned long long>(sum));
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  const std::uint64_t millions = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 50;
  const tranchet::BenchFolder folder;
  tranchet::bench_import(folder);
  // Of 50,000: 5 is 1 basis point, 0.5 a tenth of one.
  tranchet::bench_walk(folder, millions * 1'000'000, 5 * tranchet::kDecimalOne,
                       "a walk of 1 bp a tick");
  tranchet::bench_walk(folder, millions * 1'000'000, tranchet::kDecimalOne / 2,
                       "a walk of 0.1 bp a tick");
  return 0;
}
