// Blocks into a tape, so that the tape is sound whenever the writer dies.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "backtest/tape/block_encoder.h"
#include "backtest/tape/tape.h"
#include "backtest/tape/tape_environment.h"
#include "backtest/tape/tape_lock.h"

namespace tranchet {

// A new tape grows in `PATH.importing` and gets its name when it is complete. An old one gets its
// blocks first, some at a time, and at last the record that speaks of them: until then readers see
// the tape as it was, and what a killed import has left behind goes with the next one.
class TapeWriter {
 public:
  // Errors: another import holds it, it is a tape of another instrument, damaged, no tape at all.
  static std::expected<std::unique_ptr<TapeWriter>, InputError> open(
      const std::filesystem::path& path, const std::string& symbol);

  // As it was when the writer was opened.
  const TapeMeta& meta() const { return meta_; }
  bool is_new() const { return is_new_; }

  std::expected<void, InputError> append(const EncodedBlock& block);
  // Makes all of it the tape. `added`: what reading the data reported.
  std::expected<void, InputError> finish(const DataReport& added);

 private:
  TapeWriter(std::filesystem::path path, std::filesystem::path file, TapeLock lock)
      : path_(std::move(path)), file_(std::move(file)), lock_(std::move(lock)) {}
  static std::expected<std::unique_ptr<TapeWriter>, InputError> create(
      const std::filesystem::path& path, const std::string& symbol);
  static std::expected<std::unique_ptr<TapeWriter>, InputError> reopen(
      const std::filesystem::path& path, const std::string& symbol);
  std::expected<void, InputError> begin();
  std::expected<void, InputError> commit();
  std::expected<void, InputError> erase_leftovers();

  std::filesystem::path path_;
  std::filesystem::path file_;  // What is written: the tape, or PATH.importing.
  TapeLock lock_;
  bool is_new_ = false;
  TapeMeta meta_;
  std::unique_ptr<TapeEnvironment> environment_;
  std::optional<TapeTransaction> transaction_;
  std::size_t uncommitted_ = 0;
  std::uint64_t blocks_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace tranchet
