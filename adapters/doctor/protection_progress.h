// How far the engine has come with protecting what is open.
#pragma once

#include <set>

#include "adapters/doctor/expectation.h"
#include "engine/state.h"
#include "events/names.h"

namespace tranchet {

struct ProtectionProgress {
  bool is_reconciled = false;    // The venue was looked at, and the books agree.
  std::set<BookKey> protected_;  // All that is open there has its stop, accepted, and its target.
  std::set<BookKey> refused;     // A stop was refused, and stands for none of it yet.
  std::set<BookKey> open;        // Books that hold something.

  bool is_done() const { return is_reconciled && protected_.size() == open.size(); }
};

ProtectionProgress progress_of(const State& state, const Names& names);

}  // namespace tranchet
