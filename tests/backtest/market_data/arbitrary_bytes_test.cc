// Readers survive arbitrary bytes: the committed corpus of the fuzz targets, and mutations of it
// that are the same in every run.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "backtest/market_data/csv_format.h"
#include "tests/backtest/market_data/input_files.h"
#include "tests/fuzz/market_data_input.h"

namespace tranchet {
namespace {

std::vector<std::string> corpus() {
  const auto folder = std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests/fuzz/corpus/market_data";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> texts;
  for (const std::filesystem::path& file : files) texts.push_back(content_of(file));
  return texts;
}

// The mt19937 of the standard gives the same numbers everywhere; its distributions do not.
class Mutator {
 public:
  std::size_t below(std::size_t bound) { return random_() % std::max<std::size_t>(bound, 1); }

  std::string mutate(std::string text) {
    constexpr std::string_view kPieces =
        ",\n\r.-e0919999999999999999999NaN{}[]\":true \xEF\xBB\xBF";
    const std::size_t changes = 1 + below(4);
    for (std::size_t change = 0; change < changes; ++change) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
        case 0:
          if (!text.empty()) text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text.erase(at, 1 + below(8));
          break;
        case 2: {
          const std::size_t from = below(kPieces.size());
          text.insert(at, kPieces.substr(from, 1 + below(24)));
          break;
        }
        case 3:
          text.insert(at, text.substr(below(text.size()), below(200)));
          break;
        default:
          text.resize(at);
          break;
      }
    }
    return text;
  }

 private:
  std::mt19937 random_{20'240'412};
};

void read_every_way(const std::string& text) {
  read_as_text(text);
  read_as_capture(text);
}

TEST(ArbitraryBytes, TheCorpusAsEveryFormat) {
  for (const std::string& text : corpus()) {
    read_every_way(text);
    for (std::size_t format = 0; format < csv_formats().size(); ++format) {
      read_as_csv(static_cast<char>(format) + text);
    }
  }
}

TEST(ArbitraryBytes, MutationsOfTheCorpus) {
  Mutator mutator;
  for (const std::string& text : corpus()) {
    for (int mutation = 0; mutation < 250; ++mutation) {
      const std::string changed = mutator.mutate(text);
      read_every_way(changed);
      read_as_csv(static_cast<char>(mutation) + changed);
    }
  }
}

// Containers: a damaged archive is an error or reads as the original; nothing else.
TEST(ArbitraryBytes, MutationsOfGzipAndZip) {
  const InputFolder folder;
  std::string rows;
  for (int row = 0; row < 200; ++row) {
    rows += std::to_string(row) + ",100.5,0.01,1," + std::to_string(1'704'067'200'000 + row) +
            ",true\n";
  }
  Mutator mutator;
  int files = 0;
  for (const std::string& packed :
       {content_of(folder.gzip("a.gz", rows)), content_of(folder.zip("a.zip", "a.csv", rows))}) {
    for (int mutation = 0; mutation < 200; ++mutation) {
      // A new name each time: rewriting a file can wait for the disk.
      const std::string name = std::to_string(files++);
      const ReadData data = read_data(folder.text(name, mutator.mutate(packed)));
      if (!data.error) {
        EXPECT_EQ(data.report.used, 200U);
      }
    }
  }
}

TEST(ArbitraryBytes, MutationsOfExchangeInfo) {
  const InputFolder folder;
  const std::string text =
      R"({"symbols":[{"symbol":"A","status":"TRADING","pricePrecision":2,"quantityPrecision":1,)"
      R"("marketTakeBound":"0.05","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01"},)"
      R"({"filterType":"LOT_SIZE","stepSize":"0.1","minQty":"0.1","maxQty":"100"},)"
      R"({"filterType":"MAX_NUM_ALGO_ORDERS","limit":10}]}]})";
  const auto whole = read_exchange_info(folder.text("a.json", text));
  ASSERT_TRUE(whole) << to_text(whole.error());
  Mutator mutator;
  for (int mutation = 0; mutation < 500; ++mutation) {
    const auto rules =
        read_exchange_info(folder.text(std::to_string(mutation), mutator.mutate(text)));
    if (!rules) {
      EXPECT_FALSE(rules.error().message.empty());
      continue;
    }
    for (const InstrumentRules& each : *rules) {
      EXPECT_TRUE(each.rules.tick_size.is_positive() && each.rules.step_size.is_positive());
    }
  }
}

}  // namespace
}  // namespace tranchet
