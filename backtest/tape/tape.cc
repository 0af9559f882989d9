#include "backtest/tape/tape.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "backtest/tape/block_exit.h"
#include "backtest/tape/tape_environment.h"
#include "backtest/tape/tape_lock.h"
#include "backtest/tape/tape_meta.h"
#include "events/ensure.h"
#include "events/log/child_process.h"
#include "events/log/crc32c.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<InputError>;

constexpr std::size_t kFanOut = 16;  // Of the pyramid over blocks.
constexpr std::uint32_t kSummaryBit = std::uint32_t{1} << kStretches;

InputError damaged(const std::filesystem::path& path, const std::string& what) {
  return {.file = path.string(), .message = what, .fault = InputFault::Damaged};
}

std::string name_of(std::uint64_t index, const BlockHead& head) {
  return "block " + std::to_string(index) + " (" +
         to_text(Timestamp::from_nanoseconds(head.summary[0].first_time)) + " to " +
         to_text(Timestamp::from_nanoseconds(head.summary[0].last_time)) + ")";
}

InputError damaged_block(const std::filesystem::path& path, std::uint64_t index,
                         const BlockHead& head, const std::string& part) {
  return damaged(path, name_of(index, head) + " is damaged: its " + part +
                           " do not match their checksum; import the history again");
}

// What a tape holds, found in one short transaction.
struct Found {
  TapeMeta meta;
  std::vector<BlockHead> heads;
  std::vector<const std::byte*> bytes;
};

std::expected<BlockHead, InputError> read_head(const TapeTransaction& transaction,
                                               const TapeEnvironment& environment,
                                               std::uint64_t index, const Found& before) {
  const auto wrong = [&](const char* what) {
    const std::string where = before.heads.empty()
                                  ? std::string()
                                  : ", which follows " + name_of(index - 1, before.heads.back());
    return Failure(damaged(environment.path(), "block " + std::to_string(index) + where + ": " +
                                                   what + "; import the history again"));
  };
  auto bytes = transaction.get(TapeDatabase::Heads, index);
  if (!bytes) return Failure(bytes.error());
  if (!*bytes) return wrong("its head is missing");
  SealedHead sealed;
  if ((*bytes)->size() != sizeof sealed) return wrong("its head is damaged");
  std::memcpy(&sealed, (*bytes)->data(), sizeof sealed);
  if (crc32c(std::as_bytes(std::span(&sealed.head, 1))) != sealed.checksum ||
      !is_well_formed(sealed.head)) {
    return wrong("its head is damaged");
  }
  return sealed.head;
}

// The heads and where the blocks lie. Blocks are never moved or written again, so these places are
// good for as long as the map.
std::expected<Found, InputError> find_blocks(const TapeEnvironment& environment) {
  auto transaction = TapeTransaction::begin(environment, false);
  if (!transaction) return Failure(transaction.error());
  auto record = transaction->get(TapeDatabase::Meta, 0);
  if (!record) return Failure(record.error());
  if (!*record) {
    return Failure(InputError{.file = environment.path().string(),
                              .message = "is no tape: its import was never completed"});
  }
  auto meta = decode_meta(**record);
  if (!meta) {
    InputError error = meta.error();
    error.file = environment.path().string();
    return Failure(error);
  }
  Found found{.meta = std::move(*meta)};
  std::uint64_t count = 0;
  for (std::uint64_t index = 0; index < found.meta.blocks; ++index) {
    auto head = read_head(*transaction, environment, index, found);
    if (!head) return Failure(head.error());
    auto bytes = transaction->get(TapeDatabase::Blocks, index);
    if (!bytes) return Failure(bytes.error());
    if (!*bytes || (*bytes)->size() != head->bytes) {
      return Failure(damaged(environment.path(), name_of(index, *head) +
                                                     " is damaged: its bytes are not there; "
                                                     "import the history again"));
    }
    count += head->count;
    found.heads.push_back(*head);
    found.bytes.push_back((*bytes)->data());
  }
  if (count != found.meta.count) {
    return Failure(damaged(environment.path(),
                           "is damaged: its blocks hold " + std::to_string(count) +
                               " rows, its record says " + std::to_string(found.meta.count)));
  }
  return found;
}

