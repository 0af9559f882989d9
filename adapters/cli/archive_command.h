// `tranchet log archive` and `log bundle`: a log, or an incident of it, as one compressed file that
// every command takes in the place of a log.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace tranchet {

// 0: written, checked and reported. 2: not a log, or the file is there already. 4: damaged.
// 5: cannot be written.
int log_archive(const std::filesystem::path& log, const std::filesystem::path& file,
                std::ostream& out, std::ostream& err);

struct BundleArguments {
  std::string log;
  std::string from;  // Sequence or time.
  std::string to;
  std::string out;
};
int log_bundle(const BundleArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet
