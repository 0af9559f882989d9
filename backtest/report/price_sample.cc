#include "backtest/report/price_sample.h"

#include <algorithm>

namespace tranchet {

void PriceSample::begin(const Stretch& stretch) {
  if (stretches_.size() == kStretches) {
    for (std::size_t pair = 0; pair < kStretches / 2; ++pair) {
      const Stretch first = stretches_[pair * 2];
      const Stretch second = stretches_[pair * 2 + 1];
      stretches_[pair] = {first.time, std::min(first.low, second.low),
                          std::max(first.high, second.high), second.close};
    }
    stretches_.resize(kStretches / 2);
    per_stretch_ *= 2;
  }
  stretches_.push_back(stretch);
  in_last_ = 1;
}

}  // namespace tranchet
