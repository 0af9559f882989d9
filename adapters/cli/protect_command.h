// `tranchet protect`: places what is missing of the account's protection, and nothing else.
//
// It is the live program for as long as that takes, without entries: the engine adopts, compares
// and asks, and its log goes on with the next start, so every order has one owner from the
// beginning.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct ProtectArguments {
  std::string config;
  std::vector<std::string> sets;      // KEY=VALUE
  std::vector<std::int64_t> retired;  // The venue's numbers of orders to take away as well.
  bool apply = false;                 // Else it only says what it would do.
};

// 0: nothing is naked. 1: something is, or has stayed so.
int run_protect_command(const ProtectArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet
