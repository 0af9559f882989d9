#include "tests/crash/disk_image.h"

#include <algorithm>
#include <fstream>

#include "events/log/log_error.h"

namespace tranchet::crash {
namespace {

constexpr std::uint64_t kSector = 512;

}  // namespace

void DiskImage::apply(const Pending& write, std::string& bytes) {
  if (bytes.size() < write.offset + write.bytes.size()) {
    bytes.resize(write.offset + write.bytes.size());
  }
  std::copy(write.bytes.begin(), write.bytes.end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

void DiskImage::apply(const NameChange& change, std::map<std::string, std::size_t>& names) {
  if (!change.name.empty()) names.erase(change.name);
  names[change.new_name] = change.file;
}

void DiskImage::take(const DiskStep& step) {
  File& file = files_[step.file];
  switch (step.kind) {
    case DiskStep::Kind::Create:
      name_changes_.push_back({.name = {}, .new_name = step.name, .file = step.file});
      break;
    case DiskStep::Kind::Rename:
      name_changes_.push_back({.name = step.name, .new_name = step.new_name, .file = step.file});
      break;
    case DiskStep::Kind::Write: {
      const Pending write{.offset = step.offset, .bytes = step.bytes};
      if (step.synced) {
        apply(write, file.durable);
      } else {
        file.pending.push_back(write);
      }
      break;
    }
    case DiskStep::Kind::Sync:
      for (const Pending& write : file.pending) apply(write, file.durable);
      file.pending.clear();
      break;
    case DiskStep::Kind::LostSync:
      file.pending.clear();
      break;
    case DiskStep::Kind::SyncNames:
      for (const NameChange& change : name_changes_) apply(change, names_);
      name_changes_.clear();
      break;
    case DiskStep::Kind::Mark:
      promised_ = step.mark;
      break;
  }
}

std::string DiskImage::content(const File& file, const Keep& keep) {
  std::string bytes = file.durable;
  std::uint64_t end = bytes.size();
  for (const Pending& write : file.pending) {
    end = std::max(end, write.offset + write.bytes.size());
    for (std::uint64_t at = 0; at < write.bytes.size();) {
      const std::uint64_t size =
          std::min(kSector - (write.offset + at) % kSector, write.bytes.size() - at);
      if (keep()) {
        apply({.offset = write.offset + at, .bytes = write.bytes.substr(at, size)}, bytes);
      }
      at += size;
    }
  }
  // The length may have reached the disk before what is to be there.
  if (!file.pending.empty() && keep()) bytes.resize(end);
  return bytes;
}

void DiskImage::write(const std::filesystem::path& directory, const Keep& keep) const {
  std::map<std::string, std::size_t> names = names_;
  for (const NameChange& change : name_changes_) {
    if (!keep()) break;
    apply(change, names);
  }
  std::filesystem::create_directories(directory);
  for (const std::string_view name : {kDataFile, kHeadFile}) {
    const std::filesystem::path path = directory / name;
    const auto found = names.find(std::string(name));
    if (found == names.end()) {
      std::filesystem::remove(path);
      continue;
    }
    const std::string bytes = content(files_.at(found->second), keep);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
}

}  // namespace tranchet::crash
