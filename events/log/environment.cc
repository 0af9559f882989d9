#include "events/log/environment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "events/ensure.h"
#include "events/log/log_error.h"
#include "events/log/seam.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// ---- One environment a directory: LMDB's own lock is lost when a process opens a file twice.

struct Identity {
  dev_t device{};
  ino_t inode{};
  pid_t process{};  // A child process inherits the table, not the right to use what is in it.
  friend auto operator<=>(const Identity&, const Identity&) = default;
};
struct OpenEnvironments {
  std::mutex mutex;
  std::map<Identity, std::weak_ptr<Environment>> by_identity;
};
OpenEnvironments& open_environments() {
  static OpenEnvironments* const instance = new OpenEnvironments;  // Outlives every log.
  return *instance;
}

std::optional<Identity> identify(const std::filesystem::path& directory) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return std::nullopt;
  return Identity{about.st_dev, about.st_ino, ::getpid()};
}

// ---- What says that a file is a log, and of which format.

constexpr const char* kSnapshots = "snapshots";  // The one database that may be missing.

bool has_witness(const std::filesystem::path& directory) {
  std::error_code unreadable;
  return std::filesystem::exists(directory / kHeadFile, unreadable);
}

// With a head witness beside it, a file that is no log once was one.
LogError no_log(const std::filesystem::path& directory, std::string_view why) {
  return has_witness(directory) ? damaged(why) : not_a_log(directory, why);
}

std::expected<void, LogError> look_at_files(const std::filesystem::path& directory) {
  std::error_code unreadable;
  if (!std::filesystem::exists(directory, unreadable)) {
    return Failure(not_a_log(directory, "it does not exist"));
  }
  if (!std::filesystem::is_directory(directory, unreadable)) {
    return Failure(not_a_log(directory, "it is not a directory"));
  }
  const std::uintmax_t size = std::filesystem::file_size(directory / kDataFile, unreadable);
  if (unreadable) return Failure(no_log(directory, "it holds no file data.mdb"));
  constexpr std::uintmax_t kMetaPages = 8'192;  // LMDB would make a new file of a shorter one.
  if (size < kMetaPages) return Failure(no_log(directory, "its file data.mdb is cut short"));
  return {};
}

}  // namespace

// ---- Opening.

std::expected<std::shared_ptr<Environment>, LogError> Environment::open(
    const std::filesystem::path& directory, const Options& options) {
  if (!options.create) {
    if (auto looked = look_at_files(directory); !looked) return Failure(looked.error());
  }
  const std::optional<Identity> identity = identify(directory);
  if (!identity) return Failure(not_a_log(directory, "it is not a directory"));

  OpenEnvironments& table = open_environments();
  const std::lock_guard guard(table.mutex);
  std::weak_ptr<Environment>& place = table.by_identity[*identity];
  if (std::shared_ptr<Environment> shared = place.lock()) {
    if (!options.writable || shared->writable_) return shared;
    return Failure(LogError{.kind = LogErrorKind::Io,
                            .sequence = std::nullopt,
                            .message = "\"" + directory.string() +
                                       "\" is open for reading in this process: close it first"});
  }
  std::shared_ptr<Environment> made(new Environment(directory, options.writable));
  if (auto opened = made->open_files(options); !opened) return Failure(opened.error());
  if (auto checked = made->check_length(); !checked) return Failure(checked.error());
  if (auto opened = made->open_databases(options.create); !opened) return Failure(opened.error());
  place = made;
  return made;
}

std::expected<void, LogError> Environment::open_files(const Options& options) {
  constexpr std::size_t kMapLeast = std::size_t{64} << 20;
  const unsigned flags = MDB_NOTLS | (options.writable ? 0U : unsigned{MDB_RDONLY}) |
                         (options.synced ? 0U : unsigned{MDB_NOSYNC});
  int code = 0;
  // The reserve is address space, which a process may have been given little of.
  for (std::size_t reserve = options.map_reserve;; reserve /= 2) {
    ENSURE(mdb_env_create(&environment_) == MDB_SUCCESS);
    ENSURE(mdb_env_set_maxdbs(environment_, 6) == MDB_SUCCESS);
    ENSURE(mdb_env_set_mapsize(environment_, reserve) == MDB_SUCCESS);
    code = mdb_env_open(environment_, directory_.c_str(), flags, 0644);
    if (code == MDB_SUCCESS) return {};
    mdb_env_close(environment_);
    environment_ = nullptr;
    if (code != ENOMEM || reserve <= kMapLeast) break;
  }
  std::error_code unreadable;
  if (code == ENOMEM &&
      std::filesystem::file_size(directory_ / kDataFile, unreadable) <= kMapLeast) {
    // Room for the whole file, and yet too little: LMDB maps as much as the file says it needs.
    return Failure(no_log(directory_, "its file data.mdb claims pages that it does not have"));
  }
  if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH) {
    return Failure(no_log(directory_, "its file data.mdb is not what LMDB 0.9 writes"));
  }
  if (code == EACCES || code == EPERM || code == EROFS) {
    return Failure(system_error(code, "opening the log", directory_));
  }
  return Failure(lmdb_error(code, "opening the log", directory_));
}

