#include "adapters/cli/migrate_command.h"

#include <expected>
#include <fstream>
#include <optional>
#include <ostream>
#include <system_error>

#include "adapters/cli/configuration.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/own_orders.h"
#include "adapters/cli/venue_access.h"
#include "adapters/legacy/adoption_log.h"
#include "adapters/legacy/backup.h"
#include "adapters/legacy/migration_report.h"
#include "adapters/live/clock.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using legacy::MigrationFindings;

class Migration {
 public:
  Migration(const MigrateArguments& arguments, std::ostream& out)
      : arguments_(arguments), out_(out), folder_(fs::absolute(arguments.into)) {}

  std::expected<int, WriterFailure> look_or_apply() {
    if (auto asked = ask_venue(); !asked) return std::unexpected(asked.error());
    read_settings();
    read_database();
    findings_.plan =
        legacy::plan_adoption(findings_.database ? &*findings_.database : nullptr,
                              survey_ ? &*survey_ : nullptr, rules_ ? &*rules_ : nullptr);
    find_obstacles();
    print_report(out_, findings_);
    if (!arguments_.apply) {
      out_ << "\n  Nothing was written. "
           << (findings_.obstacles.empty() ? "With --apply it would be.\n" : "\n");
      return findings_.obstacles.empty() ? kDone : kAnswerIsNo;
    }
    if (!findings_.obstacles.empty()) {
      out_ << "\n  Nothing was written.\n";
      return kAnswerIsNo;
    }
    return apply();
  }

  std::expected<int, WriterFailure> roll_back() {
    if (auto free = see_that_nobody_trades(); !free) return std::unexpected(free.error());
    std::optional<OwnOrders> orders;
    if (arguments_.cancel_orders) {
      auto asked = OwnOrders::ask(configuration().string());
      if (!asked) return std::unexpected(asked.error());
      const bool is_naked_then = asked->tell(out_);
      if (!arguments_.apply) {
        out_ << "\n  Nothing was done. With --apply the old files are put back, and these orders "
                "taken away.\n";
        return is_naked_then ? kAnswerIsNo : kDone;
      }
      out_ << "\n";
      orders.emplace(*std::move(asked));
    }
    if (auto restored = restore_files(); !restored) return std::unexpected(restored.error());
    if (orders) {
      // What was made is still in its place then: the same again tries the rest.
      if (auto gone = orders->take_away(out_); !gone) return std::unexpected(gone.error());
    }
    if (auto kept = set_aside(); !kept) return std::unexpected(kept.error());
    if (!orders) {
      out_
          << "  Orders that Tranchet has placed rest at the venue as before: the bot does not know "
             "them. Look at them before it starts.\n";
    }
    return kDone;
  }

 private:
  // One that does would go on without its configuration, and place its orders again.
  std::expected<void, WriterFailure> see_that_nobody_trades() const {
    std::error_code failed;
    if (!fs::exists(log() / "data.mdb", failed)) return {};
    const auto writer = LogWriter::open(log(), Durability::EveryBatch);
    if (!writer) return failure(exit_status(writer.error().kind), writer.error().message);
    return {};
  }

  std::expected<void, WriterFailure> restore_files() {
    const auto put_back = legacy::put_back(folder_ / "backup");
    if (!put_back) return failure(kBadInput, put_back.error());
    for (const std::string& line : put_back->restored) out_ << "  " << line << "\n";
    for (const std::string& file : put_back->unchanged) out_ << "  " << file << " was unchanged\n";
    return {};
  }

  std::expected<void, WriterFailure> set_aside() {
    std::error_code failed;
    fs::path aside = folder_.string() + ".rolled-back";
    for (int number = 2; fs::exists(aside, failed); ++number) {
      aside = folder_.string() + ".rolled-back-" + std::to_string(number);
    }
    fs::rename(folder_, aside, failed);
    if (failed) return failure(kWorldFailed, folder_.string() + ": " + failed.message());
    out_ << "  What was made is kept in " << aside.string() << "\n";
    return {};
  }

  fs::path log() const { return folder_ / "log"; }
  fs::path configuration() const { return folder_ / "tranchet.toml"; }

  VenueSettings venue() const {
    VenueSettings settings;
    if (!arguments_.rest.empty()) settings.rest = arguments_.rest;
    if (!arguments_.stream.empty()) settings.stream = arguments_.stream;
    settings.certificates = arguments_.certificates;
    settings.keys = arguments_.keys;
    return settings;
  }

  std::expected<void, WriterFailure> ask_venue() {
    if (arguments_.keys.empty()) return {};
    auto access = VenueAccess::open(venue());
    if (!access) return std::unexpected(access.error());
    findings_.venue = (*access)->host();
    auto rules = (*access)->desk().rules();
    if (!rules) {
      findings_.venue_flaw = rules.error();
      return {};
    }
    findings_.venue_flaws = rules->flaws;
    rules_ = *std::move(rules);
    auto survey = (*access)->desk().survey(arguments_.account);
    if (!survey) {
      findings_.venue_flaw = survey.error();
      return {};
    }
    survey_ = *std::move(survey);
    return {};
  }

