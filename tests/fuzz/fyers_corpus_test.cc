// The corpus of the Fyers parsers, and every message cut short or bent, in the suite.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fuzz/fyers_input.h"

namespace tranchet::fuzz {
namespace {

void read_all(std::string_view bytes) {
  read_as_fyers_data(bytes);
  read_as_fyers_orders(bytes);
  read_as_fyers_rest(bytes);
}

TEST(FyersCorpus, IsReadOrRefused) {
  const std::filesystem::path folder =
      std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests/fuzz/corpus/fyers";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream content;
    content << in.rdbuf();
    const std::string text = content.str();
    ++files;
    read_all(text);
    for (std::size_t size = 0; size < text.size(); size += 3) {
      read_all(std::string_view(text).substr(0, size));
      std::string bent = text;
      bent[size] = static_cast<char>(bent[size] ^ (1 << (size % 8)));
      read_all(bent);
    }
  }
  EXPECT_GE(files, 10);
}

}  // namespace
}  // namespace tranchet::fuzz
