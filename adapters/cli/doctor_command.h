// `tranchet doctor`: does the venue really hold what protects the account?
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct DoctorArguments {
  std::string config;
  std::vector<std::string> sets;  // KEY=VALUE
  std::string log;                // "": live.log of the configuration, if it is there.
  bool without_log = false;
  bool json = false;
};

// 0: all that wants a stop has one. 1: something is naked.
int run_doctor_command(const DoctorArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet
