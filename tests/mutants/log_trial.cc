#include "tests/mutants/log_trial.h"

#include <lmdb.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "backtest/wargame/random.h"
#include "events/ensure.h"
#include "events/log/event_log.h"
#include "events/log/json.h"
#include "tests/support/generators.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using Complaint = std::optional<std::string>;

constexpr std::size_t kMapBytes = std::size_t{64} << 20;

// Changes one database of a log behind its back.
void tamper(const fs::path& path, const char* database,
            const std::function<void(MDB_txn*, MDB_dbi)>& change) {
  MDB_env* environment = nullptr;
  MDB_txn* transaction = nullptr;
  MDB_dbi opened = 0;
  ENSURE(mdb_env_create(&environment) == 0 && mdb_env_set_maxdbs(environment, 8) == 0);
  ENSURE(mdb_env_open(environment, path.c_str(), MDB_NOSYNC, 0644) == 0);
  ENSURE(mdb_txn_begin(environment, nullptr, 0, &transaction) == 0);
  ENSURE(mdb_dbi_open(transaction, database, 0, &opened) == 0);
  change(transaction, opened);
  ENSURE(mdb_txn_commit(transaction) == 0);
  mdb_env_close(environment);
}

std::vector<std::uint64_t> keys_of(MDB_txn* transaction, MDB_dbi database) {
  std::vector<std::uint64_t> keys;
  MDB_cursor* cursor = nullptr;
  ENSURE(mdb_cursor_open(transaction, database, &cursor) == 0);
  MDB_val key{}, value{};
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
    std::uint64_t number = 0;
    std::copy_n(static_cast<const char*>(key.mv_data), sizeof number,
                reinterpret_cast<char*>(&number));
    keys.push_back(number);
  }
  mdb_cursor_close(cursor);
  return keys;
}

void remove(MDB_txn* transaction, MDB_dbi database, std::uint64_t number) {
  MDB_val key{sizeof number, &number};
  ENSURE(mdb_del(transaction, database, &key, nullptr) == 0);
}

// Flips one bit of the value, at or after `from`.
void flip(MDB_txn* transaction, MDB_dbi database, std::uint64_t number, std::size_t from,
          Random& random) {
  MDB_val key{sizeof number, &number}, value{};
  ENSURE(mdb_get(transaction, database, &key, &value) == 0);
  const char* data = static_cast<const char*>(value.mv_data);
  std::string bytes(data, value.mv_size);
  ENSURE(bytes.size() > from);
  char& byte = bytes[from + random.below(bytes.size() - from)];
  byte = static_cast<char>(byte ^ (1 << random.below(8)));
  value = {bytes.size(), bytes.data()};
  ENSURE(mdb_put(transaction, database, &key, &value, 0) == 0);
}

// One log, as it was written.
class Trial {
 public:
  Trial(std::uint64_t seed, const fs::path& folder)
      : random_(seed, "log trial"),
        folder_(folder),
        path_(folder / "log"),
        names_(testing::sample_names()),
        events_(testing::sample_events(60 + random_.below(120), seed, names_)) {}

  Complaint run() {
    const std::size_t half = events_.size() / 2;
    if (auto said = write(path_, 0, half)) return said;
    if (auto said = read_back(half)) return said;
    copy("half");
    if (auto said = write(path_, half, events_.size())) return said;
    if (auto said = read_back(events_.size())) return said;
    if (auto said = check_chaining()) return said;
    for (const auto harm : {&Trial::lose_record, &Trial::flip_record, &Trial::flip_seal,
                            &Trial::lose_note, &Trial::lose_tail}) {
      if (auto said = (this->*harm)()) return said;
    }
    return std::nullopt;
  }

 private:
  Complaint write(const fs::path& path, std::size_t from, std::size_t to) {
    auto log = from == 0 ? LogWriter::create(path, Durability::AtClose, kMapBytes)
                         : LogWriter::open(path, Durability::AtClose, kMapBytes);
    if (!log) return "a writer: " + log.error().message;
    while (from < to) {
      const std::size_t count = std::min<std::size_t>(1 + random_.below(25), to - from);
      names_.intern("text " + std::to_string(from));
      const auto part = std::span(events_).subspan(from, count);
      if (auto done = (*log)->append(part, names_); !done) return "append: " + done.error().message;
      const DigestNote note{part.back().sequence, random_.next(), random_.next()};
      if (auto done = (*log)->note_digests(note); !done) return "a note: " + done.error().message;
      notes_.push_back(note);
      from += count;
    }
    const auto second = LogWriter::open(path, Durability::AtClose, kMapBytes);
    if (second || second.error().kind != LogErrorKind::LockedByOther) {
      return "a second writer was not refused";
    }
    if (auto done = (*log)->close(); !done) return "close: " + done.error().message;
    head_ = (*log)->head();
    return std::nullopt;
  }

