#include "events/log/head_witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "events/log/crc32c.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

constexpr std::uint32_t kMagic = 0x4448'5254;  // "TRHD".
constexpr std::size_t kSlotBytes = 512, kSlots = 2, kChecked = 8;

struct Slot {
  std::uint32_t magic = kMagic;
  std::uint32_t checksum = 0;
  std::uint64_t turn = 0;  // The higher is the newer.
  std::uint64_t last = 0;
  ChainHash chain{};
  std::uint64_t notes = 0;
};
using SlotBytes = std::array<std::byte, kSlotBytes>;

SlotBytes encode_slot(std::uint64_t turn, const Witness& witness) {
  SlotBytes bytes{};
  Slot slot{
      .turn = turn, .last = number(witness.last), .chain = witness.chain, .notes = witness.notes};
  std::memcpy(bytes.data(), &slot, sizeof slot);
  slot.checksum = crc32c(std::span(bytes).subspan(kChecked));
  std::memcpy(bytes.data(), &slot, sizeof slot);
  return bytes;
}

std::optional<Slot> decode_slot(const SlotBytes& bytes) {
  Slot slot;
  std::memcpy(&slot, bytes.data(), sizeof slot);
  if (slot.magic != kMagic || slot.checksum != crc32c(std::span(bytes).subspan(kChecked))) {
    return std::nullopt;
  }
  return slot;
}

std::optional<Slot> newest_slot(int file) {
  std::optional<Slot> newest;
  for (std::size_t index = 0; index < kSlots; ++index) {
    SlotBytes bytes{};
    const auto offset = static_cast<off_t>(index * kSlotBytes);
    if (::pread(file, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(kSlotBytes)) {
      continue;
    }
    const std::optional<Slot> slot = decode_slot(bytes);
    if (slot && (!newest || slot->turn > newest->turn)) newest = slot;
  }
  return newest;
}

}  // namespace

std::expected<Witness, LogError> read_witness(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kHeadFile;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno != ENOENT) return std::unexpected(system_error(errno, "opening", path));
    return std::unexpected(damaged("the file HEAD, which tells how long the log is, is missing"));
  }
  const std::optional<Slot> slot = newest_slot(file);
  ::close(file);
  if (!slot)
    return std::unexpected(damaged("the file HEAD, which tells its length, is unreadable"));
  return Witness{.last = Sequence{slot->last}, .chain = slot->chain, .notes = slot->notes};
}

std::expected<WitnessFile, LogError> WitnessFile::open(const std::filesystem::path& directory) {
  std::filesystem::path path = directory / kHeadFile;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return std::unexpected(system_error(errno, "opening", path));
  const std::optional<Slot> slot = newest_slot(file);
  return WitnessFile(file, slot ? slot->turn + 1 : 0, std::move(path));
}

WitnessFile::~WitnessFile() {
  if (file_ >= 0) ::close(file_);
}

WitnessFile::WitnessFile(WitnessFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)), turn_(other.turn_), path_(std::move(other.path_)) {}

std::expected<void, LogError> WitnessFile::write(const Witness& witness, bool durable) {
  const SlotBytes bytes = encode_slot(turn_, witness);
  const auto offset = static_cast<off_t>(turn_ % kSlots * kSlotBytes);
  ++turn_;
  const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), offset);
  if (written < 0) return std::unexpected(system_error(errno, "writing", path_));
  if (written != static_cast<ssize_t>(bytes.size())) {
    return std::unexpected(system_error(ENOSPC, "writing", path_));
  }
  if (durable && ::fdatasync(file_) != 0) {
    return std::unexpected(system_error(errno, "writing", path_));
  }
  return {};
}

}  // namespace tranchet
