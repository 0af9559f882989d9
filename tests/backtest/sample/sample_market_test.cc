// The committed sample is what the generator makes, what its README says, and lively enough to show
// what tranches do.
#include "backtest/sample/sample_market.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "events/decimal.h"

namespace tranchet {
namespace {

std::string read_data(const std::string& name) {
  std::ifstream stream(std::string(TRANCHET_SOURCE_DIR "/data/") + name, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EXPECT_EQ(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr), 1);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

struct Row {
  std::vector<std::string> fields;
  Price price(std::size_t column) const { return parse<Price>(fields[column]).value(); }
};
std::vector<Row> rows_of(const std::string& csv) {
  std::vector<Row> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    Row row;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) row.fields.push_back(field);
    rows.push_back(row);
  }
  rows.erase(rows.begin());  // The header.
  return rows;
}

TEST(SampleMarket, TheCommittedFileIsWhatTheGeneratorMakes) {
  EXPECT_TRUE(sample_csv(SampleMarket{}) == read_data("sample.csv"));
}

TEST(SampleMarket, TheReadmeSaysWhatTheFileIs) {
  const std::string csv = read_data("sample.csv");
  const std::string readme = read_data("README.md");
  EXPECT_NE(readme.find(sha256(csv)), std::string::npos) << "sha256 is " << sha256(csv);
  EXPECT_NE(readme.find(std::to_string(SampleMarket{}.seed)), std::string::npos);
  EXPECT_NE(readme.find("10,080"), std::string::npos);
  EXPECT_EQ(rows_of(csv).size(), 10'080U);
}

TEST(SampleMarket, AnotherSeedIsAnotherMarketOfTheSameShape) {
  const std::string one = sample_csv({.seed = 1, .days = 2});
  EXPECT_EQ(one, sample_csv({.seed = 1, .days = 2}));
  EXPECT_NE(one, sample_csv({.seed = 2, .days = 2}));
  EXPECT_EQ(rows_of(one).size(), 2'880U);
}

TEST(SampleMarket, BarsAreWhole) {
  const std::vector<Row> rows = rows_of(sample_csv(SampleMarket{}));
  std::string next_open_time = "1767571200000";
  for (const Row& row : rows) {
    ASSERT_EQ(row.fields.size(), 12U);
    ASSERT_EQ(row.fields[0], next_open_time);
    next_open_time = std::to_string(std::stoll(row.fields[0]) + 60'000);
    ASSERT_EQ(row.fields[6], std::to_string(std::stoll(row.fields[0]) + 59'999));
    ASSERT_GE(row.price(2), std::max(row.price(1), row.price(4))) << row.fields[0];
    ASSERT_LE(row.price(3), std::min(row.price(1), row.price(4))) << row.fields[0];
    ASSERT_TRUE(row.price(3).is_positive());
    ASSERT_TRUE(parse<Quantity>(row.fields[5]).value().is_positive());
  }
}

// A crash is a fall of 8 % within an hour; two of them lie at least a day apart.
TEST(SampleMarket, CrashesTwice) {
  const std::vector<Row> rows = rows_of(sample_csv(SampleMarket{}));
  std::vector<std::size_t> crashes;
  for (std::size_t i = 60; i < rows.size(); ++i) {
    const Int128 before = rows[i - 60].price(4).raw();
    const bool fell = Int128{rows[i].price(4).raw()} * 100 <= before * 92;
    if (fell && (crashes.empty() || i - crashes.back() > 1'440)) crashes.push_back(i);
  }
  EXPECT_EQ(crashes.size(), 2U);
}

}  // namespace
}  // namespace tranchet
