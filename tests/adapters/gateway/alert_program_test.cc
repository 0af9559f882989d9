// Alerts reach a program's standard input, one after the other, and nobody waits for it.
#include "adapters/gateway/alert_program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

TEST(AlertProgramTest, IsRunForEveryAlertWithoutAShell) {
  ScratchFolder folder;
  const std::string file = (folder.path() / "alerts").string();
  std::string text;
  {
    AlertProgram program({"/usr/bin/tee", "-a", file + " $HOME;"});
    program.tell(R"({"reason":"CloseFailed"})");
    program.tell(R"({"reason":"Dust"})");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (text.find("Dust") == std::string::npos && std::chrono::steady_clock::now() < deadline) {
      std::ostringstream read;
      read << std::ifstream(file + " $HOME;").rdbuf();
      text = read.str();
    }
  }
  EXPECT_EQ(text, "{\"reason\":\"CloseFailed\"}\n{\"reason\":\"Dust\"}\n");
}

TEST(AlertProgramTest, OneThatIsNotThereOrDoesNotReadHarmsNothing) {
  for (const char* path : {"/nowhere/at/all", "/usr/bin/true"}) {
    AlertProgram program({path});
    for (int count = 0; count < 200; ++count) program.tell(std::string(100'000, 'x'));
  }
  AlertProgram endless({"/usr/bin/sleep", "1000000"});
  endless.tell("{}");
  AlertProgram none({});
  none.tell("{}");
}

}  // namespace
}  // namespace tranchet
