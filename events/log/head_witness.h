// The head witness: a small file beside the log that remembers how far the log once was. A log that
// ends before its witness has lost its tail, which no checksum inside it could tell.
//
// Two slots of 512 bytes are written in turn, so that one is whole at any time.
#pragma once

#include <expected>
#include <filesystem>

#include "events/log/chain.h"
#include "events/log/event_log.h"

namespace tranchet {

struct Witness {
  Sequence last{};
  ChainHash chain{};
  std::uint64_t notes = 0;  // Digest notes in the log.
};

// The newest whole slot. Missing or without one: Damaged.
std::expected<Witness, LogError> read_witness(const std::filesystem::path& directory);

class WitnessFile {
 public:
  // Opened for writing, created where it is missing.
  static std::expected<WitnessFile, LogError> open(const std::filesystem::path& directory);
  ~WitnessFile();
  WitnessFile(WitnessFile&& other) noexcept;
  WitnessFile(const WitnessFile&) = delete;
  WitnessFile& operator=(const WitnessFile&) = delete;
  WitnessFile& operator=(WitnessFile&&) = delete;

  // To the system's cache only, unless `durable`: behind the log is harmless, ahead is not.
  std::expected<void, LogError> write(const Witness& witness, bool durable);

 private:
  WitnessFile(int file, std::uint64_t turn, std::filesystem::path path)
      : file_(file), turn_(turn), path_(std::move(path)) {}

  int file_ = -1;
  std::uint64_t turn_ = 0;
  std::filesystem::path path_;
};

}  // namespace tranchet
