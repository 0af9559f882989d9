#include "adapters/cli/log_command.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "adapters/cli/exit_status.h"
#include "events/log/event_log.h"
#include "events/log/json.h"
#include "events/log/json_read.h"
#include "events/log/segments.h"

namespace tranchet {
namespace {

using OpenedLog = std::expected<std::unique_ptr<LogReader>, LogError>;

int refuse(const LogError& error, std::ostream& err) {
  err << error.message << "\n";
  return exit_status(error.kind);
}

// What was written has arrived, as far as the stream knows.
int finish(std::ostream& out, std::ostream& err) {
  out.flush();
  if (out.good()) return kDone;
  err << "the output cannot be written\n";
  return kWorldFailed;
}

// A log that a child process has read to its end before.
OpenedLog open_checked(const std::filesystem::path& log) {
  auto checked = check_in_child(log, CheckDepth::Records);
  if (!checked) return std::unexpected(checked.error());
  return LogReader::open(log);
}

std::string with_commas(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// ---- cat

std::string padded(std::string_view text, std::size_t width, bool right = false) {
  const std::string space(text.size() < width ? width - text.size() : 0, ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

// One line, whatever is in it: a text may hold line ends, or worse for a terminal.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "; ";
    } else {
      line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
  }
  return line;
}

void print_for_people(const Event& event, const Names& names, std::ostream& out) {
  const std::string json = event_json(event, names);
  const auto fields = split_object(json);
  if (!fields) return;  // Cannot be: we wrote it.
  std::string line = padded(std::to_string(number(event.sequence)), 10, true) + "  " +
                     padded(to_text(event.time), 30);
  for (const JsonField& field : *fields) {
    if (field.name == "seq" || field.name == "time") continue;
    if (field.name == "type") {
      line += "  " + padded(field.text, 19);
    } else {
      line += "  " + std::string(field.name) + " " + on_one_line(field.text);
    }
  }
  while (line.back() == ' ') line.pop_back();
  out << line << "\n";
}

// ---- export

// The commits of a log, asked for in order of sequence and read a thousand at a time.
class CommitStarts {
 public:
  explicit CommitStarts(LogReader& log) : log_(log) {}

  // The commit that starts at `sequence`; null: none does.
  std::expected<const LogCommit*, LogError> starting_at(Sequence sequence) {
    if (at_ == commits_.size()) {
      commits_.clear();
      at_ = 0;
      auto scanned = log_.scan_commits(sequence, [this](const LogCommit& commit) {
        commits_.push_back(commit);
        return commits_.size() < 1'024;
      });
      if (!scanned) return std::unexpected(scanned.error());
    }
    if (at_ == commits_.size() || commits_[at_].first != sequence) return nullptr;
    return &commits_[at_++];
  }

 private:
  LogReader& log_;
  std::vector<LogCommit> commits_;
  std::size_t at_ = 0;
};

class Exporter {
 public:
  Exporter(LogReader& log, std::vector<DigestNote> digests, std::ostream& out)
      : log_(log), starts_(log), digests_(std::move(digests)), out_(out) {}

  std::expected<void, LogError> run() {
    std::optional<LogError> error;
    auto scanned = log_.scan(Sequence{1}, [&](const Event& event) {
      auto notes = notes_of(event.sequence);
      if (!notes) {
        error = notes.error();
        return false;
      }
      out_ << export_json(event, log_.names(), *notes) << '\n';
      return out_.good();
    });
    if (error) return std::unexpected(*error);
    return scanned;
  }

 private:
  std::expected<ExportNotes, LogError> notes_of(Sequence sequence) {
    ExportNotes notes;
    const auto commit = starts_.starting_at(sequence);
    if (!commit) return std::unexpected(commit.error());
    if (*commit != nullptr) {
      notes.commit = static_cast<std::uint32_t>(number((*commit)->last) - number(sequence) + 1);
      const Names& names = log_.names();
      while (texts_ < (*commit)->texts) notes.new_texts.push_back(names.text(TextId{++texts_}));
      while (symbols_ < (*commit)->symbols) {
        ++symbols_;
        notes.new_symbols.push_back(names.symbol(static_cast<InstrumentId>(symbols_)));
      }
    }
    if (next_digest_ < digests_.size() && digests_[next_digest_].sequence == sequence) {
      notes.digests = digests_[next_digest_++];
    }
    return notes;
  }

  LogReader& log_;
  CommitStarts starts_;
  std::vector<DigestNote> digests_;
  std::size_t next_digest_ = 0;
  std::uint32_t texts_ = 0;  // Exported so far.
  std::uint32_t symbols_ = 0;
  std::ostream& out_;
};

// ---- stats

struct Statistics {
  std::array<std::uint64_t, std::variant_size_v<EventBody>> by_type{};
  std::uint64_t events = 0;
  Timestamp first_time, last_time;
  std::uint64_t commits = 0;
  std::uint64_t largest_commit = 0;
};

std::expected<Statistics, LogError> measure(LogReader& log) {
  Statistics found;
  auto scanned = log.scan(Sequence{1}, [&](const Event& event) {
    if (found.events++ == 0) found.first_time = event.time;
    found.last_time = event.time;
    ++found.by_type[event.body.index()];
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  scanned = log.scan_commits(Sequence{1}, [&](const LogCommit& commit) {
    ++found.commits;
    found.largest_commit =
        std::max(found.largest_commit, number(commit.last) - number(commit.first) + 1);
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return found;
}

void print_statistics(const Statistics& found, const LogReader& log, std::uintmax_t bytes,
                      std::size_t digest_notes, std::ostream& out) {
  out << "events        " << with_commas(found.events) << "\n";
  if (found.events > 0) {
    out << "time          " << to_text(found.first_time) << " to " << to_text(found.last_time)
        << "\n";
  }
  out << "commits       " << with_commas(found.commits) << ", the largest of "
      << with_commas(found.largest_commit) << " events\n";
  out << "size          " << with_commas(bytes) << " bytes";
  if (found.events > 0) out << ", " << with_commas(bytes / found.events) << " an event";
  out << "\n";
  out << "names         " << with_commas(log.names().instruments()) << " instruments, "
      << with_commas(log.names().size()) << " texts\n";
  out << "digest notes  " << with_commas(digest_notes) << "\n";
  out << "chain         " << log.head().chain << "\n";
  for (std::size_t type = 0; type < found.by_type.size(); ++type) {
    if (found.by_type[type] == 0) continue;
    out << "  " << padded(kEventNames[type], 20)
        << padded(with_commas(found.by_type[type]), 16, true) << "\n";
  }
}

// ---- check

// No faster than so many bytes a second; 0: as fast as it goes.
class Pace {
 public:
  explicit Pace(std::uint64_t bytes_a_second) : bytes_a_second_(bytes_a_second) {}

  void take(std::uint64_t bytes) {
    constexpr std::uint64_t kLookBytes = 262'144;
    taken_ += bytes;
    if (bytes_a_second_ == 0 || taken_ < looked_ + kLookBytes) return;
    looked_ = taken_;
    const auto due = std::chrono::microseconds(
        static_cast<std::int64_t>(static_cast<Int128>(taken_) * 1'000'000 / bytes_a_second_));
    std::this_thread::sleep_until(began_ + due);
  }

 private:
  std::uint64_t bytes_a_second_;
  std::uint64_t taken_ = 0, looked_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

int log_cat(const std::filesystem::path& log, const std::function<bool()>& wait, std::ostream& out,
            std::ostream& err) {
  auto reader = open_checked(log);
  if (!reader) return refuse(reader.error(), err);
  Sequence from{1};
  do {
    auto scanned = (*reader)->scan(from, [&](const Event& event) {
      print_for_people(event, (*reader)->names(), out);
      from = next(event.sequence);
      return out.good();
    });
    if (!scanned) return refuse(scanned.error(), err);
    out.flush();
  } while (out.good() && wait && wait());
  return finish(out, err);
}

int log_stats(const std::filesystem::path& log, std::ostream& out, std::ostream& err) {
  auto reader = open_checked(log);
  if (!reader) return refuse(reader.error(), err);
  const auto found = measure(**reader);
  if (!found) return refuse(found.error(), err);
  const auto notes = (*reader)->digest_notes();
  if (!notes) return refuse(notes.error(), err);
  const auto segments = list_segments(log);
  if (!segments) return refuse(segments.error(), err);
  const auto bytes = bytes_of_files(log);
  if (!bytes) return refuse(bytes.error(), err);
  print_statistics(*found, **reader, *bytes, notes->size(), out);
  if (!segments->empty()) {
    out << "segments      " << with_commas(segments->size()) << ", events "
        << with_commas(number(segments->front().first)) << " to "
        << with_commas(number(segments->back().last)) << "\n";
  }
  return finish(out, err);
}

int log_check(const std::filesystem::path& log, std::uint64_t bytes_a_second, std::ostream& out,
              std::ostream& err) {
  Pace pace(bytes_a_second);
  const auto head = check_in_child(log, [&pace](std::uint64_t bytes) { pace.take(bytes); });
  if (!head) return refuse(head.error(), err);
  out << "whole: " << with_commas(number(head->last)) << " events, chain " << head->chain << "\n";
  return finish(out, err);
}

int log_export(const std::filesystem::path& log, std::ostream& out, std::ostream& err) {
  auto reader = open_checked(log);
  if (!reader) return refuse(reader.error(), err);
  auto notes = (*reader)->digest_notes();
  if (!notes) return refuse(notes.error(), err);
  auto exported = Exporter(**reader, std::move(*notes), out).run();
  if (!exported) return refuse(exported.error(), err);
  return finish(out, err);
}

int log_backup(const std::filesystem::path& log, const std::filesystem::path& target,
               std::ostream& out, std::ostream& err) {
  if (auto checked = check_in_child(log, CheckDepth::Chain); !checked) {
    return refuse(checked.error(), err);
  }
  // Whose log it is: a copy that a program may go on with says so as well, before it is one.
  const std::filesystem::path mode = log / "mode";
  std::error_code failed;
  const bool is_free = !std::filesystem::exists(target / "data.mdb", failed) &&
                       !std::filesystem::exists(segments_folder(target), failed);
  if (is_free && std::filesystem::exists(mode, failed)) {
    std::filesystem::create_directories(target, failed);
    if (!failed) {
      std::filesystem::copy_file(mode, target / "mode",
                                 std::filesystem::copy_options::overwrite_existing, failed);
    }
  }
  if (failed) {
    err << (target / "mode").string() << ": " << failed.message() << "\n";
    return kWorldFailed;
  }
  const auto head = back_up(log, target);
  if (!head) return refuse(head.error(), err);
  out << "copied: " << with_commas(number(head->last)) << " events, chain " << head->chain << "\n";
  return finish(out, err);
}

}  // namespace tranchet
