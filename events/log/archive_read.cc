// An archive as a log.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "events/log/archive.h"
#include "events/log/archive_chunk.h"
#include "events/log/commit_reader.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/record.h"
#include "events/log/seal.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// The bytes of the record at the front; empty: there is no whole one.
std::span<const std::byte> front_record(std::span<const std::byte> bytes) {
  constexpr std::size_t kPayloadBytesAt = 34;
  if (bytes.size() < kRecordHeaderBytes) return {};
  if (bytes[0] != std::byte{'T'} || bytes[1] != std::byte{'R'}) return {};
  std::uint16_t payload = 0;
  std::memcpy(&payload, bytes.data() + kPayloadBytesAt, sizeof payload);
  const std::size_t size = kRecordHeaderBytes + payload;
  return size <= bytes.size() ? bytes.first(size) : std::span<const std::byte>();
}

class ArchiveReader final : public CommitReader {
 public:
  explicit ArchiveReader(OpenFile file) : file_(std::move(file)) {}

  std::expected<void, LogError> start();

  std::expected<void, LogError> scan(Sequence from, const Visit& visit) override;
  std::expected<void, LogError> walk(Sequence from, const VisitRecords& visit) override;
  std::expected<Seal, LogError> seal_at(Sequence last) override;
  std::expected<void, LogError> scan_commits(Sequence from, const VisitCommit& visit) override;
  std::expected<std::vector<DigestNote>, LogError> digest_notes() override { return notes_; }
  std::expected<std::optional<StateSnapshot>, LogError> newest_snapshot(Sequence at_most) override {
    if (!snapshot_ || snapshot_->sequence > at_most) return std::nullopt;
    return snapshot_;
  }
  const Names& names() const override { return names_; }
  LogHead head() const override { return head_of(last_); }
  Sequence first() const override { return first_; }

 private:
  using Content = std::shared_ptr<const std::vector<std::byte>>;
  // Unpacked; the newest stays, for who reads on from where it stopped.
  std::expected<Content, LogError> content_of(const PlacedChunk& chunk);
  std::expected<void, LogError> read_begin(std::span<const std::byte> content);
  std::expected<void, LogError> read_names(std::span<const std::byte> content);
  std::expected<void, LogError> read_snapshot(std::span<const std::byte> content);
  std::expected<void, LogError> read_notes(std::span<const std::byte> content);

  OpenFile file_;
  std::vector<PlacedChunk> events_;
  std::uint64_t unpacked_at_ = 0;
  Content unpacked_;
  Sequence first_{};
  std::optional<Seal> before_;  // Of the commit before the slice.
  std::optional<Seal> last_;
  Names names_;
  std::optional<StateSnapshot> snapshot_;
  std::vector<DigestNote> notes_;
};

std::expected<void, LogError> ArchiveReader::start() {
  const auto chunks = find_chunks(file_.get());
  if (!chunks) return Failure(chunks.error());
  for (const PlacedChunk& chunk : *chunks) {
    if (chunk.head.kind == ChunkKind::Events) {
      events_.push_back(chunk);
      continue;
    }
    const auto content = read_chunk(file_.get(), chunk);
    if (!content) return Failure(content.error());
    std::expected<void, LogError> read;
    switch (chunk.head.kind) {
      case ChunkKind::Begin:
        first_ = Sequence{chunk.head.first};
        read = read_begin(*content);
        break;
      case ChunkKind::Names:
        read = read_names(*content);
        break;
      case ChunkKind::Snapshot:
        read = read_snapshot(*content);
        break;
      case ChunkKind::Notes:
        read = read_notes(*content);
        break;
      case ChunkKind::Events:
      case ChunkKind::End:
        break;
    }
    if (!read) return read;
  }
  if (events_.empty()) return Failure(damaged("the archive holds no events"));
  // The last seal is the head.
  return walk(Sequence{events_.back().head.first}, [this](const Seal& seal, auto) {
    last_ = seal;
    return true;
  });
}

std::expected<void, LogError> ArchiveReader::read_begin(std::span<const std::byte> content) {
  ChunkReader reader(content);
  const auto version = reader.number<std::uint32_t>();
  const auto schema = reader.number<std::uint32_t>();
  if (version > kArchiveVersion || schema > kSchemaVersion) {
    return Failure(newer_schema(std::nullopt));
  }
  if (reader.is_at_end() && first_ == Sequence{1}) return {};
  before_ = decode_seal(reader.take(kSealBytes));
  if (reader.is_at_end() && before_ && next(before_->last) == first_) return {};
  return Failure(damaged("the beginning of its archive is wrong"));
}

std::expected<void, LogError> ArchiveReader::read_names(std::span<const std::byte> content) {
  ChunkReader reader(content);
  const auto texts = reader.number<std::uint32_t>();
  for (std::uint32_t id = 1; reader.is_fine() && id <= texts; ++id) {
    if (names_.intern(reader.text()) != TextId{id}) break;
  }
  const auto symbols = reader.number<std::uint32_t>();
  for (std::uint32_t id = 1; reader.is_fine() && id <= symbols; ++id) {
    names_.instrument(reader.text());
  }
  if (reader.is_at_end() && names_.size() == texts && names_.instruments() == symbols) return {};
  return Failure(damaged("the names of its archive are wrong"));
}