  void read_settings() {
    findings_.settings_file = arguments_.settings;
    const auto settings = legacy::read_bot_settings(arguments_.settings);
    if (!settings) {
      findings_.settings_flaw = settings.error();
      return;
    }
    const std::string keys = arguments_.keys.empty() ? "" : fs::absolute(arguments_.keys).string();
    const std::string certificates =
        arguments_.certificates.empty() ? "" : fs::absolute(arguments_.certificates).string();
    findings_.mapping = legacy::map_configuration(*settings,
                                                  {.log = log().string(),
                                                   .keys = keys,
                                                   .rest = arguments_.rest,
                                                   .stream = arguments_.stream,
                                                   .certificates = certificates,
                                                   .account = arguments_.account},
                                                  rules_ ? &*rules_ : nullptr);
  }

  void read_database() {
    findings_.database_file = arguments_.database;
    auto database = legacy::read_bot_database(arguments_.database);
    if (database) {
      findings_.database = *std::move(database);
    } else {
      findings_.database_flaw = database.error();
    }
  }

  void find_obstacles() {
    auto& obstacles = findings_.obstacles;
    if (!findings_.mapping) {
      obstacles.push_back(arguments_.settings + ": there is no configuration without it");
    }
    for (const std::string& holder : legacy::programs_that_hold(arguments_.database)) {
      obstacles.push_back(arguments_.database + " is open in " + holder + ": stop the bot first");
    }
    if (findings_.database_flaw.starts_with("is locked")) {
      obstacles.push_back(arguments_.database + " " + findings_.database_flaw);
    }
    if (!findings_.venue_flaw.empty()) {
      obstacles.push_back(findings_.venue + ": what it holds is not known");
    }
    for (const legacy::LeftOrder& order : findings_.plan.own_orders) {
      obstacles.push_back("order " + std::to_string(order.number) +
                          " at the venue carries account " + "number " +
                          std::to_string(arguments_.account) +
                          ": a log of Tranchet's exists for it. Go on with that, or give --account "
                          "another number");
    }
    std::error_code failed;
    if (fs::exists(folder_, failed)) {
      obstacles.push_back(folder_.string() +
                          " is there already: a migration has been here. --rollback, or another "
                          "--into");
    }
  }

  std::expected<int, WriterFailure> apply() {
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed) return failure(kWorldFailed, folder_.string() + ": " + failed.message());
    std::vector<fs::path> files = legacy::with_companions(arguments_.database);
    files.insert(files.begin(), arguments_.settings);
    const auto kept = legacy::make_backup(files, folder_ / "backup");
    if (!kept) return failure(kWorldFailed, kept.error());
    const fs::path unfinished = folder_ / "tranchet.toml.new";
    std::ofstream stream(unfinished);
    stream << findings_.mapping->toml;
    stream.close();
    if (!stream) return failure(kWorldFailed, unfinished.string() + ": cannot be written");
    const auto events = legacy::write_adoption_log({.folder = log(),
                                                    .configuration = unfinished,
                                                    .rules = rules_ ? &*rules_ : nullptr,
                                                    .time = read_clocks().wall},
                                                   findings_.plan);
    if (!events) return std::unexpected(events.error());
    if (auto noted = legacy::write_bots_orders(log(), findings_.plan.bots_orders); !noted) {
      return failure(kWorldFailed, noted.error());
    }
    // The last: without it there is nothing to start with.
    fs::rename(unfinished, configuration(), failed);
    if (failed) return failure(kWorldFailed, configuration().string() + ": " + failed.message());
    tell(*kept, *events);
    return kDone;
  }

  void tell(const std::vector<legacy::KeptFile>& kept, std::uint64_t events) {
    out_ << "\n  Done\n";
    for (const legacy::KeptFile& file : kept) {
      out_ << "    kept     " << (folder_ / "backup" / file.name).string() << "  " << file.bytes
           << " bytes, SHA-256 " << file.sha256.substr(0, 16) << "...\n";
    }
    const std::string config = configuration().string();
    out_ << "    wrote    " << config << "\n    wrote    " << log().string() << "  " << events
         << " events, " << findings_.plan.tranches.size() << " tranches to adopt\n\n  Next\n"
         << "    tranchet live    --config " << config
         << " --set live.log=" << (folder_ / "paper-log").string()
         << "     # on paper, to look at\n"
         << "    tranchet protect --config " << config << "             # what is missing\n"
         << "    tranchet protect --config " << config
         << " --apply     # placed, tranche by tranche\n"
         << "    tranchet doctor  --config " << config << "             # is it there?\n"
         << "    tranchet live    --config " << config << " --live\n"
         << "  And back: tranchet migrate --settings " << arguments_.settings << " --database "
         << arguments_.database << " --into " << arguments_.into << " --rollback\n";
  }

  const MigrateArguments& arguments_;
  std::ostream& out_;
  fs::path folder_;
  std::optional<ExchangeInfo> rules_;
  std::optional<aster::AccountSurvey> survey_;
  MigrationFindings findings_;
};

}  // namespace

int run_migrate_command(const MigrateArguments& arguments, std::ostream& out, std::ostream& err) {
  if (arguments.apply && arguments.rollback && !arguments.cancel_orders) {
    err << "tranchet: migrate: --apply and --rollback: one of them\n";
    return kBadInput;
  }
  Migration migration(arguments, out);
  const auto status = arguments.rollback ? migration.roll_back() : migration.look_or_apply();
  out << std::flush;
  if (!status) {
    err << "tranchet: migrate: " << status.error().message << "\n";
    return status.error().exit_status;
  }
  return out.good() ? *status : kWorldFailed;
}

}  // namespace tranchet
