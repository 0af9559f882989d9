#include "backtest/sweep/results_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "backtest/sweep/statement.h"
#include "events/digest.h"

namespace tranchet {
namespace {

constexpr std::string_view kFormat = "tranchet-sweep 1";

// Keys of `meta` that are texts or numbers of an identity, in the order in which they are written.
struct MetaKey {
  std::string_view name;
  std::string (*write)(const SweepIdentity& identity);
  bool (*read)(const std::string& text, SweepIdentity& identity);
};

template <std::string SweepIdentity::*field>
constexpr MetaKey text_key(std::string_view name) {
  return {name, [](const SweepIdentity& identity) { return identity.*field; },
          [](const std::string& text, SweepIdentity& identity) {
            identity.*field = text;
            return true;
          }};
}

bool read_number(const std::string& text, int base, std::uint64_t& into) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, into, base);
  return error == std::errc() && stop == end;
}

template <std::uint64_t SweepIdentity::*field>
constexpr MetaKey digest_key(std::string_view name) {
  return {name, [](const SweepIdentity& identity) { return digest_text(identity.*field); },
          [](const std::string& text, SweepIdentity& identity) {
            return read_number(text, 16, identity.*field);
          }};
}

constexpr auto kMeta = std::to_array<MetaKey>({
    {"format", [](const SweepIdentity&) { return std::string(kFormat); },
     [](const std::string& text, SweepIdentity&) { return text == kFormat; }},
    text_key<&SweepIdentity::program>("program"),
    text_key<&SweepIdentity::data>("data"),
    digest_key<&SweepIdentity::grid_digest>("grid_digest"),
    digest_key<&SweepIdentity::configuration_digest>("configuration_digest"),
    digest_key<&SweepIdentity::data_digest>("data_digest"),
    {"trials", [](const SweepIdentity& identity) { return std::to_string(identity.trials); },
     [](const std::string& text, SweepIdentity& identity) {
       return read_number(text, 10, identity.trials);
     }},
    {"shard_index",
     [](const SweepIdentity& identity) { return std::to_string(identity.shard.index); },
     [](const std::string& text, SweepIdentity& identity) {
       return read_number(text, 10, identity.shard.index);
     }},
    {"shard_count",
     [](const SweepIdentity& identity) { return std::to_string(identity.shard.count); },
     [](const std::string& text, SweepIdentity& identity) {
       return read_number(text, 10, identity.shard.count);
     }},
    text_key<&SweepIdentity::grid>("grid"),
    text_key<&SweepIdentity::configuration>("configuration"),
});

std::string columns(const SearchSpace& space, std::string_view type) {
  std::string out;
  for (const Parameter& parameter : space.parameters) {
    out += ", " + sql_name(parameter.key) + std::string(type);
  }
  for (const FigureInfo& figure : all_figures()) {
    out += ", " + sql_name(figure.name) + std::string(type);
  }
  return out;
}

void bind_value(Statement& statement, const std::optional<Value>& value) {
  if (value) {
    statement.bind(value_text(*value));
  } else {
    statement.bind_null();
  }
}

// Whether the columns of a row make a result: every value is one of the grid's, every figure a
// number.
bool read_row(const Statement& row, const SearchSpace& space, TrialResult& result) {
  int column = 0;
  result.trial.number = static_cast<std::uint64_t>(row.number(column++));
  const auto value = [&]() -> std::pair<bool, std::optional<Value>> {
    const int place = column++;
    if (row.is_null(place)) return {true, std::nullopt};
    const auto parsed = parse_value(row.text(place));
    return {parsed.has_value(), parsed};
  };
  const auto [fine, objective] = value();
  if (!fine) return false;
  result.objective = objective;
  for (const Parameter& parameter : space.parameters) {
    const auto found =
        std::ranges::find(parameter.values, row.text(column++), &ParameterValue::text);
    if (found == parameter.values.end()) return false;
    result.trial.point.push_back(static_cast<std::uint32_t>(found - parameter.values.begin()));
  }
  for (std::size_t index = 0; index < all_figures().size(); ++index) {
    const auto [good, figure] = value();
    if (!good) return false;
    result.figures.push_back(figure);
  }
  return read_number(row.text(column), 16, result.state_digest) &&
         read_number(row.text(column + 1), 16, result.command_digest);
}

}  // namespace

