// Every page of this folder is a test: the engine must answer its events with exactly the commands
// and books that stand there. UPDATE_SCENARIOS=1 writes down what it answers now; the difference to
// the page before is what there is to review.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/transcript.h"

namespace tranchet {
namespace {

std::filesystem::path folder() {
  return std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests" / "scenarios";
}

std::vector<std::string> pages() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_page(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::stringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The first line that differs, with what stands above it.
std::string first_difference(const std::string& page, const std::string& played) {
  const auto expected = lines_of(page), actual = lines_of(played);
  const auto limit = std::min(expected.size(), actual.size());
  std::size_t at = 0;
  while (at < limit && expected[at] == actual[at]) ++at;
  std::size_t event = at < limit ? at : limit;
  while (event > 0 && !(event < actual.size() && actual[event].starts_with("> "))) --event;
  std::string text = "line " + std::to_string(at + 1) + "\n  after    " +
                     (event < actual.size() ? actual[event] : "") + "\n  expected " +
                     (at < expected.size() ? expected[at] : "(end of page)") + "\n  engine   " +
                     (at < actual.size() ? actual[at] : "(end of page)");
  return text;
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, EngineAnswersAsThePageSays) {
  const std::filesystem::path path = folder() / (GetParam() + ".txt");
  const std::string page = read_page(path);
  const auto played = play_transcript(page);
  ASSERT_TRUE(played) << path.string() << ":" << played.error().line << ": "
                      << played.error().message << ", after:\n"
                      << played.error().played;
  if (std::getenv("UPDATE_SCENARIOS") != nullptr) {
    std::ofstream(path, std::ios::binary) << *played;
    return;
  }
  EXPECT_EQ(page.find('>') == std::string::npos, false) << path.string() << ": nothing happens";
  EXPECT_TRUE(page == *played) << path.string() << ": " << first_difference(page, *played);
}

INSTANTIATE_TEST_SUITE_P(Pages, Scenario, testing::ValuesIn(pages()),
                         [](const auto& page) { return page.param; });

// ---- The runner itself: what is not understood is an error with its line.

struct BadPage {
  const char* page;
  std::uint64_t line;
  const char* message;
};

class TranscriptRefuses : public testing::TestWithParam<BadPage> {};

TEST_P(TranscriptRefuses, WithItsLine) {
  const auto played = play_transcript(GetParam().page);
  ASSERT_FALSE(played);
  EXPECT_EQ(played.error().line, GetParam().line);
  EXPECT_EQ(played.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, TranscriptRefuses,
    testing::Values(
        BadPage{"instrument X tick 0.1 step 1\n> 00:00:01 marc 5\n", 2, "\"marc\" is no event"},
        BadPage{"instrument X tick 0.1 size 1\n", 1, "\"size\" is no rule of an instrument"},
        BadPage{"instrument X tick 0 step 1\n", 1, "tick_size must be above 0"},
        BadPage{"instrument X tick 0.1 step 1\n> mark 1,5\n", 2, "price \"1,5\" is not a number"},
        BadPage{"set defaults.take_profit = 1\n", 1, "\"defaults.take_profit\" is no setting"},
        BadPage{"set defaults.take_profit_pct = 100\n", 1,
                "defaults.take_profit_pct \"100\" is above 99.9999 %"},
        BadPage{"instrument X tick 0.1 step 1\n> 00:00:02 mark 5\n> 00:00:01 mark 5\n", 3,
                "time runs back from 00:00:02"},
        BadPage{"instrument X tick 0.1 step 1\n> mark 5\n> stop of Long 0 accepted\n", 3,
                "no such order was ever sent"},
        BadPage{"instrument X tick 0.1 step 1\n> mark 5 please\n", 2,
                "\"please\" is not understood here"},
        BadPage{"instrument X tick 0.1 step 1\n> timer stop_retry of Long 0\n", 2,
                "no timer \"stop_retry of Long 0\" is set"},
        BadPage{"instrument X tick 0.1 step 1\n> mark 5\n> signal buy 1 at 5\n> 00:02:00 mark 5\n",
                4, "timer entry_timeout of entry of Long 0 (1 at 5) was due at 00:01:00"},
        BadPage{"< stop sell 1 at 5 for Long 0\n", 1,
                "nothing happened yet that this could answer"}));

TEST(Transcript, ALineThatTheEngineDoesNotSayIsADifference) {
  const std::string page = "instrument X tick 0.1 step 1\n> mark 5\n< ask for a snapshot\n";
  const auto played = play_transcript(page);
  ASSERT_TRUE(played);
  EXPECT_EQ(*played, "instrument X tick 0.1 step 1\n> mark 5\n");
}

TEST(Transcript, APagePlaysTheSameTwice) {
  for (const std::string& name : pages()) {
    const std::string page = read_page(folder() / (name + ".txt"));
    const auto first = play_transcript(page), second = play_transcript(page);
    ASSERT_TRUE(first && second) << name;
    EXPECT_EQ(*first, *second) << name;
  }
}

}  // namespace
}  // namespace tranchet