// Reading a page beyond the end of a file ends the process. Pages freed by the transaction that
// made them may never have been written, hence the slack.
std::expected<void, LogError> Environment::check_length() const {
  constexpr std::uintmax_t kSlackPages = 16;
  MDB_envinfo info{};
  MDB_stat stat{};
  ENSURE(mdb_env_info(environment_, &info) == MDB_SUCCESS);
  ENSURE(mdb_env_stat(environment_, &stat) == MDB_SUCCESS);
  std::error_code unreadable;
  const std::uintmax_t size = std::filesystem::file_size(directory_ / kDataFile, unreadable);
  // In pages: a damaged page number is too large to be multiplied.
  const std::uintmax_t pages = size / stat.ms_psize;
  if (!unreadable && pages + kSlackPages > info.me_last_pgno) return {};
  return Failure(no_log(directory_, "its file data.mdb is cut short: " + std::to_string(pages) +
                                        " pages, where the last is number " +
                                        std::to_string(info.me_last_pgno)));
}

std::expected<void, LogError> Environment::open_databases(bool create) {
  const auto fail = [&](int code, MDB_txn* transaction) -> std::expected<void, LogError> {
    if (transaction != nullptr) mdb_txn_abort(transaction);
    if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) {
      return Failure(no_log(directory_, "its databases are not there"));
    }
    return Failure(lmdb_error(code, "opening the log", directory_));
  };
  // A writer begins as one even where it only reads. A process that was killed at the end of a
  // commit leaves LMDB's lock table one commit behind the file, and while another has the log open
  // for reading nothing but a transaction that may write puts it right: without one, the newest
  // commit would not be seen, and the next would be put where it stands.
  MDB_txn* transaction = nullptr;
  int code =
      mdb_txn_begin(environment_, nullptr, writable_ ? 0U : unsigned{MDB_RDONLY}, &transaction);
  if (code != MDB_SUCCESS) return fail(code, nullptr);

  MDB_dbi snapshots = 0;
  const std::array<std::pair<const char*, MDB_dbi*>, 6> databases{{{"about", &about_},
                                                                   {"events", &events_},
                                                                   {"seals", &seals_},
                                                                   {"names", &names_},
                                                                   {"digests", &digests_},
                                                                   {kSnapshots, &snapshots}}};
  for (const auto& [name, database] : databases) {
    const unsigned flags = MDB_INTEGERKEY | (create ? unsigned{MDB_CREATE} : 0U);
    code = mdb_dbi_open(transaction, name, flags, database);
    if (code == MDB_NOTFOUND && database == &snapshots) {
      code = MDB_SUCCESS;
      continue;
    }
    unsigned kept = 0;
    if (code == MDB_SUCCESS) code = mdb_dbi_flags(transaction, *database, &kept);
    if (code == MDB_SUCCESS && kept != MDB_INTEGERKEY) code = MDB_INCOMPATIBLE;
    if (code != MDB_SUCCESS) return fail(code, transaction);
  }

  const AboutBytes fresh = encode_about(LogFormat::Whole);
  MDB_val key = as_value(kAboutKey);
  MDB_val value = as_value(fresh);
  code = create ? mdb_put(transaction, about_, &key, &value, MDB_NOOVERWRITE)
                : mdb_get(transaction, about_, &key, &value);
  if (code != MDB_SUCCESS) return fail(code, transaction);
  const auto format = decode_about({static_cast<const std::byte*>(value.mv_data), value.mv_size});
  snapshots_ = snapshots;
  code = mdb_txn_commit(transaction);
  if (code != MDB_SUCCESS) return fail(code, nullptr);
  if (!format) return Failure(no_log(directory_, "it does not say that it is a log"));
  if (*format > LogFormat::Newest) return Failure(newer_schema(std::nullopt));
  return {};
}

