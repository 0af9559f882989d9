// A child process that is watched from outside, at the border to the kernel: every system call on a
// file below one folder is counted, and one of them fails on purpose, whoever made it: the program,
// LMDB, the C library's own streams, or a child of the child. For x86-64.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet::crash {

// Fails with this errno, and nothing is done; 0: half of a write is done.
struct CallFault {
  long call = 0;          // SYS_...
  std::uint64_t nth = 0;  // From 1, of its kind.
  int error = 0;
};

// The calls that are watched, and how each may fail.
struct WatchedCall {
  long call = 0;
  std::string_view name;
  std::vector<int> errors;
};
const std::vector<WatchedCall>& watched_calls();
std::string to_text(const CallFault& fault);

struct TracedRun {
  int status = 0;     // As waitpid() gives it.
  std::string words;  // What `work` returned.
  std::map<long, std::uint64_t> calls;
};

// The child ends with status 0 when `work` returns an empty text, else with 1. `folder` is absolute
// and holds no symbolic link.
TracedRun run_traced(const std::filesystem::path& folder, const std::optional<CallFault>& fault,
                     const std::function<std::string()>& work);

}  // namespace tranchet::crash
