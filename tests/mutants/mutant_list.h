// The page mutants.txt, and how its mutants are woven into a source: all of them into one copy,
// each asleep until its number is chosen. The sources themselves hold nothing of it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet {

// One place of a source and what stands there instead. White space does not count, so that a line
// broken elsewhere is the same text.
struct Change {
  std::string within;  // How the function begins that holds `before`. Empty: anywhere in the file.
  std::string before;  // A statement where it ends in ; or }, else an expression.
  std::string after;   // Empty: the statement is left out.
};

struct Mutant {
  int number = 0;     // From 1, without gaps.
  int defect = 0;     // 1 .. 23: the known defect that it brings back. 0: one of our own.
  int invariant = 0;  // The check that is expected to see it, alone.
  std::string file;   // "engine/books.cc".
  std::string what;   // What it breaks, in words.
  std::vector<Change> changes;
};

// A known defect that the construction leaves no place for.
struct ImpossibleDefect {
  int defect = 0;
  std::string why;
};

struct MutantList {
  std::vector<Mutant> mutants;
  std::vector<ImpossibleDefect> impossible;
};

// Errors are sentences with the line, or with the mutant.
std::expected<MutantList, std::string> parse_mutants(std::string_view page);

// `source`, which is `file`, with all mutants of that file in it. Lines keep their numbers. Every
// change must fit exactly one place; two may lie one in the other, but not cross.
std::expected<std::string, std::string> weave(const MutantList& list, std::string_view file,
                                              std::string_view source);

}  // namespace tranchet
