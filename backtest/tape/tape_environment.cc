#include "backtest/tape/tape_environment.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr std::array<const char*, 3> kNames{"meta", "heads", "blocks"};
constexpr std::size_t kFirstMap = std::size_t{16} * 1'024 * 1'024;
constexpr std::size_t kPage = 4'096;

MDB_val value_of(std::span<const std::byte> bytes) {
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};  // LMDB only reads it.
}
MDB_val value_of(std::uint64_t& key) {
  return {sizeof key, &key};
}

}  // namespace

InputError TapeEnvironment::error_of(int code, const char* doing) const {
  InputError error{.file = path_.string(), .fault = InputFault::WorldFailed};
  switch (code) {
    case MDB_INVALID:
      error.fault = InputFault::BadInput;
      error.message = "is not a tape";
      return error;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_BAD_TXN:
    case MDB_PANIC:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND:
      error.fault = InputFault::Damaged;
      error.message = std::string("is damaged: ") + mdb_strerror(code);
      return error;
    case MDB_VERSION_MISMATCH:
      error.fault = InputFault::BadInput;
      error.message = "was written by another version of LMDB";
      return error;
    case ENOENT:
    case EACCES:
      error.fault = InputFault::BadInput;
      break;
    default:
      break;
  }
  error.message = std::string(doing) + " failed: " + mdb_strerror(code);
  return error;
}

int TapeEnvironment::open_databases(bool create) {
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(environment_, nullptr, create ? 0 : MDB_RDONLY, &transaction);
  if (code != MDB_SUCCESS) return code;
  for (std::size_t at = 0; at < kNames.size() && code == MDB_SUCCESS; ++at) {
    const unsigned flags = MDB_INTEGERKEY | (create ? MDB_CREATE : 0U);
    code = mdb_dbi_open(transaction, kNames[at], flags, &databases_[at]);
  }
  if (code == MDB_SUCCESS) return mdb_txn_commit(transaction);
  mdb_txn_abort(transaction);
  return code == MDB_NOTFOUND ? MDB_INVALID : code;
}

std::expected<std::unique_ptr<TapeEnvironment>, InputError> TapeEnvironment::open(
    const std::filesystem::path& path, Use use) {
  std::unique_ptr<TapeEnvironment> opened(new TapeEnvironment(path));
  int code = mdb_env_create(&opened->environment_);
  if (code == MDB_SUCCESS) {
    code = mdb_env_set_maxdbs(opened->environment_, static_cast<MDB_dbi>(kNames.size()));
  }
  if (code == MDB_SUCCESS && use != Use::Read) {
    code = mdb_env_set_mapsize(opened->environment_, kFirstMap);
  }
  unsigned flags = MDB_NOSUBDIR | MDB_NOLOCK;
  if (use == Use::Read) flags |= MDB_RDONLY;
  if (use == Use::Create) flags |= MDB_NOSYNC;
  if (code == MDB_SUCCESS) code = mdb_env_open(opened->environment_, path.c_str(), flags, 0644);
  if (code == MDB_SUCCESS) code = opened->open_databases(use == Use::Create);
  if (code != MDB_SUCCESS) return std::unexpected(opened->error_of(code, "opening the tape"));
  return opened;
}

TapeEnvironment::~TapeEnvironment() {
  if (environment_ != nullptr) mdb_env_close(environment_);
}

std::expected<void, InputError> TapeEnvironment::reserve(std::size_t bytes) {
  MDB_envinfo info{};
  mdb_env_info(environment_, &info);
  const std::size_t used = (info.me_last_pgno + 1) * kPage;
  if (used + bytes <= info.me_mapsize) return {};
  // A quarter at a time: readers map all of it.
  std::size_t size = used + bytes + used / 4;
  size += kPage - size % kPage;
  const int code = mdb_env_set_mapsize(environment_, size);
  if (code != MDB_SUCCESS) return std::unexpected(error_of(code, "growing the map"));
  return {};
}

std::expected<void, InputError> TapeEnvironment::sync() {
  const int code = mdb_env_sync(environment_, 1);
  if (code != MDB_SUCCESS) return std::unexpected(error_of(code, "syncing the tape"));
  return {};
}

std::expected<TapeTransaction, InputError> TapeTransaction::begin(
    const TapeEnvironment& environment, bool writable) {
  TapeTransaction begun(environment);
  const int code =
      mdb_txn_begin(environment.handle(), nullptr, writable ? 0 : MDB_RDONLY, &begun.transaction_);
  if (code != MDB_SUCCESS) {
    begun.transaction_ = nullptr;
    return std::unexpected(environment.error_of(code, "beginning a transaction"));
  }
  return begun;
}

TapeTransaction::TapeTransaction(TapeTransaction&& other) noexcept
    : environment_(other.environment_), transaction_(std::exchange(other.transaction_, nullptr)) {}

TapeTransaction::~TapeTransaction() {
  if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

std::expected<std::optional<std::span<const std::byte>>, InputError> TapeTransaction::get(
    TapeDatabase database, std::uint64_t key) const {
  MDB_val name = value_of(key), value{};
  const int code = mdb_get(transaction_, environment_->database(database), &name, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != MDB_SUCCESS) return std::unexpected(environment_->error_of(code, "reading"));
  return std::span(static_cast<const std::byte*>(value.mv_data), value.mv_size);
}

std::expected<void, InputError> TapeTransaction::put(TapeDatabase database, std::uint64_t key,
                                                     std::span<const std::byte> bytes) {
  // Keys come in ascending order, except the one of the meta record.
  const unsigned flags = database == TapeDatabase::Meta ? 0U : MDB_APPEND;
  MDB_val name = value_of(key), value = value_of(bytes);
  const int code = mdb_put(transaction_, environment_->database(database), &name, &value, flags);
  if (code != MDB_SUCCESS) return std::unexpected(environment_->error_of(code, "writing"));
  return {};
}

std::expected<void, InputError> TapeTransaction::erase_from(TapeDatabase database,
                                                            std::uint64_t key) {
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(transaction_, environment_->database(database), &cursor);
  if (code != MDB_SUCCESS) return std::unexpected(environment_->error_of(code, "erasing"));
  MDB_val name = value_of(key), value{};
  while ((code = mdb_cursor_get(cursor, &name, &value, MDB_SET_RANGE)) == MDB_SUCCESS) {
    code = mdb_cursor_del(cursor, 0);
    if (code != MDB_SUCCESS) break;
    name = value_of(key);
  }
  mdb_cursor_close(cursor);
  if (code != MDB_NOTFOUND) return std::unexpected(environment_->error_of(code, "erasing"));
  return {};
}

std::expected<void, InputError> TapeTransaction::commit() {
  const int code = mdb_txn_commit(std::exchange(transaction_, nullptr));
  if (code != MDB_SUCCESS) return std::unexpected(environment_->error_of(code, "committing"));
  return {};
}

}  // namespace tranchet
