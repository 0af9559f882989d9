// The fuzzers' entries over the committed corpus and mutations of it, the same ones every time.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "tests/fuzz/log_entries.h"

namespace tranchet {
namespace {

using Bytes = std::vector<char>;

std::vector<Bytes> corpus(std::string_view kind) {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests/fuzz/corpus/log" / kind;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> inputs;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

template <class Entry>
void run_mutations(const std::vector<Bytes>& inputs, const Entry& entry) {
  ASSERT_GE(inputs.size(), 20u);
  std::mt19937_64 random(42);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (const Bytes& input : inputs) {
    entry(std::as_bytes(std::span(input)));
    for (int round = 0; round < 300; ++round) {
      Bytes changed = input;
      for (std::size_t n = below(4) + 1; n > 0 && !changed.empty(); --n) {
        const std::size_t at = below(changed.size());
        const auto place = changed.begin() + static_cast<std::ptrdiff_t>(at);
        const Bytes& other = inputs[below(inputs.size())];
        switch (below(5)) {
          case 0:
            *place = static_cast<char>(below(256));
            break;
          case 1:
            *place = static_cast<char>(*place ^ (1 << below(8)));
            break;
          case 2:
            changed.erase(place, place + static_cast<std::ptrdiff_t>(
                                             std::min<std::size_t>(below(9), changed.size() - at)));
            break;
          case 3:
            changed.insert(place, other.begin(),
                           other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)));
            break;
          default:
            changed.resize(at);
        }
      }
      entry(std::as_bytes(std::span(changed)));
    }
  }
}

TEST(Corpus, RecordsSurviveAnyBytes) {
  run_mutations(corpus("record"), fuzz::log_record);
}
TEST(Corpus, LinesSurviveAnyBytes) {
  run_mutations(corpus("line"), fuzz::log_line);
}

}  // namespace
}  // namespace tranchet
