#include "events/log/seam.h"

#include <cstring>

#include "events/log/crc32c.h"
#include "events/log/log_error.h"
#include "events/log/seal.h"

namespace tranchet {
namespace {

struct AboutLayout {
  std::array<char, 8> magic{'T', 'R', 'A', 'N', 'C', 'H', 'E', 'T'};
  LogFormat format{};
  std::uint32_t checksum = 0;  // Of the two before.
};
static_assert(sizeof(AboutLayout) == kAboutBytes);
std::uint32_t checksum_of(const AboutLayout& about) {
  return crc32c(std::as_bytes(std::span(&about, 1)).first(offsetof(AboutLayout, checksum)));
}

constexpr std::uint64_t kMovedKey = 2;
struct MovedLayout {
  std::array<char, 4> magic{'T', 'R', 'M', 'V'};
  std::uint32_t checksum = 0;  // Of `last`.
  std::uint64_t last = 0;
};
static_assert(sizeof(MovedLayout) == 16);
std::uint32_t checksum_of(const MovedLayout& moved) {
  return crc32c(std::as_bytes(std::span(&moved.last, 1)));
}

std::optional<Sequence> decode_moved(std::span<const std::byte> bytes) {
  MovedLayout moved;
  if (bytes.size() != sizeof moved) return std::nullopt;
  std::memcpy(&moved, bytes.data(), sizeof moved);
  if (moved.magic != MovedLayout().magic || moved.checksum != checksum_of(moved)) {
    return std::nullopt;
  }
  return Sequence{moved.last};
}

int put(MDB_txn* transaction, MDB_dbi database, std::uint64_t number,
        std::span<const std::byte> bytes) {
  MDB_val key = as_value(number), value = as_value(bytes);
  return mdb_put(transaction, database, &key, &value, 0);
}

// The key at a cursor's place, once it is there; empty: the database ends before.
struct Place {
  int code = MDB_SUCCESS;
  std::optional<std::uint64_t> key;
  std::span<const std::byte> bytes;
};
Place place(MDB_cursor* cursor, MDB_cursor_op move, std::uint64_t from = 0) {
  MDB_val key = as_value(from), value{};
  Place found;
  found.code = mdb_cursor_get(cursor, &key, &value, move);
  if (found.code == MDB_NOTFOUND) return {};
  if (found.code != MDB_SUCCESS) return found;
  std::uint64_t number = 0;
  if (key.mv_size != sizeof number) return {.code = MDB_CORRUPTED};
  std::memcpy(&number, key.mv_data, sizeof number);
  found.key = number;
  found.bytes = {static_cast<const std::byte*>(value.mv_data), value.mv_size};
  return found;
}

// Everything with a key of at most `last`; how many is added to `count`.
int remove_until(MDB_txn* transaction, MDB_dbi database, std::uint64_t last, std::size_t& count) {
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(transaction, database, &cursor);
  if (code != MDB_SUCCESS) return code;
  while (code == MDB_SUCCESS) {
    const Place first = place(cursor, MDB_FIRST);
    code = first.code;
    if (code != MDB_SUCCESS || !first.key || *first.key > last) break;
    code = mdb_cursor_del(cursor, 0);
    ++count;
  }
  mdb_cursor_close(cursor);
  return code;
}

// The seal of the commit behind `moved`.
Place next_seal(MDB_txn* transaction, const Environment& environment, std::uint64_t moved) {
  MDB_cursor* cursor = nullptr;
  const int code = mdb_cursor_open(transaction, environment.seals(), &cursor);
  if (code != MDB_SUCCESS) return {.code = code};
  const Place found = place(cursor, MDB_SET_RANGE, moved + 1);
  mdb_cursor_close(cursor);
  return found;
}

}  // namespace

AboutBytes encode_about(LogFormat format) {
  AboutLayout about{.format = format};
  about.checksum = checksum_of(about);
  AboutBytes bytes;
  std::memcpy(bytes.data(), &about, sizeof about);
  return bytes;
}

std::optional<LogFormat> decode_about(std::span<const std::byte> bytes) {
  AboutLayout about;
  if (bytes.size() != sizeof about) return std::nullopt;
  std::memcpy(&about, bytes.data(), sizeof about);
  if (about.magic != AboutLayout().magic || about.checksum != checksum_of(about)) {
    return std::nullopt;
  }
  return about.format;
}

std::expected<Sequence, LogError> moved_until(const ReadTransaction& transaction,
                                              const Environment& environment) {
  auto bytes = transaction.get(environment.about(), kMovedKey);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return Sequence{};
  const auto moved = decode_moved(**bytes);
  if (moved) return *moved;
  return std::unexpected(damaged("what says where its events begin is not what was written"));
}

int remove_front(MDB_txn* transaction, const Environment& environment, Sequence until,
                 std::size_t records) {
  MovedLayout moved;
  MDB_val key = as_value(kMovedKey), value{};
  int code = mdb_get(transaction, environment.about(), &key, &value);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return code;
  if (code == MDB_SUCCESS) {
    const auto known = decode_moved({static_cast<const std::byte*>(value.mv_data), value.mv_size});
    if (!known) return MDB_CORRUPTED;
    moved.last = number(*known);
  }
  const std::uint64_t before = moved.last;
  for (std::size_t removed = 0; removed < records;) {
    const Place seal = next_seal(transaction, environment, moved.last);
    if (seal.code != MDB_SUCCESS) return seal.code;
    if (!seal.key || *seal.key > number(until)) break;
    code = remove_until(transaction, environment.events(), *seal.key, removed);
    if (code != MDB_SUCCESS) return code;
    moved.last = *seal.key;
  }
  if (moved.last == before) return MDB_SUCCESS;
  std::size_t seals = 0;
  code = remove_until(transaction, environment.seals(), moved.last - 1, seals);
  if (code != MDB_SUCCESS) return code;
  moved.checksum = checksum_of(moved);
  code = put(transaction, environment.about(), kMovedKey, std::as_bytes(std::span(&moved, 1)));
  if (code != MDB_SUCCESS) return code;
  return put(transaction, environment.about(), kAboutKey, encode_about(LogFormat::Moved));
}

}  // namespace tranchet
