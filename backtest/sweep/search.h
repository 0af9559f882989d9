// Which points of a space become trials, and in which order. The same on every machine, for any
// number of threads and shards: chance comes from the seed alone, and nothing here is a floating
// point number.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/sweep/figures.h"
#include "backtest/sweep/space.h"

namespace tranchet {

enum class Method : std::uint8_t { Grid = 1, Random, LatinHypercube, Tpe };
std::string_view name_of(Method method);  // "grid", "random", "latin_hypercube", "tpe"
std::optional<Method> method_named(std::string_view name);

inline constexpr std::uint64_t kTrialLimit = 10'000'000;

struct Search {
  Method method = Method::Grid;
  std::uint64_t count = 0;  // Trials; a grid has as many as it has points.
  std::uint64_t seed = 1;
  Objective objective;
};

// All trials, for every method but Tpe, which needs results. All points are different and allowed.
// Grid: every point, the last parameter fastest. Random: each point equally likely. Latin
// hypercube: of `count` samples each parameter's values get an equal share (McKay, Beckman, Conover
// 1979); what the constraints take away is drawn anew. The error is a sentence: the product is
// empty, the constraints exclude everything, or there are not so many points.
std::expected<std::vector<Point>, std::string> propose_all(const SearchSpace& space,
                                                           const Search& search);

// The trials known, in the order of their numbers.
struct Judged {
  Point point;
  std::optional<Value> objective;
};

// Tpe proposes so many at once, whatever the number of threads.
inline constexpr std::size_t kTpeBatch = 16;
// The next batch; empty when `count` is reached or no new point was found. The first batch is
// random. Then, after Bergstra, Bardenet, Bengio, Kegl, "Algorithms for Hyper-Parameter
// Optimization" (2011): for each parameter, the density of the values of the few best trials is
// divided by that of the others, and of 24 values drawn from the first the one with the largest
// quotient is taken.
std::vector<Point> propose_next(const SearchSpace& space, const Search& search,
                                std::span<const Judged> done);

}  // namespace tranchet
