#include "tests/crash/reopened.h"

#include <vector>

#include "events/log/chain.h"
#include "events/log/json.h"
#include "events/log/log_error.h"
#include "tests/crash/watched_disk.h"

namespace tranchet::crash {
namespace {

void add(ChainHasher& hasher, std::string_view text) {
  hasher.add(std::as_bytes(std::span(text.data(), text.size())));
  hasher.add(std::as_bytes(std::span("\n", 1)));
}

std::expected<LogHead, std::string> append_to(LogWriter& log, const Names& names, Timestamp last,
                                              std::size_t batches) {
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const Event event{
        .sequence = next(log.head().last), .time = last, .body = Connected{Stream::Market}};
    if (auto appended = log.append(std::span(&event, 1), names); !appended) {
      return std::unexpected("it does not go on: " + appended.error().message);
    }
  }
  if (auto closed = log.close(); !closed) {
    return std::unexpected("it does not close: " + closed.error().message);
  }
  return log.head();
}

std::expected<std::vector<std::string>, LogError> snapshots_of(LogReader& log) {
  std::vector<std::string> digests;
  ChainHasher hasher;
  for (Sequence at_most = log.head().last; number(at_most) > 0;) {
    auto found = log.newest_snapshot(at_most);
    if (!found) return std::unexpected(found.error());
    if (!*found) break;
    const StateSnapshot& snapshot = **found;
    hasher.start({});
    add(hasher, std::to_string(number(snapshot.sequence)) + " " +
                    std::to_string(snapshot.command_digest) + " " +
                    std::to_string(snapshot.state_digest) + " " + snapshot.build);
    hasher.add(snapshot.image);
    digests.push_back(hash_text(hasher.finish()));
    at_most = Sequence{number(snapshot.sequence) - 1};
  }
  return digests;
}

}  // namespace

std::expected<LogHead, std::string> go_on(const std::filesystem::path& directory,
                                          std::size_t batches) {
  const WatchedDisk unsynced(directory);
  if (!std::filesystem::exists(directory / kDataFile)) {
    auto created = LogWriter::create(directory, Durability::AtClose);
    if (!created) return std::unexpected("it cannot be created: " + created.error().message);
    return append_to(**created, Names(), Timestamp(), batches);
  }
  // The writer first, as a program that starts does: a reader alone may be one commit behind.
  auto writer = LogWriter::open(directory, Durability::AtClose);
  if (!writer) return std::unexpected("it cannot be opened: " + writer.error().message);
  Names names;
  Timestamp last;
  {
    auto reader = LogReader::open(directory);
    if (!reader) return std::unexpected("it cannot be read: " + reader.error().message);
    const auto scanned = (*reader)->scan((*reader)->head().last, [&last](const Event& event) {
      last = event.time;
      return true;
    });
    if (!scanned) return std::unexpected("it cannot be read: " + scanned.error().message);
    names = (*reader)->names();
  }
  return append_to(**writer, names, last, batches);
}

std::expected<Content, LogError> whole_content(const std::filesystem::path& directory) {
  auto reader = LogReader::open(directory);
  if (!reader) return std::unexpected(reader.error());
  LogReader& log = **reader;
  ChainHasher hasher;
  hasher.start({});
  auto scanned = log.scan(Sequence{1}, [&](const Event& event) {
    add(hasher, event_json(event, log.names()));
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  auto notes = log.digest_notes();
  if (!notes) return std::unexpected(notes.error());
  for (const DigestNote& note : *notes) {
    add(hasher, std::to_string(number(note.sequence)) + " " + std::to_string(note.command_digest) +
                    " " + std::to_string(note.state_digest));
  }
  auto commits = log.scan_commits(Sequence{1}, [&hasher](const LogCommit& commit) {
    add(hasher, commit.chain);
    return true;
  });
  if (!commits) return std::unexpected(commits.error());
  for (std::uint32_t id = 1; id <= log.names().size(); ++id) {
    add(hasher, log.names().text(TextId{id}));
  }
  auto snapshots = snapshots_of(log);
  if (!snapshots) return std::unexpected(snapshots.error());
  return Content{.log = hash_text(hasher.finish()), .snapshots = std::move(*snapshots)};
}

}  // namespace tranchet::crash
