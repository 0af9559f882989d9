// The LMDB environment of a log: its databases, its map, and the rules that LMDB has for both. One
// a directory and process, shared by everybody in the process who has the log open.
#pragma once

#include <lmdb.h>

#include <atomic>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>

#include "events/log/event_log.h"

namespace tranchet {

class Environment {
 public:
  struct Options {
    bool writable = false;
    bool create = false;  // The directory is there, the log is not.
    bool synced = true;   // Durable at every commit; else when mdb_env_sync says so.
    std::size_t map_reserve = kMapReserve;
  };
  static std::expected<std::shared_ptr<Environment>, LogError> open(
      const std::filesystem::path& directory, const Options& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  MDB_env* handle() const { return environment_; }
  const std::filesystem::path& directory() const { return directory_; }
  MDB_dbi events() const { return events_; }
  MDB_dbi seals() const { return seals_; }
  MDB_dbi names() const { return names_; }
  MDB_dbi digests() const { return digests_; }
  // What says that it is a log, and where its events begin (seam.h).
  MDB_dbi about() const { return about_; }
  // Nullopt: the log was made before there were any, and nobody has written to it since.
  std::optional<MDB_dbi> snapshots() const {
    const MDB_dbi database = snapshots_;
    return database == 0 ? std::nullopt : std::optional(database);
  }
  // Makes the database of snapshots, where it is missing. For the writer, once the log is sound.
  std::expected<void, LogError> add_snapshots();

  // Events up to here are in a segment as well: the writer may remove them. From any thread.
  void let_go_until(Sequence last) { may_go_ = number(last); }
  Sequence may_go() const { return Sequence{may_go_.load()}; }

  // Doubles the map, once no transaction of this process is open.
  std::expected<void, LogError> grow();

 private:
  friend class ReadTransaction;
  Environment(std::filesystem::path directory, bool writable)
      : directory_(std::move(directory)), writable_(writable) {}
  std::expected<void, LogError> open_files(const Options& options);
  std::expected<void, LogError> open_databases(bool create);
  std::expected<void, LogError> check_length() const;

  std::filesystem::path directory_;
  bool writable_;
  MDB_env* environment_ = nullptr;
  MDB_dbi about_ = 0, events_ = 0, seals_ = 0, names_ = 0, digests_ = 0;
  std::atomic<MDB_dbi> snapshots_ = 0;  // Readers may look while the writer adds it.
  std::atomic<std::uint64_t> may_go_ = 0;
  // Shared by open transactions, exclusive while the map moves.
  std::shared_mutex map_;
};

// A read transaction: short, because while it is open no page it can see is used again.
class ReadTransaction {
 public:
  static std::expected<ReadTransaction, LogError> begin(Environment& environment);
  ~ReadTransaction();
  ReadTransaction(ReadTransaction&& other) noexcept;
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  ReadTransaction& operator=(ReadTransaction&&) = delete;

  MDB_txn* handle() const { return transaction_; }
  // Nullopt: not there.
  std::expected<std::optional<std::span<const std::byte>>, LogError> get(MDB_dbi database,
                                                                         std::uint64_t key) const;

 private:
  ReadTransaction(Environment& environment, std::shared_lock<std::shared_mutex> map)
      : environment_(&environment), map_(std::move(map)) {}

  Environment* environment_;
  std::shared_lock<std::shared_mutex> map_;
  MDB_txn* transaction_ = nullptr;
};

// Walks one database in the order of its keys.
class Cursor {
 public:
  static std::expected<Cursor, LogError> open(const ReadTransaction& transaction, MDB_dbi database,
                                              const std::filesystem::path& directory);
  ~Cursor();
  Cursor(Cursor&& other) noexcept;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  Cursor& operator=(Cursor&&) = delete;

  struct Entry {
    std::uint64_t key = 0;
    std::span<const std::byte> bytes;
  };
  // Nullopt: past the end.
  using Found = std::expected<std::optional<Entry>, LogError>;
  Found first_from(std::uint64_t key);  // The first with this key or a higher one.
  Found last();
  Found next();
  Found previous();

 private:
  Cursor(MDB_cursor* cursor, std::filesystem::path directory)
      : cursor_(cursor), directory_(std::move(directory)) {}
  Found move(MDB_cursor_op operation, std::uint64_t key);

  MDB_cursor* cursor_;
  std::filesystem::path directory_;
};

MDB_val as_value(std::span<const std::byte> bytes);
MDB_val as_value(const std::uint64_t& key);

}  // namespace tranchet
