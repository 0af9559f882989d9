// Another program's output, line by line, as it comes.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tranchet {

class OtherProgram {
 public:
  // Searched for in PATH where the name has no slash. The error says why it cannot be run.
  static std::expected<OtherProgram, std::string> start(const std::vector<std::string>& arguments);
  OtherProgram(OtherProgram&& other) noexcept;
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  OtherProgram& operator=(OtherProgram&&) = delete;
  ~OtherProgram();  // Ends it, if it still runs.

  // Without its newline; nullopt: the output has ended.
  std::optional<std::string> next_line();
  // Everything that is left.
  std::string rest();
  // Waits for the end: the exit status, or 128 and more when a signal ended it.
  int wait();

 private:
  OtherProgram(pid_t process, int output) : process_(process), output_(output) {}
  bool read_more();

  pid_t process_ = -1;
  int output_ = -1;
  std::string read_;
  std::size_t at_ = 0;
};

}  // namespace tranchet
