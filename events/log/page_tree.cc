#include "events/log/page_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "events/log/log_error.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;
using Done = std::expected<void, LogError>;

// ---- What LMDB 0.9 writes on a 64-bit machine.

constexpr std::uint32_t kMagic = 0xBEEF'C0DE;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint16_t kBranchPage = 0x01, kLeafPage = 0x02;
constexpr std::uint16_t kBigNode = 0x01, kDatabaseNode = 0x02;

struct PageHeader {
  std::uint64_t number = 0;
  std::uint16_t pad = 0;
  std::uint16_t flags = 0;
  std::uint16_t lower = 0, upper = 0;  // Of an overflow page: how many pages, 32 bits.
};
struct Database {
  std::uint32_t pad = 0;  // Of the list of free pages: the size of a page.
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0, leaf_pages = 0, overflow_pages = 0, entries = 0;
  std::uint64_t root = 0;
};
struct Meta {
  std::uint32_t magic = 0, version = 0;
  std::uint64_t address = 0, map_bytes = 0;
  Database free, main;
  std::uint64_t last_page = 0, transaction = 0;
};
struct Node {
  std::uint16_t low = 0, high = 0;  // Size of the data; of a branch, with flags, the page.
  std::uint16_t flags = 0;
  std::uint16_t key_bytes = 0;
};

