// The program. Reads as the wiring diagram: each subcommand takes its options and hands them to the
// room that does the work.
#include <csignal>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "adapters/cli/archive_command.h"
#include "adapters/cli/backtest_command.h"
#include "adapters/cli/beside_command.h"
#include "adapters/cli/bisect_command.h"
#include "adapters/cli/completion_script.h"
#include "adapters/cli/configuration.h"
#include "adapters/cli/diff_command.h"
#include "adapters/cli/doctor_command.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/fyers_login_command.h"
#include "adapters/cli/fyers_venue_command.h"
#include "adapters/cli/instruments.h"
#include "adapters/cli/live_command.h"
#include "adapters/cli/log_command.h"
#include "adapters/cli/manual_page.h"
#include "adapters/cli/migrate_command.h"
#include "adapters/cli/parity_command.h"
#include "adapters/cli/protect_command.h"
#include "adapters/cli/record_command.h"
#include "adapters/cli/replay_command.h"
#include "adapters/cli/segment_command.h"
#include "adapters/cli/step_command.h"
#include "adapters/cli/sweep_command.h"
#include "adapters/cli/tape_command.h"
#include "adapters/cli/venue_command.h"
#include "adapters/cli/wargame_command.h"
#include "adapters/cli/why_command.h"

namespace tranchet {
namespace {

// Options that there are not, without their values: keys that somebody hands over in this way are
// not taken, and must not end on a screen, or in what keeps standard error, either.
std::string unexpected_text(const std::vector<std::string>& arguments) {
  std::string names;
  std::size_t words = 0;
  for (const std::string& argument : arguments) {
    if (!argument.starts_with('-')) {
      ++words;
      continue;
    }
    const std::size_t end = argument.starts_with("--") ? argument.find('=') : 2;
    names += " " + argument.substr(0, end);
  }
  std::string text = names.empty() ? "There is no place" : "There is no option" + names;
  if (!names.empty() && words > 0) text += ", and no place";
  if (words > 0) text += " for " + std::to_string(words) + " of the words";
  return text + ".\nRun with --help for more information.";
}

class Program {
 public:
  Program() {
    app_.set_version_flag("--version", std::string(build_name()));
    app_.require_subcommand(1);
    add_backtest();
    add_tape();
    add_replay();
    add_parity();
    add_live();
    add_fyers_login();
    add_record();
    add_doctor();
    add_protect();
    add_migrate();
    add_log();
    add_step();
    add_venue();
    add_wargame();
    add_sweep();
    add_beside();
    add_manual();
    app_.footer(
        "Exit status: 0 done, 1 the answer is no, 2 bad usage or input, 3 another writer holds "
        "the\n"
        "log, 4 the log is damaged, 5 the world failed (disk full, venue unreachable).");
  }

  int run(int count, char** arguments) {
    try {
      app_.parse(count, arguments);
    } catch (const CLI::ExtrasError&) {
      std::cerr << unexpected_text(app_.remaining(true)) << "\n";
      return kBadInput;
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, std::cout, std::cerr) == 0 ? kDone : kBadInput;
    }
    return status_;
  }

 private:
  void add_backtest();
  void add_tape();
  void add_replay();
  void add_parity();
  void add_live();
  void add_fyers_login();
  void add_record();
  void add_doctor();
  void add_protect();
  void add_migrate();
  void add_log();
  template <class Add>
  void add_comparisons(const Add& add);
  void add_step();
  void add_venue();
  void add_fyers_venue(CLI::App& venue);
  void add_wargame();
  void add_sweep();
  void add_beside();
  void add_manual();
  int step();