std::expected<void, LogError> ArchiveReader::read_snapshot(std::span<const std::byte> content) {
  ChunkReader reader(content);
  StateSnapshot snapshot;
  snapshot.sequence = Sequence{reader.number<std::uint64_t>()};
  snapshot.command_digest = reader.number<std::uint64_t>();
  snapshot.state_digest = reader.number<std::uint64_t>();
  snapshot.build = reader.text();
  snapshot.image.assign(reader.rest().begin(), reader.rest().end());
  if (!reader.is_fine() || next(snapshot.sequence) != first_) {
    return Failure(damaged("the state before its slice is wrong"));
  }
  snapshot_ = std::move(snapshot);
  return {};
}

std::expected<void, LogError> ArchiveReader::read_notes(std::span<const std::byte> content) {
  ChunkReader reader(content);
  while (!reader.rest().empty() && reader.is_fine()) {
    DigestNote note;
    note.sequence = Sequence{reader.number<std::uint64_t>()};
    note.command_digest = reader.number<std::uint64_t>();
    note.state_digest = reader.number<std::uint64_t>();
    notes_.push_back(note);
  }
  if (reader.is_fine()) return {};
  return Failure(damaged("the digest notes of its archive are wrong"));
}

std::expected<ArchiveReader::Content, LogError> ArchiveReader::content_of(
    const PlacedChunk& chunk) {
  if (unpacked_ && unpacked_at_ == chunk.at) return unpacked_;
  auto content = read_chunk(file_.get(), chunk);
  if (!content) return Failure(content.error());
  unpacked_at_ = chunk.at;
  unpacked_ = std::make_shared<const std::vector<std::byte>>(std::move(*content));
  return unpacked_;
}

std::expected<void, LogError> ArchiveReader::walk(Sequence from, const VisitRecords& visit) {
  const auto start = std::ranges::partition_point(
      events_, [from](const PlacedChunk& chunk) { return Sequence{chunk.head.last} < from; });
  for (auto at = start; at != events_.end(); ++at) {
    const PlacedChunk chunk = *at;
    const auto content = content_of(chunk);
    if (!content) return Failure(content.error());
    std::span<const std::byte> rest(**content);
    while (!rest.empty()) {
      const auto seal =
          rest.size() < kSealBytes ? std::nullopt : decode_seal(rest.first(kSealBytes));
      if (!seal) return Failure(damaged_at(Sequence{chunk.head.first}, "a seal after it is wrong"));
      rest = rest.subspan(kSealBytes);
      // The commit's records: up to the first that begins behind it.
      std::size_t size = 0;
      constexpr std::size_t kFirstAt = 8;
      for (auto record = front_record(rest); !record.empty();
           record = front_record(rest.subspan(size))) {
        std::uint64_t first = 0;
        std::memcpy(&first, record.data() + kFirstAt, sizeof first);
        if (first < number(seal->first) || first > number(seal->last)) break;
        size += record.size();
      }
      const auto records = rest.first(size);
      rest = rest.subspan(size);
      if (seal->last >= from && !visit(*seal, records)) return {};
    }
  }
  return {};
}

std::expected<void, LogError> ArchiveReader::scan(Sequence from, const Visit& visit) {
  std::optional<LogError> flaw;
  std::vector<Event> events;
  Sequence expected = std::max(from, first_);
  const auto walked = walk(expected, [&](const Seal& seal, std::span<const std::byte> records) {
    while (!records.empty()) {
      const auto record = front_record(records);
      events.clear();
      const auto wrong = decode_record(record, events);
      if (wrong == RecordFlaw::Unknown)
        flaw = newer_schema(expected);
      else if (wrong)
        flaw = damaged_at(expected, "the checksum of its record is wrong");
      if (flaw) return false;
      records = records.subspan(record.size());
      for (const Event& event : events) {
        if (event.sequence < expected) continue;
        if (event.sequence != expected) {
          flaw = gap_at(expected, "no record holds it");
          return false;
        }
        if (!visit(event)) return false;
        expected = next(expected);
      }
    }
    if (expected != next(seal.last)) flaw = gap_at(expected, "its commit ends before it");
    return !flaw;
  });
  if (flaw) return Failure(*flaw);
  return walked;
}

std::expected<Seal, LogError> ArchiveReader::seal_at(Sequence last) {
  if (last == Sequence{}) return Seal{};
  if (before_ && before_->last == last) return *before_;
  std::optional<Seal> found;
  const auto walked = walk(last, [&](const Seal& seal, auto) {
    found = seal;
    return false;
  });
  if (!walked) return Failure(walked.error());
  if (found && found->last == last) return *found;
  return Failure(damaged_at(last, "no sound seal says that a commit ends there"));
}

std::expected<void, LogError> ArchiveReader::scan_commits(Sequence from, const VisitCommit& visit) {
  return walk(from, [&](const Seal& seal, std::span<const std::byte>) {
    return visit({.first = seal.first,
                  .last = seal.last,
                  .texts = seal.texts,
                  .symbols = seal.symbols,
                  .chain = hash_text(seal.chain)});
  });
}

}  // namespace

bool is_archive(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  const OpenFile file(std::fopen(path.c_str(), "rb"));
  std::uint32_t magic = 0;
  return file != nullptr && std::fread(&magic, sizeof magic, 1, file.get()) == 1 &&
         magic == kChunkMagic;
}

std::expected<std::unique_ptr<CommitReader>, LogError> open_archive(
    const std::filesystem::path& file) {
  OpenFile opened(std::fopen(file.c_str(), "rb"));
  if (opened == nullptr) return Failure(system_error(errno, "opening the archive", file));
  auto reader = std::make_unique<ArchiveReader>(std::move(opened));
  if (auto started = reader->start(); !started) return Failure(started.error());
  return std::unique_ptr<CommitReader>(std::move(reader));
}

}  // namespace tranchet
