// Logs in a directory of their own that goes when the test does, and what is in them.
#pragma once

#include <gtest/gtest.h>
#include <lmdb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/log/event_log.h"
#include "events/log/json.h"
#include "tests/support/generators.h"

namespace tranchet::testing {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tranchet-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no scratch directory";
    path_ = pattern;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

template <class T>
T must(std::expected<T, LogError> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    std::abort();  // Nothing that follows would mean anything.
  }
  return std::move(*result);
}
inline void must(std::expected<void, LogError> result) {
  EXPECT_TRUE(result.has_value()) << result.error().message;
}

// Appends in batches of `batch`, with a digest note at the end of each.
inline void append_all(LogWriter& log, std::span<const Event> events, const Names& names,
                       std::size_t batch) {
  while (!events.empty()) {
    const auto part = events.first(std::min(batch, events.size()));
    must(log.append(part, names));
    must(log.note_digests({.sequence = part.back().sequence,
                           .command_digest = number(part.back().sequence) * 3,
                           .state_digest = number(part.back().sequence) * 5}));
    events = events.subspan(part.size());
  }
}

inline LogHead write_log(const std::filesystem::path& path, std::span<const Event> events,
                         std::size_t batch, Durability durability = Durability::AtClose) {
  auto log = must(LogWriter::create(path, durability));
  append_all(*log, events, sample_names(), batch);
  must(log->close());
  return log->head();
}

inline std::vector<std::string> lines_of(std::span<const Event> events, const Names& names) {
  std::vector<std::string> lines;
  for (const Event& event : events) lines.push_back(event_json(event, names));
  return lines;
}

// Every event as a line; the error, if there is one, goes to `error`.
inline std::vector<std::string> read_lines(const std::filesystem::path& path,
                                           std::optional<LogError>* error = nullptr,
                                           Sequence from = Sequence{1}) {
  std::vector<std::string> lines;
  auto log = LogReader::open(path);
  std::expected<void, LogError> scanned;
  if (log) {
    scanned = (*log)->scan(from, [&](const Event& event) {
      lines.push_back(event_json(event, (*log)->names()));
      return true;
    });
  } else {
    scanned = std::unexpected(log.error());
  }
  if (error != nullptr) {
    *error = scanned ? std::nullopt : std::optional(scanned.error());
  } else {
    must(scanned);
  }
  return lines;
}

// Changes a log behind its back, by LMDB alone.
inline void tamper(const std::filesystem::path& path, const char* database,
                   const std::function<void(MDB_txn*, MDB_dbi)>& change) {
  MDB_env* environment = nullptr;
  MDB_txn* transaction = nullptr;
  MDB_dbi opened = 0;
  ASSERT_EQ(mdb_env_create(&environment), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(environment, 8), 0);
  ASSERT_EQ(mdb_env_open(environment, path.c_str(), 0, 0644), 0);
  ASSERT_EQ(mdb_txn_begin(environment, nullptr, 0, &transaction), 0);
  ASSERT_EQ(mdb_dbi_open(transaction, database, 0, &opened), 0);
  change(transaction, opened);
  ASSERT_EQ(mdb_txn_commit(transaction), 0);
  mdb_env_close(environment);
}
inline void tamper_delete(const std::filesystem::path& path, const char* database,
                          std::uint64_t key) {
  tamper(path, database, [key](MDB_txn* transaction, MDB_dbi opened) {
    MDB_val value{sizeof key, const_cast<std::uint64_t*>(&key)};
    EXPECT_EQ(mdb_del(transaction, opened, &value, nullptr), 0);
  });
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace tranchet::testing
