// The manual page and the completion against what --help says, word by word.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/adapters/cli/shell.h"

namespace tranchet {
namespace {

// What the help of one command names.
struct Helped {
  std::vector<std::string> commands;
  std::set<std::string> options;
  std::set<std::string> positionals;
};

class ManualTest : public testing::Test {
 protected:
  // By command, as it is typed: "", "log", "log why".
  std::map<std::string, Helped> ask_for_help() const {
    std::map<std::string, Helped> all;
    std::vector<std::string> open = {""};
    while (!open.empty()) {
      const std::string command = open.back();
      open.pop_back();
      const Ran ran = run_shell(files_, "$T " + command + " --help");
      EXPECT_EQ(ran.status, 0) << command << ran.err;
      const Helped helped = read_help(ran.out);
      for (const std::string& inner : helped.commands) {
        open.push_back(command.empty() ? inner : command + " " + inner);
      }
      all[command] = helped;
    }
    return all;
  }

  static Helped read_help(const std::string& text) {
    static const std::regex kEntry("^  (\\S+)(.*)");
    Helped helped;
    std::istringstream lines(text);
    std::string part;
    for (std::string line; std::getline(lines, line);) {
      std::smatch match;
      if (line.ends_with(':') && line.find(' ') == std::string::npos) part = line;
      if (!std::regex_match(line, match, kEntry)) continue;
      const std::string word = match[1];
      if (part == "Subcommands:") helped.commands.push_back(word);
      if (part == "Positionals:") helped.positionals.insert(word);
      if (part != "Options:") continue;
      std::istringstream names(word);
      for (std::string name; std::getline(names, name, ',');) helped.options.insert(name);
    }
    return helped;
  }

  InputFolder files_;
};

TEST_F(ManualTest, HelpIsReadWhole) {
  const auto help = ask_for_help();
  EXPECT_GT(help.size(), 30U);
  EXPECT_TRUE(help.at("live").options.contains("--print-config"));
  EXPECT_TRUE(help.at("log backup").options.contains("--to"));
  EXPECT_EQ(help.at("log why").positionals, (std::set<std::string>{"LOG", "WHAT"}));
}

TEST_F(ManualTest, ThePageHasEveryCommandAndOption) {
  const Ran page = run_shell(files_, "$T manual");
  ASSERT_EQ(page.status, 0) << page.err;
  // The words of bold type in each section of a command.
  std::map<std::string, std::set<std::string>> written;
  std::string command;
  std::istringstream lines(std::regex_replace(page.out, std::regex(R"(\\-)"), "-"));
  static const std::regex kSection(R"re(\.SS "tranchet ([a-z -]+)")re");
  static const std::regex kOption(R"(\\fB(\S+)\\fR.*)");
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kSection)) {
      command = match[1];
      written[command];
    }
    if (!std::regex_match(line, match, kOption)) continue;
    std::istringstream names(match[1]);
    for (std::string name; std::getline(names, name, ',');) written[command].insert(name);
  }
  auto help = ask_for_help();
  help.erase("");
  for (const auto& [name, helped] : help) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(written.contains(name));
    std::set<std::string> expected = helped.options;
    expected.insert(helped.positionals.begin(), helped.positionals.end());
    expected.erase("-h");
    expected.erase("--help");
    EXPECT_EQ(written.at(name), expected);
  }
  EXPECT_EQ(written.size(), help.size());
}

TEST_F(ManualTest, BashCompletesEveryCommandAndOption) {
  const auto help = ask_for_help();
  std::string script = "source <($T completion)\n";
  for (const auto& [command, helped] : help) {
    for (const char* start : {"", "-"}) {
      script += "COMP_WORDS=(tranchet " + command + " '" + start +
                "'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _tranchet\n"
                "echo \"${COMPREPLY[*]}\"\n";
    }
  }
  const Ran ran = run_shell(files_, script);
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  std::istringstream lines(ran.out);
  const auto words_of_line = [&] {
    std::string line;
    std::getline(lines, line);
    std::istringstream stream(line);
    std::set<std::string> words;
    for (std::string word; stream >> word;) words.insert(word);
    return words;
  };
  for (const auto& [command, helped] : help) {
    SCOPED_TRACE(command);
    EXPECT_EQ(words_of_line(),
              std::set<std::string>(helped.commands.begin(), helped.commands.end()));
    EXPECT_EQ(words_of_line(), helped.options);
  }
}

TEST_F(ManualTest, CompletionKnowsWhereItIs) {
  const auto completed = [&](const std::string& words) {
    return run_shell(files_, "source <($T completion)\nCOMP_WORDS=(tranchet " + words +
                                 "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tranchet\n"
                                 "echo \"${COMPREPLY[*]}\"\n")
        .out;
  };
  EXPECT_EQ(completed("wa"), "wargame\n");
  EXPECT_EQ(completed("log wh"), "why\n");
  EXPECT_EQ(completed("live --config my.toml --pr"), "--print-config\n");
  EXPECT_EQ(completed("log why folder --j"), "--json\n");
  // A file: bash's own.
  EXPECT_EQ(completed("live --config my"), "\n");
}

}  // namespace
}  // namespace tranchet
