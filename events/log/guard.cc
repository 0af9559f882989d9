// A pass over a log in a child process, so that a damaged page can only kill the child; and
// backups.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "events/log/child_process.h"
#include "events/log/environment.h"
#include "events/log/event_log.h"
#include "events/log/head_witness.h"
#include "events/log/log_contents.h"
#include "events/log/log_error.h"
#include "events/log/page_tree.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;
using Outcome = std::expected<LogHead, LogError>;

// While a transaction is open, no page it can see is used again. The head of the file alone may
// change under the eyes of the reader: a flaw must show in every look.
std::expected<void, LogError> check_pages(const std::filesystem::path& directory) {
  constexpr int kLooks = 3;
  auto environment = Environment::open(directory, {});
  if (!environment) return Failure(environment.error());
  std::expected<PageTree, LogError> pages;
  for (int look = 0; look < kLooks; ++look) {
    auto transaction = ReadTransaction::begin(**environment);
    if (!transaction) return Failure(transaction.error());
    pages = read_page_tree(directory);
    if (pages) return {};
  }
  return Failure(pages.error());
}

Outcome check(const std::filesystem::path& directory, CheckDepth depth) {
  auto reader = LogReader::open(directory);
  if (!reader) return Failure(reader.error());
  auto scanned = (*reader)->scan(Sequence{1}, [](const Event&) { return true; });
  if (!scanned) return Failure(scanned.error());
  if (auto notes = (*reader)->digest_notes(); !notes) return Failure(notes.error());
  if (auto pages = check_pages(directory); !pages) return Failure(pages.error());
  if (depth == CheckDepth::Chain) {
    auto verified = (*reader)->verify_chain();
    if (!verified) return Failure(verified.error());
  }
  return (*reader)->head();
}

// ---- The outcome as bytes: kind (0: fine), whether there is a sequence, sequence, text.

constexpr std::size_t kOutcomeHeader = 10;

std::string encode_outcome(const Outcome& outcome) {
  const bool fine = outcome.has_value();
  const std::uint64_t sequence =
      fine ? number(outcome->last) : number(outcome.error().sequence.value_or(Sequence{}));
  std::string bytes(kOutcomeHeader, '\0');
  bytes[0] = fine ? '\0' : static_cast<char>(outcome.error().kind);
  bytes[1] = fine || outcome.error().sequence ? '\1' : '\0';
  std::memcpy(bytes.data() + 2, &sequence, sizeof sequence);
  return bytes + (fine ? outcome->chain : outcome.error().message);
}

std::optional<Outcome> decode_outcome(const std::string& bytes) {
  if (bytes.size() < kOutcomeHeader) return std::nullopt;
  std::uint64_t sequence = 0;
  std::memcpy(&sequence, bytes.data() + 2, sizeof sequence);
  std::string text = bytes.substr(kOutcomeHeader);
  if (bytes[0] == 0) return LogHead{.last = Sequence{sequence}, .chain = std::move(text)};
  return Failure(
      LogError{.kind = static_cast<LogErrorKind>(bytes[0]),
               .sequence = bytes[1] != 0 ? std::optional(Sequence{sequence}) : std::nullopt,
               .message = std::move(text)});
}

}  // namespace

std::expected<LogHead, LogError> check_in_child(const std::filesystem::path& directory,
                                                CheckDepth depth) {
  const ChildAnswer answer = ask_child([&] { return encode_outcome(check(directory, depth)); });
  if (answer.error != 0) return Failure(system_error(answer.error, "checking", directory));
  std::optional<Outcome> outcome = answer.lived ? decode_outcome(answer.bytes) : std::nullopt;
  if (outcome) return std::move(*outcome);
  return Failure(damaged("a page of its file cannot be read (the process that tried " +
                         (answer.lived ? "said nothing" : answer.death) + ")"));
}

std::expected<LogHead, LogError> back_up(const std::filesystem::path& directory,
                                         const std::filesystem::path& target) {
  auto reader = LogReader::open(directory);
  if (!reader) return Failure(reader.error());
  auto environment = Environment::open(directory, {});
  if (!environment) return Failure(environment.error());
  // Taken first: the copy of a live log may hold more than its witness says, never less.
  Witness head;
  {
    auto transaction = ReadTransaction::begin(**environment);
    if (!transaction) return Failure(transaction.error());
    auto seal = last_seal(*transaction, **environment);
    if (!seal) return Failure(seal.error());
    auto notes = load_notes(*transaction, **environment, {});
    if (!notes) return Failure(notes.error());
    const Seal last = seal->value_or(Seal{});
    head = {.last = last.last, .chain = last.chain, .notes = notes->size()};
  }
  std::error_code error;
  std::filesystem::create_directories(target, error);
  if (error) return Failure(system_error(error.value(), "making the directory", target));
  const std::filesystem::path copy = target / kDataFile;
  if (std::filesystem::exists(copy, error)) {
    return Failure(LogError{.kind = LogErrorKind::AlreadyThere,
                            .sequence = std::nullopt,
                            .message = "\"" + target.string() + "\" already holds a log"});
  }
  const int code = mdb_env_copy2((*environment)->handle(), target.c_str(), MDB_CP_COMPACT);
  if (code != MDB_SUCCESS) return Failure(lmdb_error(code, "copying", target));
  const int file = ::open(copy.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int sync_error = errno;
  if (file >= 0) ::close(file);
  if (!synced) return Failure(system_error(sync_error, "syncing", copy));
  auto witness = WitnessFile::open(target);
  if (!witness) return Failure(witness.error());
  if (auto written = witness->write(head, true); !written) {
    return Failure(written.error());
  }
  auto made = LogReader::open(target);
  if (!made) return Failure(made.error());
  return (*made)->head();
}

}  // namespace tranchet
