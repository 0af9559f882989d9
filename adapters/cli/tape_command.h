// `tranchet import` and `tranchet tape check`.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct ImportArguments {
  std::vector<std::string> data;
  std::string format;
  std::string instrument;
  std::string bad_rows;
  std::string into;
  bool json = false;
};

// Return the exit status: 0; 2 bad usage or data; 3 another import writes the tape; 4 the tape is
// damaged; 5 the world failed.
int run_import_command(const ImportArguments& arguments, std::ostream& out, std::ostream& err);
int run_tape_check(const std::string& tape, std::ostream& out, std::ostream& err);

}  // namespace tranchet
