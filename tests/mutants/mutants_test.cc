// The list of mutants against the sources as they are: a mutant whose place is gone is no mutant.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/mutants/mutant_list.h"

namespace tranchet {
namespace {

const std::filesystem::path kRoot = TRANCHET_SOURCE_DIR;
constexpr int kDefects = 23, kInvariants = 42, kOwnMin = 30;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const MutantList& list() {
  static const auto parsed = parse_mutants(text_of(kRoot / "tests" / "mutants" / "mutants.txt"));
  if (!parsed) {
    ADD_FAILURE() << parsed.error();
    std::abort();
  }
  return *parsed;
}

std::string error_of(std::string_view page) {
  const auto parsed = parse_mutants(page);
  return parsed ? "" : parsed.error();
}

// A list of one mutant of a file "a.cc".
MutantList one(const Change& change) {
  return {
      .mutants = {{.number = 1, .invariant = 1, .file = "a.cc", .what = "x", .changes = {change}}},
      .impossible = {}};
}

// The woven text without its two lines at the top.
std::string woven(const MutantList& mutants, std::string_view source) {
  const auto text = weave(mutants, "a.cc", source);
  if (!text) return "error: " + text.error();
  return text->substr(text->find('\n', text->find("#line")) + 1);
}

TEST(Mutants, EachFitsExactlyOnePlace) {
  std::set<std::string> files;
  for (const Mutant& mutant : list().mutants) files.insert(mutant.file);
  for (const std::string& file : files) {
    const std::string source = text_of(kRoot / file);
    ASSERT_FALSE(source.empty()) << file;
    const auto text = weave(list(), file, source);
    EXPECT_TRUE(text) << text.error();
  }
}

TEST(Mutants, EveryDefectIsBroughtBackOrImpossible) {
  std::set<int> back, impossible;
  int own = 0;
  for (const Mutant& mutant : list().mutants) {
    if (mutant.defect == 0) ++own;
    if (mutant.defect != 0) back.insert(mutant.defect);
  }
  for (const ImpossibleDefect& defect : list().impossible) {
    EXPECT_FALSE(defect.why.empty());
    impossible.insert(defect.defect);
  }
  for (int defect = 1; defect <= kDefects; ++defect) {
    EXPECT_NE(back.contains(defect), impossible.contains(defect)) << "D" << defect;
  }
  EXPECT_GE(own, kOwnMin);
}

TEST(Mutants, EveryInvariantHasOneToKill) {
  const std::set<int> proved_elsewhere = {35, 40, 42};
  std::set<int> named;
  for (const Mutant& mutant : list().mutants) named.insert(mutant.invariant);
  for (int invariant = 1; invariant <= kInvariants; ++invariant) {
    EXPECT_NE(named.contains(invariant), proved_elsewhere.contains(invariant)) << invariant;
  }
}

TEST(Mutants, TheSourcesHoldNothingOfThem) {
  for (const char* folder : {"events", "engine", "replay", "backtest", "adapters"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot / folder)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".cc" && ending != ".h") continue;
      EXPECT_EQ(text_of(entry.path()).find("mutant"), std::string::npos) << entry.path();
    }
  }
}

TEST(MutantPage, IsReadAsItStands) {
  const auto parsed = parse_mutants(
      "# A comment.\n"
      "impossible D5 They are integers.\n"
      "1 D2 I-06 engine/books.cc\n"
      "  What it breaks\n"
      "  goes on.\n"
      "  in void count(\n"
      "  - a &&\n"
      "  -     b\n"
      "  + c\n"
      "  - d();\n"
      "  +\n"
      "2 own I-41 replay/loop.cc\n"
      "  Another.\n"
      "  - e\n"
      "  + f\n");
  ASSERT_TRUE(parsed) << parsed.error();
  ASSERT_EQ(parsed->impossible.size(), 1u);
  EXPECT_EQ(parsed->impossible[0].defect, 5);
  EXPECT_EQ(parsed->impossible[0].why, "They are integers.");
  ASSERT_EQ(parsed->mutants.size(), 2u);
  const Mutant& first = parsed->mutants[0];
  EXPECT_EQ(first.defect, 2);
  EXPECT_EQ(first.invariant, 6);
  EXPECT_EQ(first.file, "engine/books.cc");
  EXPECT_EQ(first.what, "What it breaks goes on.");
  ASSERT_EQ(first.changes.size(), 2u);
  EXPECT_EQ(first.changes[0].within, "void count(");
  EXPECT_EQ(first.changes[0].before, "a && b");
  EXPECT_EQ(first.changes[0].after, "c");
  EXPECT_EQ(first.changes[1].within, "");
  EXPECT_EQ(first.changes[1].after, "");
  EXPECT_EQ(parsed->mutants[1].defect, 0);
}