template <class T>
std::optional<T> read_at(std::span<const std::byte> bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

class File {
 public:
  explicit File(int file) : file_(file) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool is_open() const { return file_ >= 0; }
  // False: the file ends before.
  bool read(std::uint64_t offset, std::span<std::byte> bytes) const {
    if (offset > std::uint64_t{1} << 62) return false;
    return ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(bytes.size());
  }

 private:
  int file_;
};

// ---- The walk.

class Walk {
 public:
  explicit Walk(const File& file) : file_(file) {}

  Done run() {
    if (auto found = find_meta(); !found) return found;
    if (meta_.last_page > kPagesMax) return flaw(0, "claims more pages than there can be");
    tree_.use.assign(meta_.last_page + 1, PageUse::None);
    tree_.use[0] = tree_.use[1] = PageUse::Meta;
    if (auto walked = walk(meta_.free, Kind::FreeList); !walked) return walked;
    if (auto walked = walk(meta_.main, Kind::Main); !walked) return walked;
    for (const Database& database : databases_) {
      if (auto walked = walk(database, Kind::Named); !walked) return walked;
    }
    for (const std::uint64_t page : free_) {
      if (auto claimed = claim(page, PageUse::Free); !claimed) return claimed;
    }
    return {};
  }

  PageTree tree() { return std::move(tree_); }

 private:
  enum class Kind : std::uint8_t { FreeList = 1, Main, Named };
  using Page = std::vector<std::byte>;
  static constexpr std::uint64_t kLastKey = ~std::uint64_t{0};
  struct Keys {
    std::uint64_t first = 0, last = kLastKey;
  };
  // A tree of more leaves grows at its end alone. Its inner leaves are not written again, what they
  // hold has checksums, and to read them all would take long.
  static constexpr std::uint64_t kSkimmed = 1'024;
  static constexpr std::uint64_t kPagesMax = std::uint64_t{1} << 32;
  static constexpr std::size_t kHeader = sizeof(PageHeader);

  static Done flaw(std::uint64_t page, std::string_view what) {
    return Failure(damaged("page " + std::to_string(page) + " of its file " + std::string(what)));
  }

  Done find_meta() {
    Page head(kHeader + sizeof(Meta));
    std::uint64_t offset = 0;
    for (int copy = 0; copy < 2; ++copy) {
      const auto meta =
          file_.read(offset, head) ? read_at<Meta>(head, kHeader) : std::optional<Meta>();
      const std::uint64_t bytes = meta ? meta->free.pad : 0;
      if (!meta || meta->magic != kMagic || !std::has_single_bit(bytes) || bytes < 512 ||
          bytes > 65'536 || (copy == 1 && bytes != tree_.page_bytes)) {
        return flaw(static_cast<std::uint64_t>(copy), "is not the head of a file of LMDB");
      }
      if (copy == 0 || meta->transaction > meta_.transaction) meta_ = *meta;
      tree_.page_bytes = bytes;
      offset = bytes;
    }
    return {};
  }

  Done claim(std::uint64_t page, PageUse use) {
    if (page >= tree_.use.size()) return flaw(page, "is in use and beyond the last");
    if (tree_.use[page] != PageUse::None) {
      return flaw(page, use == PageUse::Free ? "is in use and on the list of free pages"
                                             : "is in use twice");
    }
    tree_.use[page] = use;
    return {};
  }

  Done walk(const Database& database, Kind kind) {
    constexpr std::uint16_t kNumberedKeys = 0x08;
    if (database.flags != (kind == Kind::Main ? 0 : kNumberedKeys)) {
      return flaw(database.root, "is the root of a tree with unknown keys");
    }
    counted_ = {};
    skims_ = kind == Kind::Named && database.leaf_pages > kSkimmed;
    if (database.root != kNoPage) {
      constexpr std::uint16_t kDepthMax = 32;
      if (database.depth == 0 || database.depth > kDepthMax) {
        return flaw(database.root, "is the root of a tree without a depth");
      }
      if (auto walked = walk(database.root, database.depth, kind, Keys{}); !walked) return walked;
    }
    if (counted_.branch_pages == database.branch_pages &&
        counted_.leaf_pages == database.leaf_pages &&
        counted_.overflow_pages == database.overflow_pages &&
        (skims_ || counted_.entries == database.entries)) {
      return {};
    }
    return flaw(database.root, "is the root of a tree that has lost or gained pages or entries");
  }

  // Where in a page its entries stand, in order. Nullopt: they do not fill the page as they should.
  static std::optional<std::vector<std::size_t>> entries_of(const Page& page,
                                                            const PageHeader& header,
                                                            bool is_leaf) {
    if (header.lower < kHeader || header.lower > header.upper || header.upper > page.size()) {
      return std::nullopt;
    }
    std::vector<std::size_t> places;
    std::size_t filled = 0;
    for (std::size_t at = kHeader; at < header.lower; at += sizeof(std::uint16_t)) {
      const auto place = read_at<std::uint16_t>(page, at);
      const auto node = place ? read_at<Node>(page, *place) : std::optional<Node>();
      if (!node || *place < header.upper) return std::nullopt;
      std::size_t bytes = sizeof(Node) + node->key_bytes;
      if (is_leaf) bytes += node->flags == kBigNode ? sizeof(std::uint64_t) : data_bytes(*node);
      if (bytes > page.size() - *place) return std::nullopt;
      places.push_back(*place);
      filled += bytes + bytes % 2;
    }
    if (filled != page.size() - header.upper) return std::nullopt;
    return places;
  }
  static std::size_t data_bytes(const Node& node) {
    return std::size_t{node.low} | std::size_t{node.high} << 16;
  }

  // `levels`: this page and those below. Its keys lie within `keys`.
  Done walk(std::uint64_t number, std::uint16_t levels, Kind kind, const Keys& keys) {
    const bool is_leaf = levels == 1;
    const PageUse use = kind == Kind::FreeList ? PageUse::FreeList
                        : is_leaf              ? PageUse::Leaf
                                               : PageUse::Branch;
    if (auto claimed = claim(number, use); !claimed) return claimed;
    ++(is_leaf ? counted_.leaf_pages : counted_.branch_pages);
    if (skims_ && is_leaf && keys.first != 0 && keys.last != kLastKey) return {};
    Page page(tree_.page_bytes);
    if (!file_.read(number * tree_.page_bytes, page)) return flaw(number, "is not in it");
    const auto header = read_at<PageHeader>(page, 0).value_or(PageHeader{});
    const auto places = entries_of(page, header, is_leaf);
    if (header.number != number || header.flags != (is_leaf ? kLeafPage : kBranchPage) || !places ||
        places->empty()) {
      return flaw(number, "is not what its place says");
    }
    if (is_leaf) return visit_leaf(page, *places, number, kind, keys);
    for (std::size_t index = 0; index < places->size(); ++index) {
      // The first of a branch has no key: everything below the second.
      const std::uint64_t first = index == 0 ? keys.first : key_at(page, (*places)[index], kind);
      const std::uint64_t last = index + 1 == places->size() || kind == Kind::Main
                                     ? keys.last
                                     : key_at(page, (*places)[index + 1], kind) - 1;
      if (first < keys.first || last > keys.last || first > last) {
        return flaw(number, "has its keys in disorder");
      }
      const Node node = read_at<Node>(page, (*places)[index]).value();
      const std::uint64_t child = std::uint64_t{node.low} | std::uint64_t{node.high} << 16 |
                                  std::uint64_t{node.flags} << 32;
      const auto below = static_cast<std::uint16_t>(levels - 1);
      if (auto walked = walk(child, below, kind, {.first = first, .last = last}); !walked) {
        return walked;
      }
    }
    return {};
  }

  // The databases themselves have names for keys; there are few of them.
  static std::uint64_t key_at(const Page& page, std::size_t place, Kind kind) {
    if (kind == Kind::Main) return 0;
    return read_at<std::uint64_t>(page, place + sizeof(Node)).value_or(0);
  }

  Done visit_leaf(const Page& page, const std::vector<std::size_t>& places, std::uint64_t number,
                  Kind kind, const Keys& keys) {
    counted_.entries += places.size();
    std::uint64_t at_least = keys.first;
    for (const std::size_t place : places) {
      const Node node = read_at<Node>(page, place).value();
      const std::size_t data = place + sizeof(Node) + node.key_bytes;
      if (kind == Kind::Main) {
        const auto database = read_at<Database>(page, data);
        if (node.flags != kDatabaseNode || data_bytes(node) != sizeof(Database) || !database) {
          return flaw(number, "holds something else than databases");
        }
        databases_.push_back(*database);
        continue;
      }
      const std::uint64_t key = key_at(page, place, kind);
      if (node.key_bytes != sizeof key || key < at_least || key > keys.last) {
        return flaw(number, "has its keys in disorder");
      }
      at_least = key + 1;
      if (kind == Kind::Named && node.flags != 0) return flaw(number, "holds an unknown value");
      if (kind != Kind::FreeList) continue;
      if (auto taken = take_free(page, data, node, number); !taken) return taken;
    }
    return {};
  }

  // The pages that one transaction freed: how many, then their numbers, falling.
  Done take_free(const Page& page, std::size_t data, const Node& node, std::uint64_t number) {
    const std::size_t bytes = data_bytes(node);
    Page list;
    if (node.flags == kBigNode) {
      const auto first = read_at<std::uint64_t>(page, data).value_or(kNoPage);
      auto read = read_overflow(first, bytes, number);
      if (!read) return Failure(read.error());
      list = std::move(*read);
    } else if (node.flags == 0 && data <= page.size() && bytes <= page.size() - data) {
      const auto begin = page.begin() + static_cast<std::ptrdiff_t>(data);
      list.assign(begin, begin + static_cast<std::ptrdiff_t>(bytes));
    }
    const auto count = read_at<std::uint64_t>(list, 0);
    if (!count || *count >= list.size() / sizeof(std::uint64_t)) {
      return flaw(number, "holds a list of free pages that is none");
    }
    for (std::uint64_t index = 1; index <= *count; ++index) {
      free_.push_back(read_at<std::uint64_t>(list, index * sizeof(std::uint64_t)).value());
    }
    return {};
  }

  std::expected<Page, LogError> read_overflow(std::uint64_t first, std::size_t bytes,
                                              std::uint64_t from) {
    const std::size_t pages = (kHeader + bytes + tree_.page_bytes - 1) / tree_.page_bytes;
    counted_.overflow_pages += pages;
    for (std::size_t index = 0; index < pages; ++index) {
      if (auto claimed = claim(first + index, PageUse::FreeList); !claimed) {
        return Failure(claimed.error());
      }
    }
    Page list(bytes);
    if (!file_.read(first * tree_.page_bytes + kHeader, list)) {
      return Failure(flaw(from, "points out of it").error());
    }
    return list;
  }

  const File& file_;
  Meta meta_;
  PageTree tree_;
  Database counted_;    // Of the tree under way: pages and entries.
  bool skims_ = false;  // The same.
  std::vector<Database> databases_;
  std::vector<std::uint64_t> free_;
};

}  // namespace

std::expected<PageTree, LogError> read_page_tree(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kDataFile;
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return Failure(system_error(errno, "opening", path));
  Walk walk(file);
  if (auto done = walk.run(); !done) return Failure(done.error());
  return walk.tree();
}

}  // namespace tranchet
