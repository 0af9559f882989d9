// `tranchet beside`: what the Python bot did, by its database, beside what Tranchet did on paper,
// by its log.
#pragma once

#include <iosfwd>
#include <string>

namespace tranchet {

struct BesideArguments {
  std::string database;  // The bot's data/bot.db; may be in use.
  std::string log;       // Folder; may be that of a running program.
  std::string within = "60s";
  bool json = false;
};

// 0: both did the same and hold the same. 1: they did not; the report says where. 2: bad usage, or
// a database or a log that says nothing usable. 4: the log is damaged.
int run_beside_command(const BesideArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet
