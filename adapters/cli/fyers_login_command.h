// `tranchet fyers-login`: the token that Fyers wants each day. Prints the address where a person
// logs in, reads what the browser was sent to, and writes the token's file; or refreshes it with
// the PIN.
#pragma once

#include <iosfwd>
#include <string>

namespace tranchet {

struct FyersLoginArguments {
  std::string app;    // The app's keys: adapters/fyers/token.h.
  std::string token;  // Is written.
  bool refresh = false;
  std::string rest = "https://api-t1.fyers.in";
  std::string certificates;  // PEM file of the authorities to trust; "": the system's.
};

int run_fyers_login_command(const FyersLoginArguments& arguments, std::istream& in,
                            std::ostream& out, std::ostream& err);

}  // namespace tranchet
