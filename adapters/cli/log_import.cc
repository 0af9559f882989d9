// JSON lines into a new log.
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/log_command.h"
#include "events/event_check.h"
#include "events/log/event_log.h"
#include "events/log/json.h"

namespace tranchet {
namespace {

// Events in one commit where the lines do not say: as many as are nearly free.
constexpr std::size_t kCommitEvents = 4'096;

struct ImportFailure {
  std::string message;
  int status = kBadInput;
};
using Imported = std::expected<void, ImportFailure>;

class Importer {
 public:
  Importer(LogWriter& log, std::string file, std::size_t batch)
      : log_(log), file_(std::move(file)), own_batch_(batch) {}

  Imported run(std::istream& in) {
    std::string line;
    while (std::getline(in, line)) {
      ++line_;
      if (auto taken = take(line); !taken) return taken;
    }
    if (in.bad()) {
      return std::unexpected(ImportFailure{file_ + ": cannot be read to its end", kWorldFailed});
    }
    if (in_commit_ > 0) {
      return fail("ends in the middle of a commit: " + std::to_string(in_commit_) +
                  " more events belong to it");
    }
    return commit();
  }

 private:
  Imported fail(const std::string& what) const {
    return std::unexpected(ImportFailure{file_ + ":" + std::to_string(line_) + ": " + what});
  }

  Imported take(std::string_view text) {
    auto line = parse_event_line(text, names_);
    if (!line) return fail(line.error());
    if (line->reference && line->reference->order == OrderId::None) {
      return fail("names its order by what it is for; a log needs its order_id");
    }
    if (number(line->sequence) != 0 && line->sequence != next(last_)) {
      return fail("seq " + std::to_string(number(line->sequence)) + " where " +
                  std::to_string(number(next(last_))) + " is next");
    }
    if (line->time < time_) {
      return fail("time " + to_text(line->time) + " is before that of the event before, " +
                  to_text(time_));
    }
    time_ = line->time;
    for (const EventBody& body : line->bodies) {
      if (const std::string flaw = flaw_in(body); !flaw.empty()) return fail(flaw);
    }
    return keep(*line);
  }

  Imported keep(const EventLine& line) {
    if (line.commit > 0 && own_batch_ == 0) {
      if (in_commit_ > 0) return fail("starts a commit in the middle of one");
      // Lines before it that said nothing of commits: the names that came with this line are
      // already known, which does no harm.
      if (auto committed = commit(); !committed) return committed;
      in_commit_ = line.commit;
    }
    for (const EventBody& body : line.bodies) {
      last_ = next(last_);
      batch_.push_back({.sequence = last_, .time = line.time, .body = body});
    }
    if (line.digests) {
      digests_.push_back({.sequence = last_,
                          .command_digest = line.digests->command_digest,
                          .state_digest = line.digests->state_digest});
    }
    if (in_commit_ > 0) {
      if (line.bodies.size() > in_commit_) return fail("has more events than its commit");
      in_commit_ -= static_cast<std::uint32_t>(line.bodies.size());
      return in_commit_ == 0 ? commit() : Imported();
    }
    return batch_.size() >= (own_batch_ > 0 ? own_batch_ : kCommitEvents) ? commit() : Imported();
  }

  Imported commit() {
    if (batch_.empty()) return {};
    auto done = log_.append(batch_, names_);
    for (std::size_t at = 0; done && at < digests_.size(); ++at) {
      done = log_.note_digests(digests_[at]);
    }
    batch_.clear();
    digests_.clear();
    if (done) return {};
    return std::unexpected(ImportFailure{done.error().message, exit_status(done.error().kind)});
  }

  LogWriter& log_;
  std::string file_;
  std::size_t own_batch_;  // Events in a commit, whatever the lines say; 0: as they say.
  std::uint64_t line_ = 0;
  Names names_;
  Sequence last_{};
  Timestamp time_;
  std::vector<Event> batch_;
  std::vector<DigestNote> digests_;
  std::uint32_t in_commit_ = 0;  // How many events the commit still lacks; 0: lines say nothing.
};

// A log that is not all of its file would be taken for one that is.
void remove_unfinished(const std::filesystem::path& log, bool made_directory) {
  std::error_code ignored;
  for (const char* name : {"data.mdb", "lock.mdb", "HEAD", "LOCK"}) {
    std::filesystem::remove(log / name, ignored);
  }
  if (made_directory) std::filesystem::remove(log, ignored);
}

}  // namespace

int log_import(const std::filesystem::path& file, const std::filesystem::path& log,
               std::ostream& out, std::ostream& err, std::size_t batch) {
  std::ifstream in(file, std::ios::binary);
  std::error_code unreadable;
  if (!in || std::filesystem::is_directory(file, unreadable)) {
    err << file.string() << ": is not a file that can be read\n";
    return kBadInput;
  }
  const bool made_directory = !std::filesystem::exists(log, unreadable);
  auto writer = LogWriter::create(log, Durability::AtClose);
  if (!writer) {
    err << writer.error().message << "\n";
    return exit_status(writer.error().kind);
  }
  Imported imported = Importer(**writer, file.string(), batch).run(in);
  if (imported) {
    if (auto closed = (*writer)->close(); !closed) {
      imported =
          std::unexpected(ImportFailure{closed.error().message, exit_status(closed.error().kind)});
    }
  }
  const LogHead head = (*writer)->head();
  writer->reset();
  if (!imported) {
    remove_unfinished(log, made_directory);
    err << imported.error().message << "\n";
    return imported.error().status;
  }
  out << "imported: " << number(head.last) << " events, chain " << head.chain << "\n";
  return kDone;
}

}  // namespace tranchet