  Complaint read_back(std::size_t count) {
    auto log = LogReader::open(path_);
    if (!log) return "a reader: " + log.error().message;
    std::vector<std::string> lines;
    auto scanned = (*log)->scan(Sequence{1}, [&](const Event& event) {
      lines.push_back(event_json(event, (*log)->names()));
      return true;
    });
    if (!scanned) return "scan: " + scanned.error().message;
    if (lines.size() != count) return "it holds " + std::to_string(lines.size()) + " events";
    for (std::size_t n = 0; n < count; ++n) {
      const std::string expected = event_json(events_[n], names_);
      if (lines[n] != expected) return "written " + expected + ", read " + lines[n];
    }
    if (auto verified = (*log)->verify_chain(); !verified) {
      return "chain: " + verified.error().message;
    }
    if ((*log)->names().size() != names_.size()) return "texts are missing";
    if ((*log)->head().last != head_.last || (*log)->head().chain != head_.chain) {
      return "the reader sees another head than the writer";
    }
    return compare_notes(**log);
  }

  Complaint compare_notes(LogReader& log) const {
    const auto notes = log.digest_notes();
    if (!notes) return "notes: " + notes.error().message;
    const auto same = [](const DigestNote& a, const DigestNote& b) {
      return a.sequence == b.sequence && a.command_digest == b.command_digest &&
             a.state_digest == b.state_digest;
    };
    if (!std::ranges::equal(*notes, notes_, same)) return "the digest notes are not those written";
    return std::nullopt;
  }

  // Two logs that differ in their first event, and end with the same commit.
  Complaint check_chaining() const {
    std::vector<std::string> chains;
    for (const std::uint32_t feature : {1U, 2U}) {
      const fs::path path = folder_ / ("chain " + std::to_string(feature));
      auto log = LogWriter::create(path, Durability::AtClose, kMapBytes);
      if (!log) return "a writer: " + log.error().message;
      std::vector<Event> events(2);
      for (std::size_t n = 0; n < 2; ++n) {
        events[n] = {.sequence = Sequence{n + 1},
                     .time = Timestamp(),
                     .body = LogicSwitched{.feature = n == 0 ? feature : 9}};
        auto done = (*log)->append(std::span(events).subspan(n, 1), names_);
        if (!done) return "append: " + done.error().message;
      }
      chains.push_back((*log)->head().chain);
    }
    if (chains[0] == chains[1]) return "the chain does not cover what came before";
    return std::nullopt;
  }

  fs::path copy(const std::string& name) const {
    const fs::path path = folder_ / name;
    fs::create_directory(path);
    for (const char* file : {"data.mdb", "HEAD"}) {
      fs::copy_file(path_ / file, path / file, fs::copy_options::overwrite_existing);
    }
    return path;
  }

  // A whole pass, without the chain.
  static std::expected<void, LogError> pass(const fs::path& path) {
    auto log = LogReader::open(path);
    if (!log) return std::unexpected(log.error());
    return (*log)->scan(Sequence{1}, [](const Event&) { return true; });
  }

  Complaint lose_record() {
    const fs::path path = copy("lost record");
    tamper(path, "events", [this](MDB_txn* transaction, MDB_dbi database) {
      const auto keys = keys_of(transaction, database);
      remove(transaction, database, keys[1 + random_.below(keys.size() - 2)]);
    });
    const auto passed = pass(path);
    if (passed || passed.error().kind != LogErrorKind::Gap) return "a gap was not refused";
    return std::nullopt;
  }

  Complaint flip_record() {
    const fs::path path = copy("rotten record");
    tamper(path, "events", [this](MDB_txn* transaction, MDB_dbi database) {
      const auto keys = keys_of(transaction, database);
      flip(transaction, database, keys[random_.below(keys.size())], 0, random_);
    });
    if (pass(path)) return "a flipped bit of a record was not refused";
    return std::nullopt;
  }

  Complaint flip_seal() {
    const fs::path path = copy("rotten seal");
    tamper(path, "seals", [this](MDB_txn* transaction, MDB_dbi database) {
      const auto keys = keys_of(transaction, database);
      flip(transaction, database, keys[random_.below(keys.size() - 1)], 4, random_);
    });
    auto log = LogReader::open(path);
    if (!log) return std::nullopt;
    if ((*log)->scan_commits(Sequence{1}, [](const LogCommit&) { return true; })) {
      return "a flipped bit of a seal was not refused";
    }
    return std::nullopt;
  }

  Complaint lose_note() {
    const fs::path path = copy("lost note");
    tamper(path, "digests", [](MDB_txn* transaction, MDB_dbi database) {
      remove(transaction, database, keys_of(transaction, database).back());
    });
    auto log = LogReader::open(path);
    if (log && (*log)->digest_notes()) return "a lost digest note was not missed";
    return std::nullopt;
  }

  // The file as it was half way, under the head of today.
  Complaint lose_tail() {
    const fs::path path = copy("lost tail");
    fs::copy_file(folder_ / "half" / "data.mdb", path / "data.mdb",
                  fs::copy_options::overwrite_existing);
    const auto log = LogReader::open(path);
    if (log || log.error().kind != LogErrorKind::TailLost) return "a lost tail was not refused";
    return std::nullopt;
  }

  Random random_;
  fs::path folder_;
  fs::path path_;
  Names names_;
  std::vector<Event> events_;
  std::vector<DigestNote> notes_;
  LogHead head_;
};

}  // namespace

std::optional<std::string> log_trial(std::uint64_t seed, const fs::path& folder) {
  return Trial(seed, folder).run();
}

}  // namespace tranchet
