#include "backtest/tape/tape_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "backtest/tape/tape_meta.h"
#include "events/log/crc32c.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<InputError>;

// In a transaction: LMDB keeps it in memory until the commit.
constexpr std::size_t kMostUncommitted = std::size_t{8} * 1'024 * 1'024;
constexpr std::size_t kTreeRoom = std::size_t{1} * 1'024 * 1'024;  // For pages of the trees.

InputError world_failed(const std::filesystem::path& file, const char* doing) {
  return {.file = file.string(),
          .message = std::string(doing) + " failed: " + std::strerror(errno),
          .fault = InputFault::WorldFailed};
}

InputError is_held(const std::filesystem::path& file) {
  return {.file = file.string(),
          .message = "another import is writing this tape",
          .fault = InputFault::Locked};
}

bool sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

}  // namespace

std::expected<std::unique_ptr<TapeWriter>, InputError> TapeWriter::open(
    const std::filesystem::path& path, const std::string& symbol) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed)) return create(path, symbol);
  if (!Tape::is_tape(path)) {
    return Failure(
        InputError{.file = path.string(),
                   .message = "is there already and is not a tape; nothing was written"});
  }
  return reopen(path, symbol);
}

std::expected<std::unique_ptr<TapeWriter>, InputError> TapeWriter::create(
    const std::filesystem::path& path, const std::string& symbol) {
  const std::filesystem::path file = path.string() + ".importing";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return Failure(world_failed(file, "making the file"));
  ::close(descriptor);
  auto lock = TapeLock::open(file, true);
  if (!lock) return Failure(world_failed(file, "opening the file"));
  if (!lock->try_lock(TapeLock::Place::Import)) return Failure(is_held(path));
  // Of an import that was killed.
  if (::truncate(file.c_str(), 0) != 0) return Failure(world_failed(file, "emptying the file"));
  std::unique_ptr<TapeWriter> writer(new TapeWriter(path, file, std::move(*lock)));
  writer->is_new_ = true;
  writer->meta_.symbol = symbol;
  auto environment = TapeEnvironment::open(file, TapeEnvironment::Use::Create);
  if (!environment) return Failure(environment.error());
  writer->environment_ = std::move(*environment);
  return writer;
}

std::expected<std::unique_ptr<TapeWriter>, InputError> TapeWriter::reopen(
    const std::filesystem::path& path, const std::string& symbol) {
  auto lock = TapeLock::open(path, true);
  if (!lock) return Failure(world_failed(path, "opening the tape for writing"));
  if (!lock->try_lock(TapeLock::Place::Import)) return Failure(is_held(path));
  auto tape = Tape::open(path);
  if (!tape) return Failure(tape.error());
  if ((*tape)->meta().symbol != symbol) {
    return Failure(InputError{.file = path.string(),
                              .message = "is a tape of " + (*tape)->meta().symbol + ", not of " +
                                         symbol + "; nothing was written"});
  }
  std::unique_ptr<TapeWriter> writer(new TapeWriter(path, path, std::move(*lock)));
  writer->meta_ = (*tape)->meta();
  writer->blocks_ = writer->meta_.blocks;
  writer->count_ = writer->meta_.count;
  tape->reset();
  auto environment = TapeEnvironment::open(path, TapeEnvironment::Use::Append);
  if (!environment) return Failure(environment.error());
  writer->environment_ = std::move(*environment);
  if (auto erased = writer->erase_leftovers(); !erased) return Failure(erased.error());
  return writer;
}

std::expected<void, InputError> TapeWriter::erase_leftovers() {
  if (auto begun = begin(); !begun) return begun;
  for (const TapeDatabase database : {TapeDatabase::Heads, TapeDatabase::Blocks}) {
    if (auto erased = transaction_->erase_from(database, blocks_); !erased) return erased;
  }
  return commit();
}

std::expected<void, InputError> TapeWriter::begin() {
  if (auto reserved = environment_->reserve(kMostUncommitted + kTreeRoom); !reserved) {
    return reserved;
  }
  auto begun = TapeTransaction::begin(*environment_, true);
  if (!begun) return Failure(begun.error());
  transaction_.emplace(std::move(*begun));
  return {};
}

std::expected<void, InputError> TapeWriter::commit() {
  uncommitted_ = 0;
  lock_.lock(TapeLock::Place::Commit);
  auto committed = transaction_->commit();
  lock_.unlock(TapeLock::Place::Commit);
  transaction_.reset();
  return committed;
}

std::expected<void, InputError> TapeWriter::append(const EncodedBlock& block) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(block.words));
  if (uncommitted_ + bytes.size() > kMostUncommitted) {
    if (auto committed = commit(); !committed) return committed;
  }
  if (!transaction_) {
    if (auto begun = begin(); !begun) return begun;
  }
  uncommitted_ += bytes.size() + sizeof(SealedHead);
  const SealedHead head{.head = block.head,
                        .checksum = crc32c(std::as_bytes(std::span(&block.head, 1)))};
  if (auto put =
          transaction_->put(TapeDatabase::Heads, blocks_, std::as_bytes(std::span(&head, 1)));
      !put) {
    return put;
  }
  if (auto put = transaction_->put(TapeDatabase::Blocks, blocks_, bytes); !put) return put;
  ++blocks_;
  count_ += block.head.count;
  return {};
}

std::expected<void, InputError> TapeWriter::finish(const DataReport& added) {
  meta_.blocks = blocks_;
  meta_.count = count_;
  append_report(meta_.report, added);
  if (!transaction_) {
    if (auto begun = begin(); !begun) return begun;
  }
  if (auto put = transaction_->put(TapeDatabase::Meta, 0, encode_meta(meta_)); !put) return put;
  if (auto committed = commit(); !committed) return committed;
  if (auto synced = environment_->sync(); !synced) return synced;
  environment_.reset();
  if (!is_new_) return {};
  if (::rename(file_.c_str(), path_.c_str()) != 0) {
    return Failure(world_failed(file_, "giving the tape its name"));
  }
  if (!sync_folder_of(path_)) return Failure(world_failed(path_, "syncing the folder"));
  return {};
}

}  // namespace tranchet