  CLI::App app_{"Tranchet: a deterministic engine for trading in tranches."};
  int status_ = kDone;
  BacktestArguments backtest_;
  ImportArguments import_;
  std::string tape_;
  ReplayArguments replay_;
  ParityArguments parity_;
  std::string log_, other_;
  std::size_t batch_ = 0;
  std::uint64_t megabytes_a_second_ = 0;
  bool follow_ = false;
  bool json_ = false;
  std::uint64_t at_ = 0;
  bool state_ = false;
  BundleArguments bundle_;
  SegmentArguments segment_;
  std::string config_;
  std::vector<std::string> sets_;
  bool done_ = false;
  VenueArguments venue_;
  FyersVenueArguments fyers_venue_;
  WargameArguments wargame_;
  SweepArguments sweep_;
  SweepMergeArguments merge_;
  LiveArguments live_;
  FyersLoginArguments fyers_login_;
  RecordArguments record_;
  DoctorArguments doctor_;
  ProtectArguments protect_;
  MigrateArguments migrate_;
  BesideArguments beside_;
};

void Program::add_backtest() {
  CLI::App* command = app_.add_subcommand("backtest", "market history through the engine");
  command
      ->add_option("--data", backtest_.data,
                   "[SYM=]PATH..., read as they come; or tapes. Several instruments, and "
                   "liquidations beside prices, are one run in order of time")
      ->required();
  command->add_option("--format", backtest_.format, "of the data; found by its content otherwise");
  command->add_option("--instrument", backtest_.instrument, "symbol of the data");
  command->add_option("--instruments", backtest_.instruments,
                      "a venue's exchangeInfo, as downloaded");
  command->add_option("--config", backtest_.config, "configuration, TOML")->required();
  command->add_option("--set", backtest_.sets, "KEY=VALUE, over the file")->take_all();
  command->add_option("--bad-rows", backtest_.bad_rows, "how many bad rows are let pass: 100, 5%");
  command->add_option("--out", backtest_.out, "folder for summary.json, *.csv and report.html");
  command->add_option("--log", backtest_.log, "folder for the run as an event log");
  command->add_flag("--json", backtest_.json, "print summary.json and nothing else");
  command->callback([this] { status_ = run_backtest_command(backtest_, std::cout, std::cerr); });
}

void Program::add_tape() {
  CLI::App* import = app_.add_subcommand("import", "market history into a tape");
  import->add_option("--data", import_.data, "files, read as they come")->required();
  import->add_option("--format", import_.format, "of the data; found by its content otherwise");
  import->add_option("--instrument", import_.instrument, "symbol of the data")->required();
  import->add_option("--bad-rows", import_.bad_rows, "how many bad rows are let pass: 100, 5%");
  import->add_option("--into", import_.into, "the tape: a new one, or one to append to")
      ->required();
  import->add_flag("--json", import_.json, "print one JSON document");
  import->callback([this] { status_ = run_import_command(import_, std::cout, std::cerr);
});
CLI::App* tape = app_.add_subcommand("tape", "what a tape holds");
tape->require_subcommand(1);
CLI::App* check = tape->add_subcommand("check", "every checksum and every summary");
check->add_option("TAPE", tape_, "file of the tape")->required();
check->callback([this] { status_ = run_tape_check(tape_, std::cout, std::cerr); });
}  // namespace

void Program::add_replay() {
  CLI::App* command = app_.add_subcommand("replay", "a log through the engine again");
  command->add_option("LOG", replay_.log, "folder of the log")->required();
  command->add_flag("--verify", replay_.verify, "compare with what was decided then");
  command->add_option("--until", replay_.until,
                      "stop after this sequence or time, and show the state");
  command->add_flag(
      "--from-snapshot", replay_.from_snapshot,
      "begin with the newest snapshot of the state that holds; with --until, near it");
  command->add_option("--serve", replay_.serve, "HOST:PORT: the dashboard over this log");
  command->add_flag("--follow", replay_.follow,
                    "go on when the log grows: with --serve on the page; without, alarm at the "
                    "first decision that differs");
  command
      ->add_option("--set", replay_.other.sets,
                   "KEY=VALUE: what would have been, tranche by tranche; with --follow, alarm "
                   "when it would decide otherwise")
      ->take_all();
  command->add_option("--config", replay_.other.config, "the same, from a configuration");
  command->add_option("--from", replay_.from,
                      "with --set: the first event under it, a sequence or a time");
  command->add_option("--against", replay_.against,
                      "with --follow: the program that writes the log, to name the event");
  command->add_option("--alert", replay_.alert,
                      "with --follow: a program that is run with the alarm as its argument");
  command->add_flag("--json", replay_.json, "print one JSON document");
  command->callback([this] { status_ = run_replay_command(replay_, std::cout, std::cerr); });
}

void Program::add_parity() {
  CLI::App* command = app_.add_subcommand(
      "parity", "a live or paper log against a backtest of its period, the difference by cause");
  command->add_option("LOG", parity_.log, "folder of the log")->required();
  command->add_option("--config", parity_.backtest.config, "configuration of the backtest");
  command->add_option("--set", parity_.backtest.sets, "KEY=VALUE, over the log's and the file")
      ->take_all();
  command->add_flag("--json", parity_.json, "print one JSON document");
  command->callback([this] { status_ = run_parity_command(parity_, std::cout, std::cerr); });
}

void Program::add_live() {
  CLI::App* command = app_.add_subcommand(
      "live", "trades on real prices: on paper, unless told by name to trade for real");
  command->add_option("--config", live_.config, "configuration, TOML")->required();
  command->add_option("--set", live_.sets, "KEY=VALUE, over the file")->take_all();
  command->add_flag("--live", live_.live, "trade for real, with the keys of venue.keys")
      ->disable_flag_override();
  command->add_flag("--print-config", live_.print_config, "print the effective configuration");
  command->callback([this] { status_ = run_live_command(live_, std::cout, std::cerr); });
}

void Program::add_fyers_login() {
  CLI::App* command = app_.add_subcommand(
      "fyers-login", "The token that Fyers wants each day: where to log in, and what came of it");
  command->add_option("--app", fyers_login_.app, "Private file: app_id, secret, redirect_uri")
      ->required();
  command->add_option("--token", fyers_login_.token, "The token's file, which `live` reads")
      ->required();
  command->add_flag("--refresh", fyers_login_.refresh,
                    "Without the browser, by the token's file and the PIN; up to 15 days");
  command->add_option("--rest", fyers_login_.rest, "The REST root")->capture_default_str();
  command->add_option("--certificates", fyers_login_.certificates,
                      "PEM file of the authorities to trust, instead of the system's");
  command->callback(
      [this] { status_ = run_fyers_login_command(fyers_login_, std::cin, std::cout, std::cerr); });
}

void Program::add_record() {
  CLI::App* command = app_.add_subcommand("record", "a venue's market streams onto a tape");
  command->add_option("--config", record_.config, "configuration, TOML")->required();
  command->add_option("--set", record_.sets, "KEY=VALUE, over the file")->take_all();
  command->add_option("--into", record_.into, "tape; of several instruments, folder of tapes")
      ->required();
  command->callback([this] { status_ = run_record_command(record_, std::cout, std::cerr); });
}

void Program::add_doctor() {
  CLI::App* command = app_.add_subcommand(
      "doctor", "does the venue really hold what protects the account? 1: something is naked");
  command->add_option("--config", doctor_.config, "configuration, TOML")->required();
  command->add_option("--set", doctor_.sets, "KEY=VALUE, over the file")->take_all();
  command->add_option("--log", doctor_.log, "log that knows the tranches; live.log if it is there");
  command->add_flag("--no-log", doctor_.without_log, "look at positions as a whole");
  command->add_flag("--json", doctor_.json, "print one JSON document");
  command->callback([this] { status_ = run_doctor_command(doctor_, std::cout, std::cerr); });
}

void Program::add_protect() {
  CLI::App* command = app_.add_subcommand(
      "protect", "places what is missing of the protection, tranche by tranche; no entries");
  command->add_option("--config", protect_.config, "configuration, TOML")->required();
  command->add_option("--set", protect_.sets, "KEY=VALUE, over the file")->take_all();
  command
      ->add_option("--retire", protect_.retired,
                   "the venue's number of an order to take away as well")
      ->take_all();
  command->add_flag("--apply", protect_.apply, "do it; else it says what it would do");
  command->callback([this] { status_ = run_protect_command(protect_, std::cout, std::cerr); });
}

void Program::add_migrate() {
  CLI::App* command = app_.add_subcommand(
      "migrate", "from the Python bot: its settings and database as configuration and log");
  command->add_option("--settings", migrate_.settings, "its settings.json")->required();
  command->add_option("--database", migrate_.database, "its data/bot.db")->required();
  command->add_option("--into", migrate_.into, "folder for what is made; tranchet-from-bot");
  command->add_flag("--apply", migrate_.apply, "do it; else it reports");
  CLI::Option* rollback =
      command->add_flag("--rollback", migrate_.rollback, "put the old files back, byte for byte");
  command
      ->add_flag("--cancel-orders", migrate_.cancel_orders,
                 "with --rollback: say what would be naked without our orders at the venue; with "
                 "--apply as well, take them away first")
      ->needs(rollback);
  command->add_option("--keys", migrate_.keys, "keys of the venue, which is then asked");
  command->add_option("--rest", migrate_.rest, "https://... of the venue; Aster's main net");
  command->add_option("--stream", migrate_.stream, "wss://... of the venue; the same");
  command->add_option("--certificates", migrate_.certificates, "PEM file of the authorities");
  command->add_option("--account", migrate_.account, "number in order ids, 0 .. 255; 1");
  command->callback([this] { status_ = run_migrate_command(migrate_, std::cout, std::cerr); });
}

void Program::add_log() {
  CLI::App* log = app_.add_subcommand("log", "what a log holds");
  log->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, auto action) {
    CLI::App* command = log->add_subcommand(name, what);
    command->callback([this, action] { status_ = action(); });
    return command;
  };
  const auto wait = [this]() -> bool {
    if (!follow_) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return true;
  };
  CLI::App* cat = add("cat", "one line an event, for people", [this, wait] {
    return log_cat(log_, follow_ ? std::function<bool()>(wait) : nullptr, std::cout, std::cerr);
  });
  cat->add_flag("--follow", follow_, "go on when the log grows");
  CLI::App* stats = add("stats", "what kinds of events, when, how large",
                        [this] { return log_stats(log_, std::cout, std::cerr); });
  CLI::App* check = add("check", "every checksum and the whole chain", [this] {
    return log_check(log_, megabytes_a_second_ * 1'000'000, std::cout, std::cerr);
  });
  check
      ->add_option("--megabytes-a-second", megabytes_a_second_,
                   "of the log's files, at most; without it, as fast as it goes")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000}));
  CLI::App* to_lines = add("export", "JSON lines on standard output",
                           [this] { return log_export(log_, std::cout, std::cerr); });
  for (CLI::App* command : {cat, stats, check, to_lines}) {
    command->add_option("LOG", log_, "folder of the log")->required();
  }
  CLI::App* import = add("import", "JSON lines into a new log",
                         [this] { return log_import(other_, log_, std::cout, std::cerr, batch_); });
  import->add_option("--batch", batch_, "events in a commit; otherwise as in the export");
  import->add_option("FILE", other_, "an export, or lines written by hand")->required();
  import->add_option("LOG", log_, "folder of the new log")->required();
  CLI::App* why = add("why", "what led to an event, an order or a tranche",
                      [this] { return log_why(log_, other_, json_, std::cout, std::cerr); });
  why->add_option("LOG", log_, "folder of the log")->required();
  why->add_option("WHAT", other_, "a sequence, an order id, or tranche:ID")->required();
  why->add_flag("--json", json_, "print one JSON document");
  add_comparisons(add);
  CLI::App* archive = add("archive", "the log as one compressed file, which replays as it is",
                          [this] { return log_archive(log_, other_, std::cout, std::cerr); });
  archive->add_option("LOG", log_, "folder of the log")->required();
  archive->add_option("FILE", other_, "the file to make")->required();
  CLI::App* bundle = add("bundle", "an incident in one file: a slice and the state before it",
                         [this] { return log_bundle(bundle_, std::cout, std::cerr); });
  bundle->add_option("LOG", bundle_.log, "folder of the log")->required();
  bundle->add_option("--from", bundle_.from, "a sequence or a time")->required();
  bundle->add_option("--to", bundle_.to, "a sequence or a time")->required();
  bundle->add_option("--out", bundle_.out, "the file to make")->required();
  CLI::App* backup = add("backup", "a compact copy, of a live log too",
                         [this] { return log_backup(log_, other_, std::cout, std::cerr); });
  backup->add_option("LOG", log_, "folder of the log")->required();
  backup->add_option("--to,DIR", other_, "folder of the copy")->required();
  CLI::App* segment = add("segment", "what is old into compressed segments of the log",
                          [this] { return log_segment(segment_, std::cout, std::cerr); });
  segment->add_option("LOG", segment_.log, "folder of the log, which may be live")->required();
  segment->add_option("--bytes", segment_.rule.bytes, "when so many are in no segment yet");
  segment->add_flag("--daily", segment_.rule.daily, "when a UTC day has ended");
  segment->add_option("--keep-days", segment_.retention.days,
                      "older segments go, never the newest");
  segment->add_option("--budget-bytes", segment_.retention.budget,
                      "of the whole log: the oldest segments go, never the newest");
}

