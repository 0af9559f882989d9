// Every file of the collected market history through a tape and back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "backtest/tape/tape_data.h"
#include "backtest/tape/tape_import.h"
#include "tests/backtest/market_data/input_files.h"
#include "tests/backtest/tape/made_up_rows.h"
#include "tests/support/market_history.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

// The symbol whose rows the file has: by its name, or by what the refusal of another says.
std::string symbol_in(const fs::path& file) {
  const std::string named = symbol_of_data(file).value();
  if (!named.empty()) return named;
  const std::string text = error_of(read_data(file, "BTCUSDT"));
  for (const std::string words : {"the data has ", "by its name the file is of "}) {
    const std::size_t said = text.find(words);
    if (said == std::string::npos) continue;
    const std::size_t from = said + words.size();
    return text.substr(from, text.find_first_of(",;", from) - from);
  }
  return "BTCUSDT";
}

TEST(RealTapes, GiveEveryFileBack) {
  if (!fs::is_directory(market_history())) {
    GTEST_SKIP() << "no market history at " << market_history() << "; set TRANCHET_MARKET_DATA";
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(market_history())) {
    const fs::path extension = entry.path().extension();
    const bool is_text = extension == ".json" || extension == ".md" || extension == ".CHECKSUM";
    if (entry.is_regular_file() && !is_text) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  InputFolder folder;
  int kept = 0;
  std::string unread;
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.string());
    DataOptions options = options_of({file}, symbol_in(file));
    options.bad_rows = BadRowAllowance{.count = 1'000'000};
    const ReadData raw = read_data(options);
    if (raw.error) {
      unread += "\n  " + to_text(*raw.error);
      continue;
    }
    const fs::path tape = folder.path("one.tape");
    fs::remove(tape);
    const auto imported = import_tape(options, tape);
    ASSERT_TRUE(imported.has_value()) << to_text(imported.error());
    DataOptions again = options_of({tape}, options.symbol);
    auto data = open_data(again);
    ASSERT_TRUE(data.has_value());
    std::vector<Bar> bars;
    std::vector<Occurrence> events;
    Block block;
    while ((*data)->next(block).value()) {
      bars.insert(bars.end(), block.bars.begin(), block.bars.end());
      append_events(block, options.instrument, events);
    }
    EXPECT_EQ(difference(raw.bars, bars), "");
    EXPECT_EQ(difference(raw.events, events), "");
    EXPECT_EQ((*data)->report().rows, raw.report.rows);
    EXPECT_EQ((*data)->report().gap_count, raw.report.gap_count);
    EXPECT_EQ((*data)->report().format, raw.report.format);
    ++kept;
  }
  std::printf("%d of %zu files; not market data:%s\n", kept, files.size(), unread.c_str());
  EXPECT_GE(kept, 26);
}

}  // namespace
}  // namespace tranchet
