#include "backtest/sweep/search.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "backtest/sweep/parzen.h"
#include "backtest/wargame/random.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr auto kMethods =
    std::to_array<std::string_view>({"grid", "random", "latin_hypercube", "tpe"});
constexpr std::uint64_t kTriesPerPoint = 1'000;  // Before a point counts as not there.

std::string excluded(const SearchSpace& space) {
  std::string text = "the constraints exclude every point:";
  for (const Constraint& constraint : space.constraints) text += " " + constraint.text + ";";
  text.pop_back();
  return text;
}

std::expected<std::vector<Point>, std::string> whole_grid(const SearchSpace& space) {
  if (space.size() > kTrialLimit) {
    return std::unexpected("the grid has more than " + std::to_string(kTrialLimit) +
                           " points; take a coarser one, or method = \"random\" with a count");
  }
  std::vector<Point> points;
  for (std::uint64_t place = 0; place < space.size(); ++place) {
    Point point = space.point(place);
    if (space.allows(point)) points.push_back(std::move(point));
  }
  if (points.empty()) return std::unexpected(excluded(space));
  return points;
}

Point random_point(const SearchSpace& space, Random& random) {
  Point point;
  for (const Parameter& parameter : space.parameters) {
    point.push_back(static_cast<std::uint32_t>(random.below(parameter.values.size())));
  }
  return point;
}

std::string too_few(std::uint64_t found, std::uint64_t wanted) {
  return "count = " + std::to_string(wanted) + ", but only " + std::to_string(found) +
         " different points were found that the constraints allow";
}

std::expected<std::vector<Point>, std::string> random_points(const SearchSpace& space,
                                                             const Search& search) {
  Random random(search.seed, "random");
  std::set<Point> seen;
  std::vector<Point> points;
  std::uint64_t tries = 0;
  while (points.size() < search.count) {
    if (++tries > kTriesPerPoint * (points.size() + 1) + search.count * 10) {
      return std::unexpected(points.empty() ? excluded(space)
                                            : too_few(points.size(), search.count));
    }
    Point point = random_point(space, random);
    if (space.allows(point) && seen.insert(point).second) points.push_back(std::move(point));
  }
  return points;
}

// `count` points so that of each parameter every stretch of its values is taken equally often.
std::vector<Point> hypercube(const SearchSpace& space, std::uint64_t count, Random& random) {
  std::vector<Point> points(count, Point(space.parameters.size()));
  std::vector<std::uint64_t> order(count);
  for (std::size_t index = 0; index < space.parameters.size(); ++index) {
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    for (std::uint64_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    const std::uint64_t values = space.parameters[index].values.size();
    for (std::uint64_t i = 0; i < count; ++i) {
      // The middle of stratum order[i] of `count`.
      points[i][index] = static_cast<std::uint32_t>((2 * order[i] + 1) * values / (2 * count));
    }
  }
  return points;
}

std::expected<std::vector<Point>, std::string> hypercube_points(const SearchSpace& space,
                                                                const Search& search) {
  Random random(search.seed, "latin hypercube");
  std::set<Point> seen;
  std::vector<Point> points;
  for (std::uint64_t round = 0; points.size() < search.count; ++round) {
    if (round == kTriesPerPoint) {
      return std::unexpected(points.empty() ? excluded(space)
                                            : too_few(points.size(), search.count));
    }
    for (Point& point : hypercube(space, search.count, random)) {
      if (points.size() == search.count) break;
      if (space.allows(point) && seen.insert(point).second) points.push_back(std::move(point));
    }
  }
  return points;
}

// A quarter of the square root of the trials, rounded up, and at most 25: of 160 trials the best 4.
std::size_t good_ones(std::size_t done) {
  std::size_t root = 0;
  while (root * root < done) ++root;
  return std::min<std::size_t>((root + 3) / 4, 25);
}

// Best first; of equals the earlier trial.
std::vector<std::size_t> ranking(const Search& search, std::span<const Judged> done) {
  std::vector<std::size_t> order(done.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return search.objective.better(done[a].objective, done[b].objective);
  });
  return order;
}

std::vector<Parzen> densities(const SearchSpace& space, const Search& search,
                              std::span<const Judged> done) {
  std::vector<Parzen> result;
  for (const Parameter& parameter : space.parameters) {
    const bool ordered = std::ranges::all_of(parameter.values, [](const ParameterValue& value) {
      return value.kind != ValueKind::Word;
    });
    result.emplace_back(parameter.values.size(), ordered);
  }
  const std::vector<std::size_t> order = ranking(search, done);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    for (std::size_t index = 0; index < result.size(); ++index) {
      result[index].observe(done[order[rank]].point[index], rank < good_ones(done.size()));
    }
  }
  return result;
}

}  // namespace

std::string_view name_of(Method method) {
  return kMethods[static_cast<std::size_t>(method) - 1];
}

std::optional<Method> method_named(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name);
  if (found == kMethods.end()) return std::nullopt;
  return static_cast<Method>(found - kMethods.begin() + 1);
}

std::expected<std::vector<Point>, std::string> propose_all(const SearchSpace& space,
                                                           const Search& search) {
  switch (search.method) {
    case Method::Grid:
      return whole_grid(space);
    case Method::Random:
      return random_points(space, search);
    case Method::LatinHypercube:
      return hypercube_points(space, search);
    case Method::Tpe:
      break;
  }
  ENSURE(false);
  return {};
}

std::vector<Point> propose_next(const SearchSpace& space, const Search& search,
                                std::span<const Judged> done) {
  if (done.size() >= search.count) return {};
  const std::size_t wanted = std::min<std::size_t>(kTpeBatch, search.count - done.size());
  Random random(search.seed, "tpe " + std::to_string(done.size()));
  std::set<Point> seen;
  for (const Judged& judged : done) seen.insert(judged.point);
  const std::vector<Parzen> parzen = densities(space, search, done);
  const bool learns = done.size() >= kTpeBatch;
  std::vector<Point> points;
  for (std::uint64_t tries = 0; points.size() < wanted && tries < wanted * kTriesPerPoint;
       ++tries) {
    Point point;
    // Once in sixteen it looks elsewhere, so that a bad start does not hold it fast; and whenever
    // the good region seems to be used up.
    if (!learns || random.below(16) == 0 || tries > wanted * kTriesPerPoint / 2) {
      point = random_point(space, random);
    } else {
      for (const Parzen& density : parzen) point.push_back(density.propose(random));
    }
    if (space.allows(point) && seen.insert(point).second) points.push_back(std::move(point));
  }
  return points;
}

}  // namespace tranchet