// What two logs, or two builds, make of it.
template <class Add>
void Program::add_comparisons(const Add& add) {
  CLI::App* diff = add("diff", "where two logs and their decisions first part",
                       [this] { return log_diff(log_, other_, json_, std::cout, std::cerr); });
  diff->add_option("A", log_, "folder of the one log")->required();
  diff->add_option("B", other_, "folder of the other")->required();
  CLI::App* decisions = add("decisions", "a line a decision: its sequence and digest", [this] {
    return log_decisions(log_, Sequence{at_}, state_, std::cout, std::cerr);
  });
  decisions->add_option("--at", at_, "the commands of this event instead, as JSON lines");
  decisions->add_flag("--state", state_, "with --at: the state after it instead, a field a line");
  decisions->add_option("LOG", log_, "folder of the log")->required();
  CLI::App* bisect = add("bisect", "the first event that another build decides differently",
                         [this] { return log_bisect(log_, other_, json_, std::cout, std::cerr); });
  bisect->add_option("LOG", log_, "folder of the log")->required();
  bisect->add_option("--against", other_, "the other build's program")->required();
  for (CLI::App* command : {diff, bisect}) {
    command->add_flag("--json", json_, "print one JSON document");
  }
}

void Program::add_step() {
  CLI::App* command =
      app_.add_subcommand("step", "the engine as a filter: events in, commands out");
  command->add_option("--config", config_, "configuration, TOML")->required();
  command->add_option("--set", sets_, "KEY=VALUE, over the file")->take_all();
  command->add_flag("--done", done_, "end each answer with a Done line");
  command->callback([this] { status_ = step(); });
}