std::expected<void, LogError> Environment::add_snapshots() {
  if (snapshots_ != 0) return {};
  MDB_dbi database = 0;
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(environment_, nullptr, 0, &transaction);
  if (code == MDB_SUCCESS) {
    code = mdb_dbi_open(transaction, kSnapshots, MDB_INTEGERKEY | MDB_CREATE, &database);
    if (code == MDB_SUCCESS) {
      code = mdb_txn_commit(transaction);
    } else {
      mdb_txn_abort(transaction);
    }
  }
  if (code != MDB_SUCCESS) {
    return Failure(lmdb_error(code, "making room for snapshots", directory_));
  }
  snapshots_ = database;
  return {};
}

Environment::~Environment() {
  if (environment_ != nullptr) mdb_env_close(environment_);
}

std::expected<void, LogError> Environment::grow() {
  const std::unique_lock map(map_);
  MDB_envinfo info{};
  ENSURE(mdb_env_info(environment_, &info) == MDB_SUCCESS);
  const int code = mdb_env_set_mapsize(environment_, info.me_mapsize * 2);
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "enlarging the map", directory_));
  return {};
}

// ---- Transactions and cursors.

std::expected<ReadTransaction, LogError> ReadTransaction::begin(Environment& environment) {
  for (bool again = true;; again = false) {
    ReadTransaction begun(environment, std::shared_lock(environment.map_));
    const int code =
        mdb_txn_begin(environment.environment_, nullptr, MDB_RDONLY, &begun.transaction_);
    if (code == MDB_SUCCESS) return begun;
    begun.transaction_ = nullptr;
    if (again && code == MDB_MAP_RESIZED) {
      // A writer in another process has outgrown our map.
      begun.map_.unlock();
      const std::unique_lock map(environment.map_);
      mdb_env_set_mapsize(environment.environment_, 0);
    } else if (again && code == MDB_READERS_FULL) {
      int stale = 0;
      mdb_reader_check(environment.environment_, &stale);
    } else {
      return Failure(lmdb_error(code, "reading", environment.directory_));
    }
  }
}

ReadTransaction::~ReadTransaction() {
  if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : environment_(other.environment_),
      map_(std::move(other.map_)),
      transaction_(std::exchange(other.transaction_, nullptr)) {}

std::expected<std::optional<std::span<const std::byte>>, LogError> ReadTransaction::get(
    MDB_dbi database, std::uint64_t key) const {
  MDB_val key_value = as_value(key);
  MDB_val value{};
  const int code = mdb_get(transaction_, database, &key_value, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "reading", environment_->directory_));
  return std::span(static_cast<const std::byte*>(value.mv_data), value.mv_size);
}

std::expected<Cursor, LogError> Cursor::open(const ReadTransaction& transaction, MDB_dbi database,
                                             const std::filesystem::path& directory) {
  MDB_cursor* cursor = nullptr;
  const int code = mdb_cursor_open(transaction.handle(), database, &cursor);
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "reading", directory));
  return Cursor(cursor, directory);
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

Cursor::Cursor(Cursor&& other) noexcept
    : cursor_(std::exchange(other.cursor_, nullptr)), directory_(std::move(other.directory_)) {}

Cursor::Found Cursor::move(MDB_cursor_op operation, std::uint64_t key) {
  MDB_val key_value = as_value(key);
  MDB_val value{};
  const int code = mdb_cursor_get(cursor_, &key_value, &value, operation);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "reading", directory_));
  Entry entry;
  if (key_value.mv_size != sizeof entry.key) return Failure(damaged("a key is no sequence"));
  std::memcpy(&entry.key, key_value.mv_data, sizeof entry.key);
  entry.bytes = {static_cast<const std::byte*>(value.mv_data), value.mv_size};
  return entry;
}

Cursor::Found Cursor::first_from(std::uint64_t key) {
  return move(MDB_SET_RANGE, key);
}
Cursor::Found Cursor::last() {
  return move(MDB_LAST, 0);
}
Cursor::Found Cursor::next() {
  return move(MDB_NEXT, 0);
}
Cursor::Found Cursor::previous() {
  return move(MDB_PREV, 0);
}

MDB_val as_value(std::span<const std::byte> bytes) {
  // LMDB takes what it only reads as void*.
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}
MDB_val as_value(const std::uint64_t& key) {
  return as_value(std::as_bytes(std::span(&key, 1)));
}

}  // namespace tranchet
