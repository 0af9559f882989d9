// Tapes in files: what was imported comes back, appending, and refusals that write nothing.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "backtest/tape/block_encoder.h"
#include "backtest/tape/tape_data.h"
#include "backtest/tape/tape_import.h"
#include "backtest/tape/tape_writer.h"
#include "tests/backtest/market_data/input_files.h"
#include "tests/backtest/tape/made_up_rows.h"

namespace tranchet {
namespace {

ReadData read_tape(const std::filesystem::path& path, std::string symbol = "BTCUSDT") {
  ReadData read;
  auto data = open_data(options_of({path}, std::move(symbol)));
  if (!data) {
    read.error = data.error();
    return read;
  }
  Block block;
  for (;;) {
    const auto more = (*data)->next(block);
    if (!more) read.error = more.error();
    if (!more || !*more) break;
    read.bars.insert(read.bars.end(), block.bars.begin(), block.bars.end());
    append_events(block, kInstrument, read.events);
  }
  read.report = (*data)->report();
  return read;
}

std::string error_text(const auto& result) {
  return result ? std::string() : to_text(result.error());
}

// The lines of a file of trades, in two files.
class TwoParts : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<Occurrence> all = made_up_trades(30'000, {.most_wait = 30});
    std::size_t cut = 20'000;
    while (all[cut].time == all[cut - 1].time) ++cut;
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(cut);
    first_ = folder_.text("first.csv", agg_trades_text({all.begin(), middle}));
    second_ = folder_.text("second.csv", agg_trades_text({middle, all.end()}));
    rows_ = all;
  }
  auto import(const std::filesystem::path& path, const std::string& symbol = "BTCUSDT") {
    return import_tape(options_of({path}, symbol), tape_);
  }

  InputFolder folder_;
  std::filesystem::path tape_ = folder_.path("btc.tape");
  std::filesystem::path first_, second_;
  std::vector<Occurrence> rows_;
};

TEST_F(TwoParts, AppendToOneTape) {
  ASSERT_EQ(error_text(import(first_)), "");
  const auto both = import(second_);
  ASSERT_EQ(error_text(both), "");
  EXPECT_EQ(both->meta.count, rows_.size());
  EXPECT_EQ(both->added.rows, rows_.size() - (both->meta.report.rows - both->added.rows));
  const ReadData read = read_tape(tape_);
  EXPECT_EQ(difference(rows_, read.events), "");
  EXPECT_EQ(read.report.used, rows_.size());
  EXPECT_EQ(read.report.first_time, rows_.front().time);
  EXPECT_EQ(read.report.last_time, rows_.back().time);
  EXPECT_TRUE(read.report.has_trades);
  EXPECT_EQ(error_text(check_tape(tape_)), "");
}

TEST_F(TwoParts, RefusalsNameWhatIsWrongAndWriteNothing) {
  ASSERT_EQ(error_text(import(second_)), "");
  const std::string before = content_of(tape_);
  EXPECT_NE(error_text(import(first_)).find("they overlap"), std::string::npos);
  EXPECT_NE(error_text(import(second_)).find("they overlap"), std::string::npos);
  EXPECT_NE(error_text(import(second_, "ETHUSDT")).find("is a tape of BTCUSDT, not of ETHUSDT"),
            std::string::npos);
  const auto bars = folder_.text("bars.csv",
                                 "time,open,high,low,close,volume\n1911929600000,1,2,1,2,5\n"
                                 "1911929660000,1,2,1,2,5\n");
  EXPECT_NE(error_text(import(bars)).find("is a tape of ticks, the data has bars"),
            std::string::npos);
  EXPECT_EQ(error_text(check_tape(tape_)), "");
  EXPECT_EQ(difference(read_data(second_).events, read_tape(tape_).events), "");
  const auto other = folder_.text("notes.txt", "not a tape");
  EXPECT_NE(error_text(import_tape(options_of({first_}, "BTCUSDT"), other)).find("is not a tape"),
            std::string::npos);
  EXPECT_EQ(content_of(other), "not a tape");
  EXPECT_FALSE(before.empty());
}

TEST_F(TwoParts, ABadRowLeavesTheTapeAsItWas) {
  ASSERT_EQ(error_text(import(first_)), "");
  const auto bad = folder_.text("bad.csv", content_of(second_) + "1,-3,1,1,1,1811929600000,true\n");
  EXPECT_NE(error_text(import(bad)).find("is not positive"), std::string::npos);
  EXPECT_EQ(difference(read_data(first_).events, read_tape(tape_).events), "");
  EXPECT_EQ(error_text(import(second_)), "");
  EXPECT_EQ(difference(rows_, read_tape(tape_).events), "");
}

TEST_F(TwoParts, AnImportThatIsRefusedLeavesNoTape) {
  const auto bad = folder_.text("bad.csv", content_of(first_) + "1,-3,1,1,1,1811929600000,true\n");
  EXPECT_NE(error_text(import(bad)), "");
  EXPECT_FALSE(std::filesystem::exists(tape_));
  EXPECT_EQ(error_text(import(first_)), "");
}

// More than one commit, and no record that speaks of it: as an import leaves it that is killed
// late.
TEST_F(TwoParts, WhatAnUnfinishedImportLeavesGoesWithTheNext) {
  ASSERT_EQ(error_text(import(first_)), "");
  const auto size = std::filesystem::file_size(tape_);
  {
    auto writer = TapeWriter::open(tape_, "BTCUSDT");
    ASSERT_EQ(error_text(writer), "");
    BlockEncoder encoder;
    EncodedBlock block;
    encoder.encode(std::span(rows_).first(kBlockTicks), block);
    for (int count = 0; count < 400; ++count) {
      ASSERT_EQ(error_text((*writer)->append(block)), "");
    }
  }
  EXPECT_GT(std::filesystem::file_size(tape_), size + 8'000'000);
  EXPECT_EQ(difference(read_data(first_).events, read_tape(tape_).events), "");
  ASSERT_EQ(error_text(import(second_)), "");
  EXPECT_EQ(difference(rows_, read_tape(tape_).events), "");
  EXPECT_EQ(error_text(check_tape(tape_)), "");
}

TEST_F(TwoParts, OneImportAtATime) {
  ASSERT_EQ(error_text(import(first_)), "");
  auto held = TapeWriter::open(tape_, "BTCUSDT");
  ASSERT_EQ(error_text(held), "");
  const auto other = import(second_);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().fault, InputFault::Locked);
  // Readers are not in the way, and see the tape as it was.
  EXPECT_EQ(difference(read_data(first_).events, read_tape(tape_).events), "");
}

