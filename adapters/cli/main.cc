// The program. Reads as the wiring diagram: each subcommand takes its options and hands them to the
// room that does the work.
#include <csignal>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "adapters/cli/backtest_command.h"
#include "adapters/cli/configuration.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/instruments.h"
#include "adapters/cli/log_command.h"
#include "adapters/cli/replay_command.h"
#include "adapters/cli/step_command.h"
#include "adapters/cli/wargame_command.h"

namespace tranchet {
namespace {

class Program {
 public:
  Program() {
    app_.set_version_flag("--version", std::string(build_name()));
    app_.require_subcommand(1);
    add_backtest();
    add_replay();
    add_log();
    add_step();
    add_wargame();
    app_.footer(
        "Exit status: 0 done, 1 the answer is no, 2 bad usage or input, 3 another writer holds "
        "the\n"
        "log, 4 the log is damaged, 5 the world failed (disk full, venue unreachable).");
  }

  int run(int count, char** arguments) {
    try {
      app_.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, std::cout, std::cerr) == 0 ? kDone : kBadInput;
    }
    return status_;
  }

 private:
  void add_backtest();
  void add_replay();
  void add_log();
  void add_step();
  void add_wargame();
  int step();

  CLI::App app_{"Tranchet: a deterministic engine for trading in tranches."};
  int status_ = kDone;
  BacktestArguments backtest_;
  ReplayArguments replay_;
  std::string log_, other_;
  std::size_t batch_ = 0;
  bool follow_ = false;
  std::string config_;
  std::vector<std::string> sets_;
  bool done_ = false;
  WargameArguments wargame_;
};

void Program::add_backtest() {
  CLI::App* command = app_.add_subcommand("backtest", "market history through the engine");
  command->add_option("--data", backtest_.data, "[SYM=]PATH..., read as they come")->required();
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

void Program::add_replay() {
  CLI::App* command = app_.add_subcommand("replay", "a log through the engine again");
  command->add_option("LOG", replay_.log, "folder of the log")->required();
  command->add_flag("--verify", replay_.verify, "compare with what was decided then");
  command->add_option("--until", replay_.until,
                      "stop after this sequence or time, and show the state");
  command->add_flag("--from-snapshot", replay_.from_snapshot,
                    "begin with the newest snapshot of the state that holds");
  command->add_option("--serve", replay_.serve, "HOST:PORT: the dashboard over this log");
  command->add_flag("--follow", replay_.follow, "with --serve: go on when the log grows");
  command->add_flag("--json", replay_.json, "print one JSON document");
  command->callback([this] { status_ = run_replay_command(replay_, std::cout, std::cerr); });
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
  CLI::App* check = add("check", "every checksum and the whole chain",
                        [this] { return log_check(log_, std::cout, std::cerr); });
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
  CLI::App* backup = add("backup", "a compact copy, of a live log too",
                         [this] { return log_backup(log_, other_, std::cout, std::cerr); });
  backup->add_option("LOG", log_, "folder of the log")->required();
  backup->add_option("DIR", other_, "folder of the copy")->required();
}

void Program::add_step() {
  CLI::App* command =
      app_.add_subcommand("step", "the engine as a filter: events in, commands out");
  command->add_option("--config", config_, "configuration, TOML")->required();
  command->add_option("--set", sets_, "KEY=VALUE, over the file")->take_all();
  command->add_flag("--done", done_, "end each answer with a Done line");
  command->callback([this] { status_ = step(); });
}

void Program::add_wargame() {
  CLI::App* command =
      app_.add_subcommand("wargame", "worlds full of faults: does everything hold that must?");
  command->add_option("--seed", wargame_.seed, "of the first world; 1");
  command->add_option("--seeds", wargame_.seeds, "how many worlds, one a seed; 1");
  command->add_option("--events", wargame_.events, "about so many in a world; 2000");
  command->add_option("--profile", wargame_.profile, "everything, healthy or intents");
  command->add_option("--faults", wargame_.faults, "these alone: kill,stream_cut; or none");
  command->add_option("--check", wargame_.check, "this alone: I-07");
  command->add_option("--jobs", wargame_.jobs, "threads; 2");
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

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  // A file that may not grow is a full disk to us, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return tranchet::Program().run(count, arguments);
}
