// A process of a test: started, watched, ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tranchet {

class Child {
 public:
  // Standard output comes through a pipe; standard error goes to the end of `errors`, whose folder
  // is where it runs: a core would lie there.
  // `file_bytes`: no file that it writes may grow beyond; 0: any size.
  Child(const std::vector<std::string>& arguments, const std::filesystem::path& errors,
        std::uint64_t file_bytes = 0);
  ~Child();  // Kills it, if it lives.
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t id() const { return id_; }
  // The next line of its output; nullopt: it has ended.
  std::optional<std::string> line();
  void signal(int number) const;
  // Exit status; minus the signal that ended it.
  int wait();
  bool has_dumped() const { return dumped_; }  // A core, at its end.
  bool is_alive();
  // Until it ends, or for so long.
  void rest(std::chrono::milliseconds time);

 private:
  pid_t id_ = -1;
  int output_ = -1;
  int handle_ = -1;  // A pidfd.
  std::string unread_;
  std::optional<int> status_;
  bool dumped_ = false;
};

}  // namespace tranchet
