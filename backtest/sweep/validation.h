// What is asked of the statistics that stand beside the results of a sweep.
#pragma once

#include <cstdint>

#include "events/time.h"

namespace tranchet {

struct ValidationOptions {
  Duration period = Duration::hours(24);  // Of the returns that are looked at; 0: no statistics.
  std::uint32_t folds = 5;                // Of walk-forward and cross-validation; 0: neither.
  Duration purge;                         // Left out of the training data before a test begins,
  Duration embargo;                       // and after it ended.
  std::uint32_t partitions = 16;          // Of the CSCV; even.
  friend bool operator==(const ValidationOptions&, const ValidationOptions&) = default;
};

}  // namespace tranchet