// In the child: everything that the tree's pages are trusted with later. Touches both ends of every
// block, because a page that the file does not have kills who reads it.
std::string touch_everything(const std::filesystem::path& path) {
  auto environment = TapeEnvironment::open(path, TapeEnvironment::Use::Read);
  if (!environment) return "refused";
  const auto found = find_blocks(**environment);
  if (!found) return "refused";
  unsigned sum = 0;
  for (std::size_t at = 0; at < found->heads.size(); ++at) {
    const volatile std::byte* const bytes = found->bytes[at];
    sum +=
        static_cast<unsigned>(bytes[0]) + static_cast<unsigned>(bytes[found->heads[at].bytes - 1]);
  }
  return "walked " + std::to_string(sum);
}

}  // namespace

struct Tape::File {
  std::unique_ptr<TapeEnvironment> environment;
  std::filesystem::path path;
  // A bit for each stretch whose checksum was compared, and one for the summaries.
  std::vector<std::atomic<std::uint32_t>> verified;
};

Tape::Tape() : file_(std::make_unique<File>()) {}
Tape::~Tape() = default;

bool Tape::is_tape(const std::filesystem::path& path) {
  // LMDB: a page header of 16 bytes, then its magic number, in the first or the second meta page.
  constexpr std::uint32_t kMagic = 0xBEEF'C0DE;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return false;
  std::ifstream file(path, std::ios::binary);
  for (const std::streamoff page : {0, 4'096}) {
    std::uint32_t magic = 0;
    file.clear();
    file.seekg(page + 16);
    file.read(reinterpret_cast<char*>(&magic), sizeof magic);
    if (file.gcount() == sizeof magic && magic == kMagic) return true;
  }
  return false;
}

std::expected<std::shared_ptr<const Tape>, InputError> Tape::open(
    const std::filesystem::path& path) {
  auto lock = TapeLock::open(path, false);
  if (!lock) {
    return Failure(InputError{.file = path.string(),
                              .message = std::string("cannot open: ") + std::strerror(errno)});
  }
  lock->lock(TapeLock::Place::Commit);
  const ChildAnswer answer = ask_child([&] { return touch_everything(path); });
  if (answer.error != 0) {
    return Failure(InputError{.file = path.string(),
                              .message = std::string("cannot check it in a child process: ") +
                                         std::strerror(answer.error),
                              .fault = InputFault::WorldFailed});
  }
  if (!answer.lived) {
    return Failure(damaged(path,
                           "is damaged: a page of the file cannot be read (the process that "
                           "tried " +
                               answer.death + "); import the history again"));
  }
  std::shared_ptr<Tape> tape(new Tape());
  auto environment = TapeEnvironment::open(path, TapeEnvironment::Use::Read);
  if (!environment) return Failure(environment.error());
  auto found = find_blocks(**environment);
  if (!found) return Failure(found.error());
  tape->file_->environment = std::move(*environment);
  tape->file_->path = path;
  tape->file_->verified = std::vector<std::atomic<std::uint32_t>>(found->heads.size());
  tape->meta_ = std::move(found->meta);
  tape->heads_ = std::move(found->heads);
  tape->bytes_ = std::move(found->bytes);
  tape->build_pyramid();
  return tape;
}

void Tape::build_pyramid() {
  const auto append = [](PriceSummary& whole, const PriceSummary& part) { whole.append(part); };
  std::vector<PriceSummary> level;
  for (std::size_t first = 0; first + kFanOut <= heads_.size(); first += kFanOut) {
    PriceSummary whole;
    for (std::size_t at = first; at < first + kFanOut; ++at) append(whole, heads_[at].summary[0]);
    level.push_back(whole);
  }
  while (!level.empty()) {
    pyramid_.push_back(level);
    std::vector<PriceSummary> above;
    for (std::size_t first = 0; first + kFanOut <= level.size(); first += kFanOut) {
      PriceSummary whole;
      for (std::size_t at = first; at < first + kFanOut; ++at) append(whole, level[at]);
      above.push_back(whole);
    }
    level = std::move(above);
  }
}

std::expected<void, InputError> Tape::verify_summaries(std::uint32_t index) const {
  std::atomic<std::uint32_t>& verified = file_->verified[index];
  if ((verified.load(std::memory_order_relaxed) & kSummaryBit) != 0) return {};
  const BlockHead& head = heads_[index];
  if (crc32c({bytes_[index], head.summary_bytes}) != head.summary_checksum) {
    return Failure(damaged_block(file_->path, index, head, "summaries"));
  }
  verified.fetch_or(kSummaryBit, std::memory_order_relaxed);
  return {};
}

std::expected<void, InputError> Tape::verify_stretch(std::uint32_t index,
                                                     std::uint32_t stretch) const {
  std::atomic<std::uint32_t>& verified = file_->verified[index];
  const std::uint32_t bit = std::uint32_t{1} << stretch;
  if ((verified.load(std::memory_order_relaxed) & bit) != 0) return {};
  const BlockHead& head = heads_[index];
  if (stretch_checksum(TickBlock(head, bytes_[index]), stretch) != head.checksum[stretch]) {
    return Failure(damaged_block(file_->path, index, head, "columns"));
  }
  verified.fetch_or(bit, std::memory_order_relaxed);
  return {};
}

std::expected<TickBlock, InputError> Tape::block(std::uint32_t index) const {
  ENSURE(index < blocks());
  const BlockHead& head = heads_[index];
  if (auto sound = verify_summaries(index); !sound) return Failure(sound.error());
  for (std::uint32_t stretch = 0; stretch < stretches_of(head); ++stretch) {
    if (auto sound = verify_stretch(index, stretch); !sound) return Failure(sound.error());
  }
  return TickBlock(head, bytes_[index]);
}

std::expected<TapePosition, InputError> Tape::first_at(TapePosition from, std::int64_t time) const {
  if (from.block >= blocks()) return end();
  // The first block that ends at or after the time holds the row, or is followed by it.
  const auto found = std::lower_bound(heads_.begin() + from.block, heads_.end(), time,
                                      [](const BlockHead& head, std::int64_t wanted) {
                                        return head.summary[0].last_time < wanted;
                                      });
  const auto index = static_cast<std::uint32_t>(found - heads_.begin());
  if (index == blocks()) return end();
  const std::uint32_t first = index == from.block ? from.index : 0;
  if (first == 0 && found->summary[0].first_time >= time) return TapePosition{index, 0};
  const auto held = block(index);
  if (!held) return Failure(held.error());
  const std::uint32_t at = held->first_at(first, time);
  return at == held->size() ? TapePosition{index + 1, 0} : TapePosition{index, at};
}

namespace {

bool is_quiet(const PriceSummary& summary, std::int64_t low, std::int64_t high) {
  return summary.low > low && summary.high < high;
}

}  // namespace

// Takes as much as the pyramid lets it pass from `block` on; returns the first block not passed.
std::uint32_t Tape::pass_blocks(std::uint32_t block, std::uint32_t end, std::int64_t low,
                                std::int64_t high, PriceSummary& passed) const {
  while (block < end) {
    std::uint32_t size = 1;
    const PriceSummary* summary = &heads_[block].summary[0];
    for (const std::vector<PriceSummary>& level : pyramid_) {
      const std::uint32_t wider = size * kFanOut;
      if (block % wider != 0 || block + wider > end) break;
      const PriceSummary& above = level[block / wider];
      if (!is_quiet(above, low, high)) break;
      summary = &above;
      size = wider;
    }
    if (!is_quiet(*summary, low, high)) return block;
    passed.append(*summary);
    block += size;
  }
  return block;
}

class Tape::Guard final : public StretchGuard {
 public:
  Guard(const Tape& tape, std::uint32_t block) : tape_(tape), block_(block) {}
  bool is_sound(std::uint32_t stretch) override {
    if (auto sound = tape_.verify_stretch(block_, stretch); !sound) error_ = sound.error();
    return !error_;
  }
  const std::optional<InputError>& error() const { return error_; }

 private:
  const Tape& tape_;
  std::uint32_t block_;
  std::optional<InputError> error_;
};

std::expected<TapeExit, InputError> Tape::find_exit(TapePosition from, TapePosition end,
                                                    std::int64_t low, std::int64_t high) const {
  TapeExit exit{.at = from};
  while (exit.at < end) {
    if (exit.at.index == 0) {
      exit.at.block = pass_blocks(exit.at.block, end.block, low, high, exit.passed);
      if (exit.at >= end) return exit;
    }
    const BlockHead& head = heads_[exit.at.block];
    ENSURE(head.kind == BlockKind::Trades || head.kind == BlockKind::Marks);
    if (auto sound = verify_summaries(exit.at.block); !sound) return Failure(sound.error());
    const std::uint32_t stop = exit.at.block == end.block ? end.index : head.count;
    Guard guard(*this, exit.at.block);
    const BlockExit found = tranchet::find_exit(TickBlock(head, bytes_[exit.at.block]),
                                                exit.at.index, stop, low, high, &guard);
    if (guard.error()) return Failure(*guard.error());
    exit.passed.append(found.passed);
    exit.at.index = found.at;
    if (found.at < stop || exit.at == end) return exit;
    exit.at = {exit.at.block + 1, 0};
  }
  return exit;
}

}  // namespace tranchet