TEST(MutantPage, NonsenseIsRefused) {
  EXPECT_EQ(error_of("2 own I-01 a.cc\n  x\n  - a\n  + b\n"), "line 1: mutant 1 is expected here");
  EXPECT_EQ(error_of("1 own I-x a.cc\n"), "line 1: expected: number, D5 or own, I-05, file");
  EXPECT_EQ(error_of("1 mine I-01 a.cc\n"), "line 1: expected: number, D5 or own, I-05, file");
  EXPECT_EQ(error_of("impossible five\n"), "line 1: expected: impossible D5 why");
  EXPECT_EQ(error_of("  x\n"), "line 1: a mutant begins with its number");
  EXPECT_EQ(error_of("1 own I-01 a.cc\n  x\n  + b\n"), "line 3: a + before its -");
  EXPECT_EQ(error_of("1 own I-01 a.cc\n  x\n"), "mutant 1 changes nothing");
  EXPECT_EQ(error_of("1 own I-01 a.cc\n  x\n  in f(\n"), "mutant 1 has a change without -");
  EXPECT_EQ(error_of("1 own I-01 a.cc\n  - a\n  + b\n"), "mutant 1 does not say what it breaks");
  EXPECT_EQ(error_of("1 own I-01 a.cc\n  x\n  - a\n  + a\n"),
            "mutant 1 has a change that changes nothing");
}

TEST(Weaving, AnExpressionIsChosenWhereItStands) {
  EXPECT_EQ(woven(one({.within = "", .before = "b && c", .after = "d"}),
                  "if (a ||\n    (b\n&& c)) e();\n"),
            "if (a ||\n    ((mutant_is(1) ? (d) : (b\n&& c)))) e();\n");
}

TEST(Weaving, AStatementBecomesABlock) {
  EXPECT_EQ(woven(one({.within = "", .before = "a();", .after = ""}), "if (x) a(); else b();\n"),
            "if (x) { if (mutant_is(1)) {  } else { a(); } } else b();\n");
}

TEST(Weaving, AFragmentMustOccurOnce) {
  EXPECT_EQ(woven(one({.within = "", .before = "b", .after = "c"}), "a;\n"),
            "error: mutant 1: \"b\" does not occur in a.cc");
  EXPECT_EQ(woven(one({.within = "", .before = "a", .after = "c"}), "a + a;\n"),
            "error: mutant 1: \"a\" occurs 2 times in a.cc");
  const std::string two = "int f() {\n  return a;\n}\nint g() {\n  return a;\n}\n";
  EXPECT_EQ(woven(one({.within = "int g()", .before = "a", .after = "c"}), two),
            "int f() {\n  return a;\n}\nint g() {\n  return (mutant_is(1) ? (c) : (a));\n}\n");
  EXPECT_EQ(woven(one({.within = "int h()", .before = "a", .after = "c"}), two),
            "error: mutant 1: \"int h()\" does not occur in a.cc");
  EXPECT_EQ(woven(one({.within = "int f()", .before = "g", .after = "c"}), two),
            "error: mutant 1: \"g\" does not occur in int f()");
}

TEST(Weaving, OneMayLieInAnotherButNotCrossIt) {
  MutantList mutants = one({.within = "", .before = "a + b", .after = "x"});
  mutants.mutants.push_back(mutants.mutants[0]);
  mutants.mutants[1].number = 2;
  mutants.mutants[1].changes[0] = {.within = "", .before = "b", .after = "y"};
  EXPECT_EQ(woven(mutants, "a + b + c"),
            "(mutant_is(1) ? (x) : (a + (mutant_is(2) ? (y) : (b)))) + c");
  mutants.mutants[1].changes[0].before = "a + b";
  EXPECT_EQ(woven(mutants, "a + b + c"),
            "(mutant_is(1) ? (x) : ((mutant_is(2) ? (y) : (a + b)))) + c");
  mutants.mutants[1].changes[0].before = "b + c";
  EXPECT_EQ(woven(mutants, "a + b + c"), "error: mutant 2 crosses another in a.cc");
}

}  // namespace
}  // namespace tranchet
