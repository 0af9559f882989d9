// A changed byte is found and named, or it is without effect on what a log exports. And it never
// crashes the reader: every damaged file is read in a child process.
#include <gtest/gtest.h>

#include <cstring>
#include <iostream>
#include <sstream>

#include "adapters/cli/log_command.h"
#include "events/log/crc32c.h"
#include "events/log/record.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using testing::must;
using testing::read_file;
using testing::sample_events;
using testing::sample_names;
using testing::ScratchDirectory;
using testing::tamper_delete;
using testing::write_file;
using testing::write_log;

LogErrorKind kind_of(const std::filesystem::path& path, CheckDepth depth = CheckDepth::Chain) {
  const auto checked = check_in_child(path, depth);
  EXPECT_FALSE(checked.has_value());
  return checked ? LogErrorKind::Io : checked.error().kind;
}

void write_byte(const std::filesystem::path& path, std::size_t at, char byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

// To fork a process is ten times slower where the address sanitizer's tables are copied with it.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStride = 997;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::size_t kStride = 997;
#else
constexpr std::size_t kStride = 67;
#endif
#else
constexpr std::size_t kStride = 67;
#endif

// Flips one byte of `file` at a time, every `stride`th, and exports.
void flip_bytes(const std::filesystem::path& log, const std::string& file, std::size_t stride) {
  std::ostringstream exported, ignored;
  ASSERT_EQ(log_export(log, exported, ignored), 0);
  const std::string good = read_file(log / file);
  std::size_t found = 0, named = 0, harmless = 0;
  for (std::size_t at = 0; at < good.size(); at += stride) {
    write_byte(log / file, at, static_cast<char>(good[at] ^ (1 << (at / stride % 8))));
    std::ostringstream out, err;
    const int status = log_export(log, out, err);
    if (status == 0) {
      ++harmless;
      ASSERT_EQ(out.str(), exported.str()) << "byte " << at << " of " << file;
    } else {
      ++found;
      ASSERT_TRUE(status == 4 || status == 2) << status << " " << err.str();
      ASSERT_FALSE(err.str().empty());
      if (err.str().find("at event ") != std::string::npos) ++named;
    }
    write_byte(log / file, at, good[at]);
  }
  std::cout << file << ": " << found << " found (" << named << " by sequence), " << harmless
            << " without effect\n";
  // One slot of HEAD stands in for the other.
  EXPECT_EQ(found > 0, file == "data.mdb");
  EXPECT_GT(harmless, 0u);
}

TEST(Damage, EveryFlippedByteIsFoundOrHarmless) {
  const ScratchDirectory scratch;
  write_log(scratch / "log", sample_events(400, 20, sample_names()), 60);
  // A prime, so that every offset within a record and a page has its turn. 1 takes ten minutes.
  const char* every = std::getenv("TRANCHET_DAMAGE_STRIDE");
  const std::size_t stride = every != nullptr ? std::stoul(every) : kStride;
  flip_bytes(scratch / "log", "data.mdb", stride);
  flip_bytes(scratch / "log", "HEAD", stride);
}

TEST(Damage, AByteOfARecordIsNamedBySequence) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= 50; ++n) {
    events.push_back(
        {.sequence = Sequence{n},
         .time = Timestamp(),
         .body = LogicSwitched{.feature = 0xABCD'0000 + static_cast<std::uint32_t>(n)}});
  }
  write_log(path, events, 50);
  std::string bytes = read_file(path / "data.mdb");
  const std::uint32_t marker = 0xABCD'0000 + 33;
  const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&marker), 4));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  write_file(path / "data.mdb", bytes);
  const auto checked = check_in_child(path);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, LogErrorKind::Damaged);
  EXPECT_EQ(checked.error().sequence, Sequence{33});
  EXPECT_NE(checked.error().message.find("event 33"), std::string::npos);
}