std::string difference(const SweepIdentity& one, const SweepIdentity& other) {
  const auto say = [](std::string_view what, const std::string& a, const std::string& b) {
    return "the " + std::string(what) + " is another: " + b + ", not " + a;
  };
  if (one.grid_digest != other.grid_digest) {
    return say("grid", digest_text(one.grid_digest), digest_text(other.grid_digest));
  }
  if (one.configuration_digest != other.configuration_digest) {
    return say("configuration", digest_text(one.configuration_digest),
               digest_text(other.configuration_digest));
  }
  if (one.data_digest != other.data_digest) {
    return say("data", digest_text(one.data_digest), digest_text(other.data_digest));
  }
  if (one.program != other.program) return say("program", one.program, other.program);
  return {};
}

ResultsFile::~ResultsFile() {
  sqlite3_close(database_);
  // Last: closing a file of a process gives up all its locks on it, SQLite's too.
  if (lock_ >= 0) ::close(lock_);
}

std::unexpected<ResultsError> ResultsFile::refused(const std::string& why) const {
  return std::unexpected(ResultsError{false, path_.string() + ": " + why});
}

std::unexpected<ResultsError> ResultsFile::failed() const {
  const int code = database_ == nullptr ? SQLITE_CANTOPEN : sqlite3_errcode(database_);
  if (code == SQLITE_NOTADB) return refused("is not the results of a sweep");
  if (code == SQLITE_CORRUPT) return refused("is damaged");
  const std::string why = database_ == nullptr ? "cannot be opened" : sqlite3_errmsg(database_);
  return std::unexpected(ResultsError{true, path_.string() + ": " + why});
}

std::expected<void, ResultsError> ResultsFile::run(const std::string& sql) const {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
  return {};
}

std::expected<void, ResultsError> ResultsFile::connect(bool writes) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) return refused("is a directory, not a file");
  if (!writes && !std::filesystem::exists(path_, ignored)) return refused("does not exist");
  if (writes) {
    lock_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ < 0) {
      return std::unexpected(ResultsError{true, path_.string() + ": cannot be written"});
    }
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) return refused("another sweep is writing to it");
  }
  // A reader too: what a killed program left half done must be taken back first. SQLite opens a
  // file that may not be written for reading alone.
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
  if (sqlite3_open_v2(path_.c_str(), &database_, flags, nullptr) != SQLITE_OK) return failed();
  return {};
}

std::expected<bool, ResultsError> ResultsFile::is_new() const {
  Statement tables(database_, "SELECT count(*) FROM sqlite_master");
  if (!tables.step()) return failed();
  return tables.number(0) == 0;
}

std::expected<void, ResultsError> ResultsFile::create(const SweepIdentity& identity,
                                                      const SearchSpace& space) {
  identity_ = identity;
  // Nothing or all of it, so that a killed program leaves no file that is half of one.
  std::string sql = "BEGIN IMMEDIATE;CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);";
  sql += "CREATE TABLE trial(trial INTEGER PRIMARY KEY, objective TEXT" + columns(space, " TEXT") +
         ", state_digest TEXT, command_digest TEXT);";
  sql +=
      "CREATE TABLE equity(trial INTEGER, period INTEGER, at TEXT, equity TEXT, "
      "PRIMARY KEY(trial, period)) WITHOUT ROWID;";
  if (auto made = run(sql); !made) return made;
  Statement insert(database_, "INSERT INTO meta VALUES(?, ?)");
  for (const MetaKey& key : kMeta) {
    insert.bind(key.name).bind(key.write(identity)).step();
    insert.reset();
  }
  if (!insert.is_good()) return failed();
  return run("COMMIT");
}

std::expected<void, ResultsError> ResultsFile::read_identity() {
  const auto fresh = is_new();
  if (!fresh) return std::unexpected(fresh.error());
  if (*fresh) return refused("holds nothing");
  for (const MetaKey& key : kMeta) {
    Statement select(database_, "SELECT value FROM meta WHERE key = ?");
    if (!select.bind(key.name).step() || !key.read(select.text(0), identity_)) {
      return refused("is not the results of a sweep, or of another version of this program");
    }
  }
  return {};
}

