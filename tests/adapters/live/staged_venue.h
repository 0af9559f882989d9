// A venue as a stage needs to know it: how its twin is started, and what a program is told of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "adapters/net/client_http.h"
#include "events/decimal.h"
#include "events/enums.h"

namespace tranchet {

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

class StagedVenue {
 public:
  // A request to the twin, and its answer.
  using Ask = std::function<ClientAnswer(ClientRequest)>;

  virtual ~StagedVenue() = default;
  virtual std::string name() const = 0;    // "aster"
  virtual std::string symbol() const = 0;  // Of the instrument that tests trade.
  // The files that the twin and the program read.
  virtual void prepare(const std::filesystem::path& folder) = 0;
  // Of the command line, behind --listen.
  virtual std::vector<std::string> words() const = 0;
  // The twin stands, for the first time or again.
  virtual void stands(const Ask& ask) = 0;
  virtual std::string right_keys() const = 0;
  // [account], and the lines of [venue] that are the venue's own.
  virtual std::string account_lines() const = 0;
  virtual std::string venue_lines() const = 0;
  virtual std::string instrument_lines() const = 0;
  // What the account holds of the symbol on this side.
  virtual Quantity held(const Ask& ask, PositionSide side) = 0;
};

}  // namespace tranchet
