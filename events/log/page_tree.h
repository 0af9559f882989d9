// Where every page of a log's file belongs, read from the file and not through LMDB's map: damage
// is found, and cannot end the process.
//
// LMDB believes its list of free pages. One wrong bit in it, and the next commit overwrites the
// past; so this is looked at before a log is written to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

enum class PageUse : std::uint8_t {
  None = 0,  // Of no transaction that counts.
  Meta,
  Branch,
  Leaf,
  FreeList,  // What holds the list.
  Free,      // What is on it.
};

struct PageTree {
  std::size_t page_bytes = 0;
  std::vector<PageUse> use;  // By page number.
};

// As the newest transaction has it. Nobody may write meanwhile. A page that belongs twice, or is
// not what its place says: Damaged.
std::expected<PageTree, LogError> read_page_tree(const std::filesystem::path& directory);

}  // namespace tranchet