std::expected<std::unique_ptr<ResultsFile>, ResultsError> ResultsFile::open(
    const std::filesystem::path& path, const SweepIdentity& identity, const SearchSpace& space) {
  std::unique_ptr<ResultsFile> file(new ResultsFile(path));
  if (auto connected = file->connect(true); !connected) return std::unexpected(connected.error());
  const auto fresh = file->is_new();
  if (!fresh) return std::unexpected(fresh.error());
  if (*fresh) {
    if (auto made = file->create(identity, space); !made) return std::unexpected(made.error());
    return file;
  }
  if (auto known = file->read_identity(); !known) return std::unexpected(known.error());
  std::string other = difference(identity, file->identity_);
  if (other.empty() && file->identity_.shard != identity.shard) {
    other = "holds shard " + std::to_string(file->identity_.shard.index) + " of " +
            std::to_string(file->identity_.shard.count) + ", not shard " +
            std::to_string(identity.shard.index) + " of " + std::to_string(identity.shard.count);
  }
  if (!other.empty()) return file->refused(other + "; give another --out, or remove it");
  return file;
}

std::expected<std::unique_ptr<ResultsFile>, ResultsError> ResultsFile::read(
    const std::filesystem::path& path) {
  std::unique_ptr<ResultsFile> file(new ResultsFile(path));
  if (auto connected = file->connect(false); !connected) return std::unexpected(connected.error());
  if (auto known = file->read_identity(); !known) return std::unexpected(known.error());
  return file;
}

std::expected<std::map<std::uint64_t, TrialResult>, ResultsError> ResultsFile::results(
    const SearchSpace& space) const {
  std::map<std::uint64_t, TrialResult> results;
  Statement rows(database_, "SELECT trial, objective" + columns(space, "") +
                                ", state_digest, command_digest FROM trial ORDER BY trial");
  while (rows.step()) {
    TrialResult result;
    if (!read_row(rows, space, result)) {
      return refused("trial " + rows.text(0) + " is damaged");
    }
    results.emplace(result.trial.number, std::move(result));
  }
  if (!rows.is_good()) return failed();
  if (auto read = read_equity(results); !read) return std::unexpected(read.error());
  return results;
}

std::expected<void, ResultsError> ResultsFile::read_equity(
    std::map<std::uint64_t, TrialResult>& results) const {
  Statement rows(database_, "SELECT trial, at, equity FROM equity ORDER BY trial, period");
  while (rows.step()) {
    const auto found = results.find(static_cast<std::uint64_t>(rows.number(0)));
    const auto time = parse_time(rows.text(1));
    const auto equity = parse<Money>(rows.text(2));
    if (found == results.end() || !time || !equity) {
      return refused("the equity of trial " + rows.text(0) + " is damaged");
    }
    found->second.equity.push_back({*time, *equity});
  }
  if (!rows.is_good()) return failed();
  return {};
}

std::expected<void, ResultsError> ResultsFile::add(std::span<const TrialResult> results,
                                                   const SearchSpace& space) {
  if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
  std::string places;
  for (std::size_t i = 0; i < 4 + space.parameters.size() + all_figures().size(); ++i) {
    places += i == 0 ? "?" : ", ?";
  }
  Statement insert(database_, "INSERT INTO trial VALUES(" + places + ")");
  Statement point(database_, "INSERT INTO equity VALUES(?, ?, ?, ?)");
  for (const TrialResult& result : results) {
    const auto number = static_cast<std::int64_t>(result.trial.number);
    insert.bind(number);
    bind_value(insert, result.objective);
    for (std::size_t index = 0; index < space.parameters.size(); ++index) {
      insert.bind(space.parameters[index].values[result.trial.point[index]].text);
    }
    for (const std::optional<Value>& figure : result.figures) bind_value(insert, figure);
    insert.bind(digest_text(result.state_digest)).bind(digest_text(result.command_digest)).step();
    insert.reset();
    std::int64_t period = 0;
    for (const auto& [time, equity] : result.equity) {
      point.bind(number).bind(period++).bind(to_text(time)).bind(to_text(equity)).step();
      point.reset();
    }
  }
  if (!insert.is_good() || !point.is_good()) return failed();
  return run("COMMIT");
}

}  // namespace tranchet
