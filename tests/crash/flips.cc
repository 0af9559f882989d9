// One wrong bit, anywhere in a log's files. It is found; or it changes nothing that a reader can be
// told, and nothing that a writer then makes of the log.
//
//   crash_flips [FLIPS [SEED]]
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "backtest/wargame/random.h"
#include "events/log/log_error.h"
#include "events/log/page_tree.h"
#include "tests/crash/reopened.h"
#include "tests/crash/scratch.h"
#include "tests/crash/script.h"
#include "tests/crash/verdict.h"
#include "tests/crash/watched_disk.h"

namespace tranchet::crash {
namespace {

constexpr std::uint64_t kCommits = 200;
constexpr std::size_t kBatchesAfter = 40;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// What `task` says of itself in a process of its own: 0 to 127, or -1 where it was killed.
int in_child(const std::function<int()>& task) {
  std::cout << std::flush;
  const pid_t child = ::fork();
  ENSURE(child >= 0);
  if (child == 0) ::_exit(task());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Places of one kind: bytes of a file.
struct Region {
  std::string_view file;
  std::uint64_t offset = 0, bytes = 0;
};
using Regions = std::map<std::string, std::vector<Region>>;

std::string name_of(PageUse use) {
  static constexpr auto names =
      std::to_array<std::string_view>({"unused", "meta", "branch", "leaf", "free list", "free"});
  return std::string(names[static_cast<std::size_t>(use)]);
}

Regions regions_of(const std::filesystem::path& log) {
  Regions regions;
  regions["head"].push_back({kHeadFile, 0, std::filesystem::file_size(log / kHeadFile)});
  const auto tree = read_page_tree(log);
  ENSURE(tree.has_value());
  const std::uint64_t size = std::filesystem::file_size(log / kDataFile);
  for (std::size_t page = 0; page < tree->use.size(); ++page) {
    const std::uint64_t offset = page * tree->page_bytes;
    if (offset + tree->page_bytes > size) break;
    regions[name_of(tree->use[page])].push_back({kDataFile, offset, tree->page_bytes});
  }
  return regions;
}

class Flips {
 public:
  explicit Flips(std::uint64_t seed) : random_(seed, "flips") {
    {
      const WatchedDisk unsynced(log_);
      const auto ran = run_script(
          log_, kCommits, {.on_dispatch = [](Sequence) {}, .on_commit = [](const LogHead&) {}});
      ENSURE(ran.has_value());
    }
    const auto checked = check_in_child(log_);
    ENSURE(checked.has_value());
    head_ = *checked;
    content_ = whole_content(log_).value();
    ENSURE(content_.snapshots.size() >= 2);
    regions_ = regions_of(log_);
    data_ = read_file(log_ / kDataFile);
    witness_ = read_file(log_ / kHeadFile);
  }

  int run(std::uint64_t count) {
    for (std::uint64_t flip = 0; flip < count; ++flip) {
      auto region = regions_.begin();
      std::advance(region, static_cast<std::ptrdiff_t>(flip % regions_.size()));
      const Region& place = region->second[random_.below(region->second.size())];
      const std::uint64_t byte = place.offset + random_.below(near_start(place));
      const std::uint64_t bit = random_.below(8);
      restore();
      turn(place.file, byte, static_cast<unsigned char>(1U << bit));
      const std::string flaw = flaw_of_flip(region->first);
      if (flaw.empty()) continue;
      verdict_.violation("bit " + std::to_string(bit) + " of byte " + std::to_string(byte) +
                         " of " + std::string(place.file) + ", " + region->first + ": " + flaw);
    }
    std::string counts = std::to_string(count) + " flips";
    for (const auto& [name, found] : counts_) {
      counts += ", " + name + " " + std::to_string(found.refused) + " refused " +
                std::to_string(found.refused_to_writer) + " to the writer " +
                std::to_string(found.harmless) + " harmless";
    }
    return verdict_.conclude(counts);
  }

 private:
  struct Found {
    std::uint64_t refused = 0, refused_to_writer = 0, harmless = 0;
  };

  // Half of the flips hit the first bytes, where the structure is.
  std::uint64_t near_start(const Region& place) {
    constexpr std::uint64_t kStructure = 160;
    return random_.percent(50) ? std::min(kStructure, place.bytes) : place.bytes;
  }

  void restore() {
    if (is_changed_) write_file(log_ / kDataFile, data_);
    write_file(log_ / kHeadFile, witness_);
    if (turned_) put(turned_->first, turned_->second, 0);
    turned_.reset();
    is_changed_ = false;
  }
  void put(std::string_view file, std::uint64_t byte, unsigned char mask) {
    const std::string& good = file == kDataFile ? data_ : witness_;
    std::fstream stream(log_ / file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(static_cast<std::streamoff>(byte));
    stream.put(static_cast<char>(static_cast<unsigned char>(good[byte]) ^ mask));
  }
  void turn(std::string_view file, std::uint64_t byte, unsigned char mask) {
    put(file, byte, mask);
    turned_ = {file, byte};
  }

  // Empty: found, or without effect.
  std::string flaw_of_flip(const std::string& name) {
    Found& found = counts_[name];
    const auto checked = check_in_child(log_);
    if (!checked) {
      ++found.refused;
      const LogErrorKind kind = checked.error().kind;
      const bool is_damage = kind == LogErrorKind::Damaged || kind == LogErrorKind::Gap ||
                             kind == LogErrorKind::TailLost;
      return is_damage ? std::string() : "refused, but so: " + checked.error().message;
    }
    const int read = in_child([this] {
      const auto content = whole_content(log_);
      return content && is_same(*content) ? 0 : 1;
    });
    if (read < 0) return "the reader died";
    if (read != 0) return "the reader is told something else";
    is_changed_ = true;
    const int written = in_child([this] { return go_on(log_, kBatchesAfter) ? 0 : 1; });
    if (written < 0) return "the writer died";
    if (written != 0) {
      ++found.refused_to_writer;
      return {};
    }
    ++found.harmless;
    return flaw_after_writing();
  }

  // A damaged snapshot is as if it were not there; one that is there is as it was.
  bool is_same(const Content& content) const {
    return content.log == content_.log &&
           std::all_of(content.snapshots.begin(), content.snapshots.end(),
                       [this](const std::string& snapshot) {
                         return std::find(content_.snapshots.begin(), content_.snapshots.end(),
                                          snapshot) != content_.snapshots.end();
                       });
  }

  std::string flaw_after_writing() {
    const auto checked = check_in_child(log_);
    if (!checked) return "the writer went on, and then: " + checked.error().message;
    if (number(checked->last) != number(head_.last) + kBatchesAfter) {
      return "the writer went on from somewhere else";
    }
    const int same = in_child([this] {
      auto reader = LogReader::open(log_);
      if (!reader) return 1;
      bool is_same = false;
      const auto scanned = (*reader)->scan_commits(head_.last, [&](const LogCommit& commit) {
        is_same = commit.last == head_.last && commit.chain == head_.chain;
        return false;
      });
      return scanned && is_same ? 0 : 1;
    });
    return same == 0 ? std::string() : "the writer went on from another past";
  }

  Scratch scratch_;
  std::filesystem::path log_ = scratch_ / "log";
  Random random_;
  LogHead head_;
  Content content_;
  Regions regions_;
  std::string data_, witness_;
  std::optional<std::pair<std::string_view, std::uint64_t>> turned_;
  bool is_changed_ = false;
  std::map<std::string, Found> counts_;
  Verdict verdict_;
};

}  // namespace
}  // namespace tranchet::crash

int main(int argc, char** argv) {
  using namespace tranchet::crash;
  const std::uint64_t count = number_argument(argc, argv, 1, 3'000);
  const std::uint64_t seed = number_argument(argc, argv, 2, 1);
  return Flips(seed).run(count);
}
