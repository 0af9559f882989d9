#include "backtest/sweep/trial_history.h"

#include <sqlite3.h>

#include <memory>

#include "backtest/sweep/statement.h"
#include "events/digest.h"

namespace tranchet {
namespace {

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
constexpr int kWaitMilliseconds = 10'000;  // For another sweep that is writing.

}  // namespace

std::expected<std::uint64_t, std::string> count_trials(const std::filesystem::path& file,
                                                       const SweepIdentity& identity,
                                                       std::uint64_t trials) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open(file.c_str(), &opened);
  const std::unique_ptr<sqlite3, Close> database(opened);
  const auto failed = [&] {
    return std::unexpected(file.string() + ": " +
                           (opened == nullptr ? "cannot be opened" : sqlite3_errmsg(opened)));
  };
  if (status != SQLITE_OK) return failed();
  sqlite3_busy_timeout(opened, kWaitMilliseconds);
  Statement table(opened,
                  "CREATE TABLE IF NOT EXISTS sweep(data_digest TEXT, grid_digest TEXT, "
                  "configuration_digest TEXT, data TEXT, trials INTEGER, "
                  "PRIMARY KEY(data_digest, grid_digest, configuration_digest))");
  table.step();
  Statement note(opened,
                 "INSERT INTO sweep VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                 "trials = max(trials, excluded.trials)");
  note.bind(digest_text(identity.data_digest)).bind(digest_text(identity.grid_digest));
  note.bind(digest_text(identity.configuration_digest)).bind(identity.data);
  note.bind(static_cast<std::int64_t>(trials)).step();
  Statement sum(opened, "SELECT sum(trials) FROM sweep WHERE data_digest = ?");
  const bool has_sum = sum.bind(digest_text(identity.data_digest)).step();
  if (!table.is_good() || !note.is_good() || !has_sum) return failed();
  return static_cast<std::uint64_t>(sum.number(0));
}

}  // namespace tranchet
