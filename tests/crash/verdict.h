// What a program of this folder has found: counts for its last line, and the first violations.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace tranchet::crash {

class Verdict {
 public:
  void violation(const std::string& what) {
    constexpr std::uint64_t kPrinted = 20;
    if (++violations_ <= kPrinted) std::cout << "violation: " << what << "\n" << std::flush;
  }
  std::uint64_t violations() const { return violations_; }

  // The last line and the exit status.
  int conclude(const std::string& counts) const {
    std::cout << counts << ", " << violations_ << " violations\n";
    return violations_ == 0 ? 0 : 1;
  }

 private:
  std::uint64_t violations_ = 0;
};

// The argument at `index` as a number; `fallback` where there is none.
inline std::uint64_t number_argument(int argc, char** argv, int index, std::uint64_t fallback) {
  if (index >= argc) return fallback;
  const std::string text = argv[index];
  if (text.empty() || text.size() > 12 ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    std::cerr << "\"" << text << "\" is not a number\n";
    std::exit(2);
  }
  return std::stoull(text);
}

}  // namespace tranchet::crash
