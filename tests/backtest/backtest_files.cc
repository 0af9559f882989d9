#include "tests/backtest/backtest_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "events/log/event_log.h"

namespace tranchet {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::string without_clock(const std::string& text) {
  std::istringstream lines(text);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"wall_seconds\"") != std::string::npos) continue;
    if (line.find("\"events_per_second\"") != std::string::npos) continue;
    kept += line + "\n";
  }
  return kept;
}

BacktestFiles::BacktestFiles() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tranchet-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no folder for files";
  root_ = pattern;
}

BacktestFiles::~BacktestFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

BacktestFiles::Ran BacktestFiles::run(const std::string& name, const std::vector<std::string>& data,
                                      const std::string& symbol,
                                      const std::vector<std::string>& sets, bool with_log) const {
  BacktestArguments arguments{
      .data = data,
      .instrument = symbol,
      .config = (std::filesystem::path(TRANCHET_SOURCE_DIR) / "data/example.toml").string(),
      .sets = sets,
      .out = path(name).string(),
      .json = true};
  if (with_log) arguments.log = path(name + ".log").string();
  std::ostringstream out, err;
  Ran ran;
  ran.status = run_backtest_command(arguments, out, err);
  ran.said = err.str();
  ran.summary = without_clock(out.str());
  for (const char* file : {"trades.csv", "tranches.csv", "equity.csv"}) {
    ran.rows += text_of(path(name) / file);
  }
  return ran;
}

std::vector<AuditPrice> BacktestFiles::prices(const std::string& name) const {
  std::vector<AuditPrice> prices;
  auto log = LogReader::open(path(name + ".log"));
  if (!log) {
    ADD_FAILURE() << log.error().message;
    return prices;
  }
  // The venue's marks where there are any, else every trade is one.
  std::vector<AuditPrice> trades;
  const auto scanned = (*log)->scan(Sequence{1}, [&](const Event& event) {
    const auto add = [&](std::vector<AuditPrice>& to, InstrumentId instrument, Price price) {
      to.push_back(
          {number(event.sequence), std::string((*log)->names().symbol(instrument)), price});
    };
    if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
      add(prices, mark->instrument, mark->price);
    } else if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
      add(trades, trade->instrument, trade->price);
    }
    return true;
  });
  EXPECT_TRUE(scanned.has_value()) << scanned.error().message;
  return prices.empty() ? trades : prices;
}

}  // namespace tranchet
