// A state as lines, a field a line: "instruments[1].Long.tranches[0].stop.price = 44100". For
// people who want to know where two states differ, and for another build that does.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "engine/state.h"

namespace tranchet {

// Every field that the state digest covers, in its order, but for the settings, and for the digest
// of the commands, which says what was decided and not what is.
std::vector<std::string> state_lines(const State& state);

struct FieldDifference {
  std::string field;  // "orders[T1S4N0A0].status"
  std::string a;      // Its value; empty: there is no such field.
  std::string b;
};
// The first in the order of the lines; nullopt: they are the same.
std::optional<FieldDifference> first_difference(const std::vector<std::string>& a,
                                                const std::vector<std::string>& b);

}  // namespace tranchet
