// `tranchet migrate`: from the Python bot's settings and database to a configuration and a log.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace tranchet {

struct MigrateArguments {
  std::string settings;
  std::string database;
  std::string into = "tranchet-from-bot";  // Folder for all that is made.
  bool apply = false;
  bool rollback = false;
  bool cancel_orders = false;  // With rollback: our orders at the venue go first, if apply says so.
  // The venue to ask; none without keys.
  std::string keys;
  std::string rest;
  std::string stream;
  std::string certificates;
  std::uint8_t account = 1;
};

// Without apply and rollback: the report alone. 0: nothing is in the way, or it was done. 1:
// something is in the way; or, with cancel_orders, something would be naked.
int run_migrate_command(const MigrateArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet
