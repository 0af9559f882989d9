// What is on a disk after a power failure: all that was synced, and of the rest whatever the disk
// had got to. Sectors of 512 bytes are written whole or not at all, in any order; changes of names
// one after another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/watched_disk.h"

namespace tranchet::crash {

class DiskImage {
 public:
  void take(const DiskStep& step);

  // The promise that was made last; 0: none.
  std::uint64_t promised() const { return promised_; }

  // Writes the log's files into `directory`. `keep` is asked for every sector and every name that
  // was not synced; a log is small, so it may be asked often.
  using Keep = std::function<bool()>;
  void write(const std::filesystem::path& directory, const Keep& keep) const;

 private:
  struct Pending {
    std::uint64_t offset = 0;
    std::string bytes;
  };
  struct File {
    std::string durable;
    std::vector<Pending> pending;
  };
  struct NameChange {
    std::string name, new_name;  // One of them empty: the file came, or went.
    std::size_t file = 0;
  };
  static void apply(const Pending& write, std::string& bytes);
  static void apply(const NameChange& change, std::map<std::string, std::size_t>& names);
  static std::string content(const File& file, const Keep& keep);

  std::map<std::size_t, File> files_;
  std::map<std::string, std::size_t> names_;  // Durable.
  std::vector<NameChange> name_changes_;
  std::uint64_t promised_ = 0;
};

}  // namespace tranchet::crash