void Program::add_venue() {
  CLI::App* venue = app_.add_subcommand("venue", "history as a venue that clients can trade at");
  venue->require_subcommand(1);
  CLI::App* command = venue->add_subcommand("aster", "the API of Aster's futures, over TLS");
  command->add_option("--listen", venue_.listen, "ADDRESS:PORT; 127.0.0.1:8443; port 0: any");
  command->add_option("--tape", venue_.tapes, "[SYM=]PATH..., one an instrument")->required();
  command->add_option("--accounts", venue_.accounts, "[[account]] tables, TOML; else a demo one");
  command->add_option("--instruments", venue_.instruments, "a venue's exchangeInfo, as downloaded");
  command->add_option("--speed", venue_.speed, "so many times as fast; 1");
  command->add_flag("--loop", venue_.loop, "begin a tape again when it has ended");
  command->add_flag("--end", venue_.end, "stop when the last tape has ended");
  command->add_option("--certificate", venue_.certificate, "PEM; else one is made");
  command->add_option("--key", venue_.key, "its private key, PEM");
  command->add_option("--fault", venue_.faults, "KIND[:every=N][:count=N][:ms=N][:code=-N]...");
  command->add_option("--partial-fills", venue_.partial_fills,
                      "an order gets so much of each print: 30%");
  command->add_option("--chain", venue_.chain, "of V3 signatures; 1666, test net 714");
  command->add_flag("--control", venue_.control,
                    "answer POST /twin/fault, /twin/price, /twin/liquidation and /twin/rules");
  command->callback([this] { status_ = run_venue_command(venue_, std::cout, std::cerr); });
  add_fyers_venue(*venue);
}

