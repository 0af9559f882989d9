#include "tests/adapters/cli/shell.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

namespace tranchet {

Ran run_shell(const InputFolder& folder, const std::string& lines) {
  const auto file = [&](const char* name) { return "'" + folder.path(name).string() + "'"; };
  folder.text("line.sh", "T='" TRANCHET_PROGRAM "'\ncd " + file("") + "\n" + lines + "\n");
  const std::string command =
      "/bin/bash " + file("line.sh") + " >" + file("out") + " 2>" + file("err") + " </dev/null";
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFEXITED(status)) << lines;
  return {WEXITSTATUS(status), content_of(folder.path("out")), content_of(folder.path("err"))};
}

}  // namespace tranchet
