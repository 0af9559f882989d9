// From a log to an archive.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "events/log/archive.h"
#include "events/log/archive_chunk.h"
#include "events/log/commit_reader.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// A chunk of events closes at the first commit behind this much.
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

class ArchiveWriter {
 public:
  ArchiveWriter(CommitReader& log, const ArchiveSlice& slice, std::FILE* file,
                const std::filesystem::path& path)
      : log_(log), slice_(slice), file_(file), path_(path) {}

  std::expected<ArchiveSize, LogError> write() {
    auto framed = write_frame();
    if (!framed) return Failure(framed.error());
    if (auto taken = take_commits(); !taken) return Failure(taken.error());
    if (auto flushed = flush(); !flushed) return Failure(flushed.error());
    if (auto noted = write_notes(); !noted) return Failure(noted.error());
    if (auto ended = put({.kind = ChunkKind::End}, {}); !ended) return Failure(ended.error());
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return Failure(failed("writing"));
    return ArchiveSize{.raw = raw_, .packed = static_cast<std::uint64_t>(std::ftell(file_))};
  }

 private:
  LogError failed(std::string_view doing) const { return system_error(errno, doing, path_); }

  std::expected<void, LogError> put(ChunkHead head, std::span<const std::byte> content) {
    raw_ += content.size();
    if (!append_chunk(file_, head, content)) return Failure(failed("writing"));
    return {};
  }

  // Where the slice begins, the names that its events refer to, and the state before it.
  std::expected<void, LogError> write_frame() {
    const auto before = log_.seal_at(Sequence{tranchet::number(slice_.first) - 1});
    if (!before) return Failure(before.error());
    const auto end = log_.seal_at(slice_.last);
    if (!end) return Failure(end.error());
    ChunkWriter begin;
    begin.number(kArchiveVersion);
    begin.number(kSchemaVersion);
    if (tranchet::number(before->last) > 0) begin.bytes(encode_seal(*before));
    auto put_begin = put({.kind = ChunkKind::Begin,
                          .first = tranchet::number(slice_.first),
                          .last = tranchet::number(slice_.last)},
                         begin.content());
    if (!put_begin) return put_begin;

    const Names& names = log_.names();
    ChunkWriter texts;
    texts.number(end->texts);
    for (std::uint32_t id = 1; id <= end->texts; ++id) texts.text(names.text(TextId{id}));
    texts.number(end->symbols);
    for (std::uint32_t id = 1; id <= end->symbols; ++id) {
      texts.text(names.symbol(static_cast<InstrumentId>(id)));
    }
    if (auto named = put({.kind = ChunkKind::Names}, texts.content()); !named) return named;
    if (!slice_.before) return {};
    ChunkWriter state;
    state.number(tranchet::number(slice_.before->sequence));
    state.number(slice_.before->command_digest);
    state.number(slice_.before->state_digest);
    state.text(slice_.before->build);
    state.bytes(slice_.before->image);
    return put({.kind = ChunkKind::Snapshot}, state.content());
  }

  std::expected<void, LogError> take_commits() {
    std::expected<void, LogError> flushed;
    const auto walked =
        log_.walk(slice_.first, [&](const Seal& seal, std::span<const std::byte> records) {
          if (seal.first != next_) {
            flushed = Failure(gap_at(next_, "the seal of its commit is gone"));
            return false;
          }
          chunk_.bytes(encode_seal(seal));
          chunk_.bytes(records);
          next_ = next(seal.last);
          if (chunk_.content().size() >= kChunkBytes) flushed = flush();
          return flushed.has_value() && next_ <= slice_.last;
        });
    if (!flushed) return flushed;
    if (!walked) return walked;
    if (next_ <= slice_.last) return Failure(gap_at(next_, "the log ends before it"));
    return {};
  }

  std::expected<void, LogError> flush() {
    if (chunk_.content().empty()) return {};
    auto written = put({.kind = ChunkKind::Events,
                        .first = tranchet::number(chunk_first_),
                        .last = tranchet::number(next_) - 1},
                       chunk_.content());
    chunk_.content().clear();
    chunk_first_ = next_;
    return written;
  }

  std::expected<void, LogError> write_notes() {
    const auto notes = log_.digest_notes();
    if (!notes) return Failure(notes.error());
    ChunkWriter chunk;
    for (const DigestNote& note : *notes) {
      if (note.sequence < slice_.first || note.sequence > slice_.last) continue;
      chunk.number(tranchet::number(note.sequence));
      chunk.number(note.command_digest);
      chunk.number(note.state_digest);
    }
    return put({.kind = ChunkKind::Notes}, chunk.content());
  }

  CommitReader& log_;
  const ArchiveSlice& slice_;
  std::FILE* file_;
  const std::filesystem::path& path_;
  Sequence next_ = slice_.first;
  Sequence chunk_first_ = slice_.first;
  ChunkWriter chunk_;
  std::uint64_t raw_ = 0;
};

}  // namespace

std::expected<ArchiveSize, LogError> write_archive(const std::filesystem::path& log,
                                                   const ArchiveSlice& slice,
                                                   const std::filesystem::path& file) {
  auto reader = open_commits(log);
  if (!reader) return Failure(reader.error());
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return Failure(system_error(errno, "making the archive", file));
  const OpenFile out(::fdopen(descriptor, "wb"));
  auto written = ArchiveWriter(**reader, slice, out.get(), file).write();
  if (!written) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
  return written;
}

}  // namespace tranchet