void Program::add_fyers_venue(CLI::App& venue) {
  FyersVenueArguments& fyers = fyers_venue_;
  CLI::App* command = venue.add_subcommand("fyers", "the API of Fyers, v3: plain HTTP, or TLS");
  command->add_option("--listen", fyers.listen, "ADDRESS:PORT; 127.0.0.1:8080; port 0: any");
  command->add_option("--tape", fyers.tapes, "SYM=PATH..., as NSE:SBIN-EQ=sbin.csv")->required();
  command->add_option("--instruments", fyers.instruments,
                      "a symbol master, as downloaded (NSE_CM_sym_master.json)");
  command->add_option("--speed", fyers.speed, "so many times as fast; 1");
  command->add_option("--from", fyers.from, "2023-07-05T09:15:00+05:30: what is before is history");
  command->add_flag("--loop", fyers.loop, "begin a tape again when it has ended");
  command->add_flag("--end", fyers.end, "stop when the last tape has ended");
  command->add_option("--certificate", fyers.certificate, "PEM; else it is plain HTTP");
  command->add_option("--key", fyers.key, "its private key, PEM");
  command->add_flag("--tls", fyers.tls, "TLS, with a certificate that is made");
  command->add_option("--fault", fyers.faults, "KIND[:every=N][:count=N][:ms=N][:code=-N]...");
  command->add_option("--partial-fills", fyers.partial_fills,
                      "an order gets so much of each print: 30%");
  command->add_option("--hours", fyers.hours, "HH:MM-HH:MM in India, or always; 09:15-15:30");
  command->add_option("--square-off", fyers.square_off, "HH:MM, of INTRADAY, CO and BO; 15:20");
  command->add_flag("--wall-clock", fyers.wall_clock,
                    "it is now at the venue, not when the tape was recorded");
  command->add_option("--balance", fyers.balance, "of the account, in INR; 1000000");
  command->add_option("--app-id", fyers.app_id, "that logs in; TWIN-100");
  command->add_option("--secret", fyers.secret, "of the app; TWINSECRET");
  command->add_flag("--control", fyers.control, "answer POST /twin/fault and /twin/price");
  command->callback(
      [this] { status_ = run_fyers_venue_command(fyers_venue_, std::cout, std::cerr); });
}

