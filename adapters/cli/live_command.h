// `tranchet live`: trades, on paper unless asked for by name to trade for real.
#pragma once

#include <expected>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "adapters/live/inbox.h"
#include "adapters/live/writer.h"

namespace tranchet {

struct LiveArguments {
  std::string config;
  std::vector<std::string> sets;  // KEY=VALUE
  bool live = false;
  bool print_config = false;  // Print the effective configuration, and do nothing else.
};

// Until SIGTERM or SIGINT. Exit status as exit_status.h says.
int run_live_command(const LiveArguments& arguments, std::ostream& out, std::ostream& err);

// A live session for one purpose, that ends by itself: without screens, and without entries.
struct LiveErrand {
  // The account and the log are ours, and nothing has been asked of the venue yet.
  std::function<std::expected<void, WriterFailure>()> prepare;
  // On the writer's thread, when the writer stands; whoever it starts ends before run_errand()
  // does.
  std::function<void(Writer&, Inbox&)> start;
  std::function<void()> ended;  // The session is over: nothing is taken from the inbox any more.
};
std::expected<void, WriterFailure> run_errand(const LiveArguments& arguments,
                                              const LiveErrand& errand);

}  // namespace tranchet
