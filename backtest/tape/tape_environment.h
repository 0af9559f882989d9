// The LMDB environment of a tape: one file without a lock file beside it, three databases with
// numbers for keys.
#pragma once

#include <lmdb.h>

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "backtest/market_data/market_data.h"

namespace tranchet {

enum class TapeDatabase : std::uint8_t { Meta, Heads, Blocks };

class TapeEnvironment {
 public:
  enum class Use : std::uint8_t {
    Read = 1,
    Create,  // Durable when `sync` returns: the file is nobody's tape before.
    Append,  // Durable at every commit: the file is a tape all the time.
  };
  static std::expected<std::unique_ptr<TapeEnvironment>, InputError> open(
      const std::filesystem::path& path, Use use);
  ~TapeEnvironment();
  TapeEnvironment(const TapeEnvironment&) = delete;
  TapeEnvironment& operator=(const TapeEnvironment&) = delete;

  MDB_env* handle() const { return environment_; }
  MDB_dbi database(TapeDatabase which) const { return databases_[static_cast<std::size_t>(which)]; }
  const std::filesystem::path& path() const { return path_; }

  // Makes the map large enough for `bytes` more. No transaction may be open.
  std::expected<void, InputError> reserve(std::size_t bytes);
  std::expected<void, InputError> sync();
  // What an LMDB code means for this tape.
  InputError error_of(int code, const char* doing) const;

 private:
  explicit TapeEnvironment(std::filesystem::path path) : path_(std::move(path)) {}
  int open_databases(bool create);

  std::filesystem::path path_;
  MDB_env* environment_ = nullptr;
  std::array<MDB_dbi, 3> databases_{};
};

// A transaction that aborts unless it was committed.
class TapeTransaction {
 public:
  static std::expected<TapeTransaction, InputError> begin(const TapeEnvironment& environment,
                                                          bool writable);
  TapeTransaction(TapeTransaction&& other) noexcept;
  TapeTransaction(const TapeTransaction&) = delete;
  TapeTransaction& operator=(const TapeTransaction&) = delete;
  TapeTransaction& operator=(TapeTransaction&&) = delete;
  ~TapeTransaction();

  MDB_txn* handle() const { return transaction_; }
  // Nullopt: not there. Valid until the transaction ends; of overflow pages, as long as the map.
  std::expected<std::optional<std::span<const std::byte>>, InputError> get(TapeDatabase database,
                                                                           std::uint64_t key) const;
  std::expected<void, InputError> put(TapeDatabase database, std::uint64_t key,
                                      std::span<const std::byte> bytes);
  // Removes every key from `key` on.
  std::expected<void, InputError> erase_from(TapeDatabase database, std::uint64_t key);
  std::expected<void, InputError> commit();

 private:
  explicit TapeTransaction(const TapeEnvironment& environment) : environment_(&environment) {}

  const TapeEnvironment* environment_;
  MDB_txn* transaction_ = nullptr;
};

}  // namespace tranchet
