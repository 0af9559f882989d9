// What was read already, in bounded memory, so that duplicates can be told from new rows.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "backtest/market_data/market_data.h"

namespace tranchet {

// The trade ids that were read. Ids of a symbol increase, mostly by one, so what is kept are runs
// of consecutive ids: a complete file is one run, however long. Of a file with holes the newest
// 65,536 runs are kept (1 MiB); an id between the first one read and those counts as read.
class SeenTrades {
 public:
  bool contains(std::uint64_t id) const {
    return !runs_.empty() && id <= runs_.back().last && contains_earlier(id);
  }
  // The highest one.
  std::optional<std::uint64_t> last() const {
    return runs_.empty() ? std::nullopt : std::optional(runs_.back().last);
  }
  // The `count` ids after the highest one.
  void extend(std::uint64_t count) { runs_.back().last += count; }
  // An id that is not contained.
  void insert(std::uint64_t id) {
    if (!runs_.empty() && id == runs_.back().last + 1) {
      runs_.back().last = id;
    } else {
      insert_apart(id);
    }
  }

 private:
  struct Run {
    std::uint64_t first;
    std::uint64_t last;
  };
  static constexpr std::size_t kMostRuns = 65'536;

  bool contains_earlier(std::uint64_t id) const;
  void insert_apart(std::uint64_t id);

  std::deque<Run> runs_;  // Ascending, at least one id apart.
  std::uint64_t forgotten_first_ = 0;
  std::uint64_t forgotten_last_ = 0;  // 0: no run was dropped.
};

// The newest bars that were read: when each opened, and a digest of its prices and volume. A
// million is two years of minutes, in 16 MiB; a bar older than those is not known as a duplicate.
class SeenBars {
 public:
  enum class Answer : std::uint8_t { Unknown = 1, Same, Different };
  Answer find(const Bar& bar) const;  // By its opening time.
  void append(const Bar& bar);        // Opens after every bar before it.

 private:
  struct Row {
    std::int64_t open_time = 0;
    std::uint64_t digest = 0;
  };
  static constexpr std::size_t kMostBars = 1'048'576;

  const Row& row(std::size_t age) const { return rows_[(oldest_ + age) % rows_.size()]; }

  std::vector<Row> rows_;  // Grows to kMostBars; then the newest takes the oldest one's place.
  std::size_t oldest_ = 0;
};

}  // namespace tranchet