void Program::add_wargame() {
  CLI::App* command =
      app_.add_subcommand("wargame", "worlds full of faults: does everything hold that must?");
  command->add_option("--seed", wargame_.seed, "of the first world; 1");
  command->add_option("--seeds", wargame_.seeds, "how many worlds, one a seed; 1");
  command->add_option("--events", wargame_.events, "about so many in a world; 2000");
  command->add_option("--profile", wargame_.profile, "everything, healthy, intents or adoption");
  command->add_option("--faults", wargame_.faults, "these alone: kill,stream_cut; or none");
  command->add_option("--check", wargame_.check, "this alone: I-07");
  command->add_option("--jobs", wargame_.jobs, "threads; 2");
  command->add_option("--core", wargame_.core, "aster, fyers: the real adapter at the venue");
  command->add_flag("--transcript", wargame_.transcript, "tell the story of the one world");
  command->add_flag("--shrink", wargame_.shrink, "make the first world that fails small");
  command->add_option("--save", wargame_.save,
                      "file for that small world, to keep as a regression");
  command->add_option("--regression", wargame_.regression, "run the world of such a file again");
  command->add_option("--resume", wargame_.resume,
                      "file that a long run keeps its progress in, and goes on from");
  command->add_flag("--json", wargame_.json, "print one JSON document");
  command->callback([this] { status_ = run_wargame_command(wargame_, std::cout, std::cerr); });
}