TEST(Damage, AFileCutShortIsDamagedWhereverItIsCut) {
  const ScratchDirectory scratch;
  const auto path = scratch / "log";
  write_log(path, sample_events(3'000, 21, sample_names()), 500);
  const std::string good = read_file(path / "data.mdb");
  // The file may end with a page that nothing is in: a few bytes less of that are no damage.
  const std::size_t step = good.size() / 13;
  for (std::size_t size = 0; size + step / 2 < good.size(); size += step) {
    write_file(path / "data.mdb", std::string_view(good).substr(0, size));
    const auto checked = check_in_child(path);
    ASSERT_FALSE(checked.has_value()) << size;
    EXPECT_EQ(checked.error().kind, LogErrorKind::Damaged) << size;
    // Seen before a page is missed, not by the death of the child.
    if (size < good.size() / 2) {
      EXPECT_NE(checked.error().message.find("cut short"), std::string::npos) << size;
    }
  }
  std::filesystem::remove(path / "data.mdb");
  EXPECT_EQ(kind_of(path), LogErrorKind::Damaged);
}

TEST(Damage, AMissingSealIsFound) {
  const ScratchDirectory scratch;
  for (const std::uint64_t key : {20UL, 40UL, 60UL}) {
    const auto path = scratch / std::to_string(key);
    write_log(path, sample_events(60, 22, sample_names()), 20);
    tamper_delete(path, "seals", key);
    const LogErrorKind kind = kind_of(path);
    EXPECT_TRUE(kind == LogErrorKind::Damaged || kind == LogErrorKind::Gap) << key;
  }
}

TEST(Damage, AMissingEventIsAGap) {
  const ScratchDirectory scratch;
  for (const std::uint64_t key : {1UL, 17UL, 30UL}) {
    const auto path = scratch / std::to_string(key);
    std::vector<Event> events;
    for (std::uint64_t n = 1; n <= 30; ++n) {
      events.push_back({.sequence = Sequence{n}, .time = Timestamp(), .body = SnapshotEnded{}});
    }
    write_log(path, events, 10);
    tamper_delete(path, "events", key);
    const auto checked = check_in_child(path, CheckDepth::Records);
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().kind, LogErrorKind::Gap);
    EXPECT_EQ(checked.error().sequence, Sequence{key});
    // A missing end is noticed without a pass over the log.
    EXPECT_EQ(LogReader::open(path).has_value(), key != 30);
  }
}

TEST(Damage, AMissingNameOrDigestNoteIsFound) {
  const ScratchDirectory scratch;
  write_log(scratch / "name", sample_events(60, 23, sample_names()), 20);
  tamper_delete(scratch / "name", "names", std::uint64_t{1} << 56 | 2 << 16);
  EXPECT_EQ(kind_of(scratch / "name"), LogErrorKind::Damaged);
  for (const std::uint64_t key : {40UL, 60UL}) {
    const auto path = scratch / std::to_string(key);
    write_log(path, sample_events(60, 23, sample_names()), 20);
    tamper_delete(path, "digests", key);
    EXPECT_EQ(kind_of(path), LogErrorKind::Damaged);
  }
}

// The bytes of record `key`, with a checksum that fits whatever `change` did.
void rewrite_record(const std::filesystem::path& path, std::uint64_t key,
                    const std::function<void(std::span<std::byte>)>& change) {
  testing::tamper(path, "events", [&](MDB_txn* transaction, MDB_dbi database) {
    MDB_val name{sizeof key, &key}, value{};
    ASSERT_EQ(mdb_get(transaction, database, &name, &value), 0);
    const auto* first = static_cast<const std::byte*>(value.mv_data);
    std::vector<std::byte> bytes(first, first + value.mv_size);
    change(bytes);
    const std::uint32_t checksum = record_checksum(bytes);
    std::memcpy(bytes.data() + 4, &checksum, sizeof checksum);
    MDB_val changed{bytes.size(), bytes.data()};
    ASSERT_EQ(mdb_put(transaction, database, &name, &changed, 0), 0);
  });
}

TEST(Damage, ANewerProgramsRecordIsRefusedAsSuch) {
  const ScratchDirectory scratch;
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    events.push_back({.sequence = Sequence{n}, .time = Timestamp(), .body = SnapshotEnded{}});
  }
  write_log(scratch / "schema", events, 3);
  rewrite_record(scratch / "schema", 4, [](auto bytes) { bytes[36] = std::byte{9}; });
  EXPECT_EQ(kind_of(scratch / "schema"), LogErrorKind::NewerSchema);
  write_log(scratch / "alternative", events, 3);
  rewrite_record(scratch / "alternative", 5, [](auto bytes) { bytes[48] = std::byte{250}; });
  const auto checked = check_in_child(scratch / "alternative");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, LogErrorKind::NewerSchema);
  EXPECT_EQ(checked.error().sequence, Sequence{5});
  write_log(scratch / "format", events, 3);
  testing::tamper(scratch / "format", "about", [](MDB_txn* transaction, MDB_dbi database) {
    std::uint64_t key = 1;
    MDB_val name{sizeof key, &key}, value{};
    ASSERT_EQ(mdb_get(transaction, database, &name, &value), 0);
    std::vector<std::byte> bytes(16);
    std::memcpy(bytes.data(), value.mv_data, bytes.size());
    bytes[8] = std::byte{3};
    const std::uint32_t checksum = crc32c(std::span(bytes).first(12));
    std::memcpy(bytes.data() + 12, &checksum, sizeof checksum);
    MDB_val changed{bytes.size(), bytes.data()};
    ASSERT_EQ(mdb_put(transaction, database, &name, &changed, 0), 0);
  });
  EXPECT_EQ(kind_of(scratch / "format"), LogErrorKind::NewerSchema);
}

// History rewritten with care: every checksum is right, and the chain is not.
TEST(Damage, TheChainFindsWhatChecksumsCannot) {
  const ScratchDirectory scratch;
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    events.push_back(
        {.sequence = Sequence{n}, .time = Timestamp(), .body = LogicSwitched{.feature = 7}});
  }
  const auto path = scratch / "log";
  write_log(path, events, 3);
  rewrite_record(path, 5, [](auto bytes) {
    const auto at = std::find(bytes.begin() + 56, bytes.end(), std::byte{7});
    ASSERT_NE(at, bytes.end());
    *at = std::byte{8};
  });
  EXPECT_TRUE(check_in_child(path, CheckDepth::Records).has_value());
  const auto checked = check_in_child(path, CheckDepth::Chain);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, LogErrorKind::Damaged);
  EXPECT_EQ(checked.error().sequence, Sequence{4});  // The commit that holds it.
}

TEST(Damage, AWitnessOfAnotherHistoryIsFound) {
  const ScratchDirectory scratch;
  write_log(scratch / "a", sample_events(60, 24, sample_names()), 20);
  write_log(scratch / "b", sample_events(60, 25, sample_names()), 20);
  std::filesystem::copy_file(scratch / "b" / "HEAD", scratch / "a" / "HEAD",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(kind_of(scratch / "a"), LogErrorKind::Damaged);
  std::filesystem::remove(scratch / "a" / "HEAD");
  EXPECT_EQ(kind_of(scratch / "a"), LogErrorKind::Damaged);
}

}  // namespace
}  // namespace tranchet
