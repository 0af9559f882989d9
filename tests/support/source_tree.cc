#include "tests/support/source_tree.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace tranchet {
namespace {

namespace fs = std::filesystem;

class Blanker {
 public:
  explicit Blanker(std::string text) : text_(std::move(text)) {}
  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_to(std::min(text_.find('\n', at_), text_.size()));
      } else if (starts("/*")) {
        blank_past("*/");
      } else if (starts("R\"")) {
        const std::size_t open = std::min(text_.find('(', at_), text_.size() - 1);
        const std::string delimiter = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
        blank_past(delimiter);
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !follows_a_digit())) {
        blank_literal(text_[at_]);
      } else {
        ++at_;
      }
    }
    return text_;
  }

 private:
  bool starts(std::string_view token) const { return text_.compare(at_, token.size(), token) == 0; }
  // 45'000: a separator, not a literal.
  bool follows_a_digit() const {
    return at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }
  void blank_to(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') text_[at_] = ' ';
    }
  }
  void blank_past(std::string_view token) {
    const std::size_t found = text_.find(token, at_ + 1);
    blank_to(found == std::string::npos ? text_.size() : found + token.size());
  }
  void blank_literal(char quote) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      const std::size_t width = text_[at_] == '\\' ? 2 : 1;
      blank_to(std::min(at_ + width, text_.size()));
    }
    ++at_;
  }

  std::string text_;
  std::size_t at_ = 0;
};

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool is_text(const fs::path& path) {
  static const std::set<std::string> kEndings = {".h",  ".cc",   ".capnp", ".md",
                                                 ".sh", ".toml", ".txt",   ".json"};
  const std::string name = path.filename().string();
  return kEndings.contains(path.extension().string()) || name == "dev" || name == "run";
}

std::vector<SourceFile> load_tree() {
  const fs::path root = TRANCHET_SOURCE_DIR;
  std::vector<fs::path> paths = {root / "CMakeLists.txt", root / "CMakePresets.json", root / "dev",
                                 root / "README.md"};
  for (const char* folder : {".ci", "adapters", "backtest", "data", "engine", "events", "packaging",
                             "replay", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string path = entry.path().string();
      if (entry.is_regular_file() && is_text(path) && path.find("/corpus/") == std::string::npos) {
        paths.push_back(entry.path());
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (const fs::path& path : paths) {
    files.push_back(make_source(path.lexically_relative(root).string(), read_text(path)));
  }
  return files;
}

}  // namespace

std::string blanked(std::string text) {
  return Blanker(std::move(text)).run();
}

SourceFile make_source(std::string path, const std::string& text) {
  SourceFile file;
  file.path = std::move(path);
  file.lines = split_lines(text);
  if (file.is_cpp()) file.code = split_lines(blanked(text));
  return file;
}

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> files = load_tree();
  return files;
}

}  // namespace tranchet