void Program::add_sweep() {
  CLI::App* command = app_.add_subcommand("sweep", "one history through many settings");
  command->require_subcommand(0, 1);
  BacktestArguments& backtest = sweep_.backtest;
  std::vector<CLI::Option*> needed = {
      command->add_option("--data", backtest.data, "[SYM=]PATH..., read as they come"),
      command->add_option("--config", backtest.config, "configuration, TOML"),
      command->add_option("--grid", sweep_.grid, "which keys take which values, TOML"),
      command->add_option("--out", sweep_.out,
                          "results, SQLite; goes on with a file begun before")};
  command->add_option("--format", backtest.format, "of the data; found by its content otherwise");
  command->add_option("--instrument", backtest.instrument, "symbol of the data");
  command->add_option("--instruments", backtest.instruments,
                      "a venue's exchangeInfo, as downloaded");
  command->add_option("--set", backtest.sets, "KEY=VALUE, over the file")->take_all();
  command->add_option("--bad-rows", backtest.bad_rows, "how many bad rows are let pass: 100, 5%");
  command->add_option("--jobs", sweep_.jobs, "threads; 1");
  command->add_option("--shard", sweep_.shard,
                      "I/N: part I of N, from 1; else by SLURM_ARRAY_TASK_ID or "
                      "JOB_COMPLETION_INDEX");
  command->add_option("--history", sweep_.history,
                      "file that counts the trials of all sweeps; trials.sqlite beside --out");
  CLI::App* merge = command->add_subcommand("merge", "the files of all shards as one");
  merge->add_option("FILE", merge_.files, "results of the shards")->required();
  merge->add_option("--out", merge_.out, "results, SQLite; must not exist yet")->required();
  merge->add_option("--history", merge_.history, "as above");
  merge->callback([this] { status_ = run_sweep_merge_command(merge_, std::cout, std::cerr); });
  command->callback([this, command, needed] {
    if (!command->get_subcommands().empty()) return;
    for (const CLI::Option* option : needed) {
      if (option->count() > 0) continue;
      std::cerr << option->get_name() << " is required\nRun with --help for more information.\n";
      status_ = kBadInput;
      return;
    }
    status_ = run_sweep_command(sweep_, std::cout, std::cerr);
  });
}

void Program::add_beside() {
  CLI::App* command = app_.add_subcommand(
      "beside", "what the Python bot did beside what this program did: where do they differ?");
  command->add_option("--database", beside_.database, "the bot's data/bot.db")->required();
  command->add_option("--log", beside_.log, "folder of the log, of a paper run mostly")->required();
  command->add_option("--within", beside_.within, "so far apart two deals may be the same; 60s");
  command->add_flag("--json", beside_.json, "print one JSON document");
  command->callback([this] { status_ = run_beside_command(beside_, std::cout, std::cerr); });
}

void Program::add_manual() {
  const auto end = [this] { status_ = std::cout.flush().good() ? kDone : kWorldFailed; };
  app_.add_subcommand("manual", "this program's manual page: tranchet manual | man -l -")
      ->callback([this, end] {
        write_manual_page(app_, build_name(), std::cout);
        end();
      });
  app_.add_subcommand("completion", "completion for bash: source <(tranchet completion)")
      ->callback([this, end] {
        write_completion_script(app_, std::cout);
        end();
      });
}

int Program::step() {
  Names names;
  const auto configuration = load_configuration(config_, sets_, names);
  if (!configuration) {
    std::cerr << "tranchet: step: " << to_text(configuration.error()) << "\n";
    return kBadInput;
  }
  return run_step(std::cin, std::cout, std::cerr,
                  {.opening = {.account = configuration->account,
                               .settings = configuration->settings,
                               .instruments = listed_instruments(*configuration, names)},
                   .done = done_},
                  names);
}

}  // namespace tranchet
}  // namespace tranchet

int main(int count, char** arguments) {
  // A file that may not grow is a full disk to us, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return tranchet::Program().run(count, arguments);
}
