// What runs beside a trading program: how it is started and ended, and what people are told.
#include "adapters/live/log_keeper.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <utility>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/live/background_program.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

BackgroundAnswer shell(const std::string& script, const std::stop_token& stop = {}) {
  return run_in_background("/bin/sh", {"-c", script}, stop);
}

TEST(BackgroundProgram, TellsHowItEndedAndWhatItSaid) {
  const BackgroundAnswer answer = shell("echo seen; echo trouble >&2; exit 3");
  EXPECT_EQ(answer.status, 3);
  EXPECT_EQ(answer.words, "trouble");
  EXPECT_EQ(shell("kill -SEGV $$").status, -SIGSEGV);
  EXPECT_EQ(run_in_background("/no/such/program", {}, {}).status, 127);
}

TEST(BackgroundProgram, ComesAfterEverybodyElse) {
  EXPECT_EQ(shell("nice >&2").words, "19");
}

TEST(BackgroundProgram, KeepsWordsOfNoLength) {
  EXPECT_EQ(shell("head -c 100000 /dev/zero | tr '\\0' x >&2").words.size(), 4'096U);
}

TEST(BackgroundProgram, IsKilledWhenTheProgramStops) {
  std::stop_source source;
  auto answer =
      std::async(std::launch::async, [&] { return shell("sleep 1000", source.get_token()); });
  source.request_stop();
  EXPECT_EQ(answer.get().status, -SIGKILL);
}

// Damaged twice, then well, then over its budget: three looks of four are worth a word, and two of
// those are one.
TEST(LogKeeper, TellsEachTroubleOnce) {
  const fs::path folder =
      fs::temp_directory_path() / ("tranchet-keeper-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  const fs::path script = folder / "program";
  std::ofstream(script) << "#!/bin/sh\necho \"$@\" >>'" << (folder / "asked").string()
                        << "'\ncase $(wc -l <'" << (folder / "asked").string()
                        << "') in 1|2) exit 4;; 3) exit 0;; *) exit 1;; esac\n";
  ::chmod(script.c_str(), 0700);
  auto notes = Notes::open({.file = (folder / "notes").string()});
  ASSERT_TRUE(notes);
  std::vector<std::string> told;
  std::promise<void> both;
  {
    LogKeeper keeper({.log = folder / "log",
                      .segment_bytes = 5'000,
                      .segment_daily = true,
                      .keep_days = 7,
                      .budget_bytes = 9'000,
                      .look_every = std::chrono::seconds(0),
                      .check_every = std::chrono::hours(0),
                      .program = script.string()},
                     **notes, [&](const std::string& words) {
                       told.push_back(words);
                       if (told.size() == 2) both.set_value();
                     });
    both.get_future().wait();
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[0].find("the log is damaged"), std::string::npos);
  EXPECT_NE(told[1].find("log.budget_megabytes"), std::string::npos);
  std::string asked;
  std::ifstream file(folder / "asked");
  std::getline(file, asked);
  EXPECT_EQ(asked, "log segment " + (folder / "log").string() +
                       " --bytes 5000 --daily --keep-days 7 --budget-bytes 9000");
  fs::remove_all(folder);
}

// A check may take hours. Until it has ended no old segment goes, and new ones are made.
TEST(LogKeeper, ChecksSlowlyAndMakesSegmentsMeanwhile) {
  const fs::path folder =
      fs::temp_directory_path() / ("tranchet-checks-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  const fs::path script = folder / "program", asked = folder / "asked";
  std::ofstream(script) << "#!/bin/sh\necho \"$@\" >>'" << asked.string()
                        << "'\n[ $2 = check ] || exit 0\nfor look in $(seq 1000); do\n"
                           "  tail -n 1 '"
                        << asked.string()
                        << "' | grep -q -- '--bytes 5000$' && exit 4\n  sleep 0.01\ndone\n";
  ::chmod(script.c_str(), 0700);
  auto notes = Notes::open({.file = (folder / "notes").string()});
  ASSERT_TRUE(notes);
  std::promise<std::string> told;
  bool is_told = false;
  {
    LogKeeper keeper({.log = folder / "log",
                      .segment_bytes = 5'000,
                      .keep_days = 7,
                      .look_every = std::chrono::seconds(0),
                      .check_every = std::chrono::milliseconds(1),
                      .check_megabytes_a_second = 50,
                      .program = script.string()},
                     **notes, [&](const std::string& words) {
                       if (!std::exchange(is_told, true)) told.set_value(words);
                     });
    EXPECT_NE(told.get_future().get().find("the log is damaged"), std::string::npos);
  }
  std::ifstream file(asked);
  std::string line;
  while (std::getline(file, line) && !line.starts_with("log check")) {
  }
  EXPECT_EQ(line, "log check " + (folder / "log").string() + " --megabytes-a-second 50");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace tranchet
