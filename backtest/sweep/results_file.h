// The results of a sweep as an SQLite file: a row a trial, and what the trials were of. Trials are
// committed as they finish, so that a run killed at any moment leaves a file that can be read and
// gone on with.
//
//   meta(key, value)   what was swept: the grid, the configuration, the data, their digests
//   trial(...)         number, objective, a column a parameter, a column a figure, both digests
//   equity(trial, period, at, equity)   equity at the ends of the periods, for the statistics
//
// Decimals are exact texts: CAST(net_pnl AS REAL) in SQL where a rough number will do.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "backtest/sweep/sweep.h"

struct sqlite3;

namespace tranchet {

// What a file of results is of. Two of them belong together when all but the shard are equal.
struct SweepIdentity {
  std::string program;        // Version and compiler.
  std::string grid;           // The text of the grid file.
  std::string configuration;  // The effective one, without what the grid says, as TOML.
  std::string data;           // In words, for people.
  std::uint64_t grid_digest = 0;
  std::uint64_t configuration_digest = 0;
  std::uint64_t data_digest = 0;
  std::uint64_t trials = 0;  // Of all shards.
  Shard shard;
};
// Empty, or what keeps `other` from belonging to `one`: "the data is another: digest ... here, ...
// there".
std::string difference(const SweepIdentity& one, const SweepIdentity& other);

class ResultsFile {
 public:
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  // A new file, or one to go on with. Refused, with nothing changed: a file of something else, of
  // another grid, configuration, data or shard, or one that another process is writing.
  static std::expected<std::unique_ptr<ResultsFile>, ResultsError> open(
      const std::filesystem::path& path, const SweepIdentity& identity, const SearchSpace& space);
  // To read only.
  static std::expected<std::unique_ptr<ResultsFile>, ResultsError> read(
      const std::filesystem::path& path);

  const SweepIdentity& identity() const { return identity_; }
  // All trials that are there, by number.
  std::expected<std::map<std::uint64_t, TrialResult>, ResultsError> results(
      const SearchSpace& space) const;
  // All of them or none.
  std::expected<void, ResultsError> add(std::span<const TrialResult> results,
                                        const SearchSpace& space);

 private:
  explicit ResultsFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::expected<void, ResultsError> connect(bool writes);
  std::expected<bool, ResultsError> is_new() const;
  std::expected<void, ResultsError> create(const SweepIdentity& identity, const SearchSpace& space);
  std::expected<void, ResultsError> read_identity();
  std::expected<void, ResultsError> read_equity(
      std::map<std::uint64_t, TrialResult>& results) const;
  std::expected<void, ResultsError> run(const std::string& sql) const;
  std::unexpected<ResultsError> failed() const;
  std::unexpected<ResultsError> refused(const std::string& why) const;

  std::filesystem::path path_;
  SweepIdentity identity_;
  sqlite3* database_ = nullptr;
  int lock_ = -1;
};

}  // namespace tranchet
