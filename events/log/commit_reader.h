// A reader that also gives the stored bytes: what archives are made from, and chains are proved by.
#pragma once

#include <functional>
#include <span>

#include "events/log/event_log.h"
#include "events/log/seal.h"

namespace tranchet {

class CommitReader : public LogReader {
 public:
  using VisitRecords = std::function<bool(const Seal&, std::span<const std::byte> records)>;
  // Every commit that holds events from `from` on, in order, with the bytes of its records. `visit`
  // runs outside of any transaction.
  virtual std::expected<void, LogError> walk(Sequence from, const VisitRecords& visit) = 0;

  // The seal of the commit that ends there, also of the one before first(); an empty one for 0.
  // Damaged: there is none.
  virtual std::expected<Seal, LogError> seal_at(Sequence last) = 0;

  std::expected<void, LogError> verify_chain() final;
  // The same; `on_read` is told the events of each commit.
  std::expected<void, LogError> verify_chain(const std::function<void(std::uint64_t)>& on_read);
};

// The events of data.mdb alone, whatever else has moved into segments.
std::expected<std::unique_ptr<CommitReader>, LogError> open_newest(
    const std::filesystem::path& directory);
// data.mdb and the segments before it, as one.
std::expected<std::unique_ptr<CommitReader>, LogError> open_segmented(
    const std::filesystem::path& directory);
std::expected<std::unique_ptr<CommitReader>, LogError> open_archive(
    const std::filesystem::path& file);
// Whichever of them it is.
std::expected<std::unique_ptr<CommitReader>, LogError> open_commits(
    const std::filesystem::path& log);

}  // namespace tranchet
