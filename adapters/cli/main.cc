// The program. Reads as the wiring diagram: each subcommand takes its options and hands them to the
// room that does the work. Exit status: 0 done, 1 the answer is no, 2 bad usage or input, 3 another
// writer holds the log, 4 the log is damaged, 5 the world failed.
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "adapters/cli/configuration.h"
#include "adapters/cli/instruments.h"
#include "adapters/cli/step_command.h"

namespace tranchet {
namespace {

constexpr int kBadUsage = 2;

int fail(const std::string& message) {
  std::cerr << "tranchet: " << message << "\n";
  return kBadUsage;
}

struct Options {
  std::string config;
  std::vector<std::string> sets;
  bool done = false;
};

void add_configuration(CLI::App& command, Options& options) {
  command.add_option("--config", options.config, "configuration, TOML")->required();
  command.add_option("--set", options.sets, "KEY=VALUE, over the file")->take_all();
}

int step(const Options& options) {
  Names names;
  const auto configuration = load_configuration(options.config, options.sets, names);
  if (!configuration) return fail(to_text(configuration.error()));
  StepOptions step{.opening = {.account = configuration->account,
                               .settings = configuration->settings,
                               .instruments = listed_instruments(*configuration, names)},
                   .done = options.done};
  return run_step(std::cin, std::cout, std::cerr, step, names);
}

int run(int count, char** arguments) {
  CLI::App app{"Tranchet: a deterministic engine for trading in tranches."};
  app.set_version_flag("--version", std::string(build_name()));
  app.require_subcommand(1);
  Options options;
  int status = 0;

  CLI::App* step_command = app.add_subcommand("step", "the engine as a filter: events in, commands out");
  add_configuration(*step_command, options);
  step_command->add_flag("--done", options.done, "end each answer with a Done line");
  step_command->callback([&] { status = step(options); });

  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error, std::cout, std::cerr);
    return shown == 0 ? 0 : kBadUsage;
  }
  return status;
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  return tranchet::run(count, arguments);
}
