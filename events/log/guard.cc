// A pass over a log in a child process, so that a damaged page can only kill the child.
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "events/log/archive.h"
#include "events/log/child_process.h"
#include "events/log/commit_reader.h"
#include "events/log/environment.h"
#include "events/log/event_log.h"
#include "events/log/log_error.h"
#include "events/log/page_tree.h"
#include "events/log/segments.h"

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

using OnRead = std::function<void(std::uint64_t bytes)>;
constexpr auto kHurry = [](std::uint64_t) {};

using Opened = std::expected<std::unique_ptr<CommitReader>, LogError>;

Outcome check(const std::filesystem::path& directory, Opened reader, CheckDepth depth,
              const OnRead& on_read) {
  if (!reader) return Failure(reader.error());
  const auto bytes = bytes_of_files(directory);
  if (!bytes) return Failure(bytes.error());
  const std::uint64_t events = number((*reader)->head().last) - number((*reader)->first()) + 1;
  const std::uint64_t bytes_an_event = events == 0 ? 0 : *bytes / events;
  auto scanned = (*reader)->scan((*reader)->first(), [&](const Event&) {
    on_read(bytes_an_event);
    return true;
  });
  if (!scanned) return Failure(scanned.error());
  if (auto notes = (*reader)->digest_notes(); !notes) return Failure(notes.error());
  if (!is_archive(directory)) {
    if (auto pages = check_pages(directory); !pages) return Failure(pages.error());
  }
  if (depth == CheckDepth::Chain) {
    auto verified =
        (*reader)->verify_chain([&](std::uint64_t count) { on_read(count * bytes_an_event); });
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

Outcome ask_for(const std::filesystem::path& directory, const std::function<Outcome()>& work) {
  const ChildAnswer answer = ask_child([&] { return encode_outcome(work()); });
  if (answer.error != 0) return Failure(system_error(answer.error, "checking", directory));
  std::optional<Outcome> outcome = answer.lived ? decode_outcome(answer.bytes) : std::nullopt;
  if (outcome) return std::move(*outcome);
  return Failure(unreadable_page(answer.lived ? "said nothing" : answer.death));
}

}  // namespace

std::expected<LogHead, LogError> check_in_child(const std::filesystem::path& directory,
                                                CheckDepth depth) {
  return ask_for(directory,
                 [&] { return check(directory, open_commits(directory), depth, kHurry); });
}

std::expected<LogHead, LogError> check_in_child(const std::filesystem::path& log,
                                                const OnRead& on_read) {
  return ask_for(log, [&] { return check(log, open_commits(log), CheckDepth::Chain, on_read); });
}

std::expected<LogHead, LogError> check_newest_in_child(const std::filesystem::path& log) {
  return ask_for(log, [&] { return check(log, open_newest(log), CheckDepth::Records, kHurry); });
}

}  // namespace tranchet