TEST_F(TwoParts, AReaderGoesOnWhileTheTapeGrows) {
  ASSERT_EQ(error_text(import(first_)), "");
  const auto tape = Tape::open(tape_);
  ASSERT_EQ(error_text(tape), "");
  ASSERT_EQ(error_text(import(second_)), "");
  Block rows;
  for (std::uint32_t index = 0; index < (*tape)->blocks(); ++index) {
    const auto block = (*tape)->block(index);
    ASSERT_EQ(error_text(block), "");
    block->decode(kInstrument, rows);
  }
  std::vector<Occurrence> events;
  append_events(rows, kInstrument, events);
  EXPECT_EQ(difference(read_data(first_).events, events), "");
}

// A child that imports is killed at some moment; the tape is then the old one or the new one.
TEST_F(TwoParts, AKilledImportLeavesTheOldTapeOrTheNewOne) {
  constexpr int kRounds = 12;
  int killed = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::filesystem::remove(tape_);
    ASSERT_EQ(error_text(import(first_)), "");
    const pid_t child = ::fork();
    if (child == 0) {
      static_cast<void>(import(second_));
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(round * 1'000));  // Spreads the moments; asserts nothing.
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    killed += WIFSIGNALED(status) ? 1 : 0;
    ASSERT_EQ(error_text(check_tape(tape_)), "");
    const std::size_t size = read_tape(tape_).events.size();
    if (size != rows_.size()) {
      EXPECT_EQ(size, read_data(first_).events.size());
      ASSERT_EQ(error_text(import(second_)), "");
    }
    EXPECT_EQ(difference(rows_, read_tape(tape_).events), "");
  }
  EXPECT_GT(killed, 0);
}

TEST_F(TwoParts, ATapeIsReadAloneAndByItsOwnName) {
  ASSERT_EQ(error_text(import(first_)), "");
  EXPECT_NE(error_text(open_data(options_of({tape_, second_}, "BTCUSDT"))).find("read alone"),
            std::string::npos);
  EXPECT_NE(error_text(open_data(options_of({tape_}, "ETHUSDT"))).find("the tape is of BTCUSDT"),
            std::string::npos);
  EXPECT_EQ(symbol_of_data(tape_).value(), "BTCUSDT");
  EXPECT_NE(error_text(import(tape_)).find("is a tape already"), std::string::npos);
}

// Blocks of any sizes: borders at any place, as imports that append leave them.
std::vector<Occurrence> write_tape(const std::filesystem::path& path) {
  RowVariety variety;
  variety.seed = *rc::gen::arbitrary<std::uint64_t>();
  variety.most_step = *rc::gen::element<std::int64_t>(1, 3, 50);
  const std::vector<Occurrence> rows =
      made_up_trades(*rc::gen::inRange<std::size_t>(1, 3'000), variety);
  auto writer = TapeWriter::open(path, "BTCUSDT");
  RC_ASSERT(writer.has_value());
  BlockEncoder encoder;
  EncodedBlock block;
  const std::size_t most = *rc::gen::inRange<std::size_t>(1, 80);
  for (std::size_t at = 0; at < rows.size();) {
    const std::size_t size =
        std::min(rows.size() - at, *rc::gen::inRange<std::size_t>(1, most + 1));
    encoder.encode(std::span(rows).subspan(at, size), block);
    RC_ASSERT((*writer)->append(block).has_value());
    at += size;
  }
  RC_ASSERT((*writer)->finish({.rows = rows.size()}).has_value());
  return rows;
}

RC_GTEST_PROP(Tapes, ExitsAndTimesAreThoseOfAPlainLoop, ()) {
  InputFolder folder;
  const auto rows = write_tape(folder.path("a.tape"));
  const auto opened = Tape::open(folder.path("a.tape"));
  RC_ASSERT(error_text(opened) == "");
  const Tape& tape = **opened;
  std::vector<std::size_t> starts;  // Of blocks, in rows.
  std::size_t total = 0;
  for (std::uint32_t at = 0; at < tape.blocks(); ++at) {
    starts.push_back(total);
    total += tape.head(at).count;
  }
  const auto position_of = [&](std::size_t row) -> TapePosition {
    if (row == total) return tape.end();
    const auto after = std::ranges::upper_bound(starts, row);
    const auto block = static_cast<std::uint32_t>(after - starts.begin() - 1);
    return {block, static_cast<std::uint32_t>(row - starts[block])};
  };
  for (int round = 0; round < 20; ++round) {
    const auto from = *rc::gen::inRange<std::size_t>(0, total + 1);
    const auto end = *rc::gen::inRange<std::size_t>(from, total + 1);
    std::int64_t low = price_of(rows[*rc::gen::inRange<std::size_t>(0, total)]);
    std::int64_t high = price_of(rows[*rc::gen::inRange<std::size_t>(0, total)]);
    if (low > high) std::swap(low, high);
    if (*rc::gen::arbitrary<bool>()) high = std::numeric_limits<std::int64_t>::max();
    std::size_t wanted = from;
    PriceSummary passed;
    for (; wanted < end && price_of(rows[wanted]) > low && price_of(rows[wanted]) < high;
         ++wanted) {
      passed.add(price_of(rows[wanted]), rows[wanted].time.nanoseconds());
    }
    const auto found = tape.find_exit(position_of(from), position_of(end), low, high);
    RC_ASSERT(error_text(found) == "");
    RC_ASSERT(found->at == position_of(wanted));
    RC_ASSERT(found->passed == passed);
    const std::int64_t time = rows[*rc::gen::inRange<std::size_t>(0, total)].time.nanoseconds();
    std::size_t first = from;
    while (first < total && rows[first].time.nanoseconds() < time) ++first;
    const auto at = tape.first_at(position_of(from), time);
    RC_ASSERT(error_text(at) == "");
    RC_ASSERT(*at == position_of(first));
  }
}

}  // namespace
}  // namespace tranchet
