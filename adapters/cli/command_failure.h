// Why a command ends early, and with which exit status.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "adapters/cli/exit_status.h"

namespace tranchet {

struct CommandFailure {
  int status = kBadInput;
  std::string message;
};

inline std::unexpected<CommandFailure> refuse(std::string message, int status = kBadInput) {
  return std::unexpected(CommandFailure{status, std::move(message)});
}

}  // namespace tranchet
