// Everything in the project that a person wrote, file by file, as the rules of its source see it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tranchet {

struct SourceFile {
  std::string path;                // Relative to the root.
  std::vector<std::string> lines;  // As written.
  std::vector<std::string> code;   // The same lines without comments and what literals hold.

  bool is_header() const { return path.ends_with(".h"); }
  bool is_source() const { return path.ends_with(".cc"); }
  bool is_cpp() const { return is_header() || is_source(); }
  bool is_under(std::string_view folder) const { return path.starts_with(folder); }
  // events/*.h and *.cc without events/log, and engine/: what decides, and must not look around.
  bool is_vocabulary() const { return is_under("events/") && !is_under("events/log/"); }
  bool is_pure() const { return is_vocabulary() || is_under("engine/"); }
};

// A file of this text, which need not exist.
SourceFile make_source(std::string path, const std::string& text);

// Without data files and the corpora of the fuzzers, which are no prose. In order of their paths.
const std::vector<SourceFile>& source_tree();

// Comments and the insides of literals become blanks; positions and line breaks stay.
std::string blanked(std::string text);

}  // namespace tranchet
