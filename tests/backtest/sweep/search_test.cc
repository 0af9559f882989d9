// What a grid says, and which trials each way of searching makes of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "adapters/cli/grid_file.h"

namespace tranchet {
namespace {

std::vector<std::string> texts(const std::vector<ParameterValue>& values) {
  std::vector<std::string> result;
  for (const ParameterValue& value : values) result.push_back(value.text);
  return result;
}
using Texts = std::vector<std::string>;

Grid grid_of(const std::string& text) {
  auto grid = parse_grid(text, "grid.toml");
  EXPECT_TRUE(grid) << to_text(grid.error());
  return grid ? std::move(*grid) : Grid{};
}

std::string error_of(const std::string& text) {
  const auto grid = parse_grid(text, "grid.toml");
  if (!grid) return to_text(grid.error());
  const auto points = propose_all(grid->space, grid->search);
  return points ? "" : points.error();
}

const std::string kPlain =
    "[parameters]\ndefaults.take_profit_pct = [0.5, 1]\ndefaults.stop_loss_pct = [1, 2, 4]\n";

TEST(Grid, RangesAreExact) {
  EXPECT_EQ(texts(*linear_range("0.1", "0.5", "0.1")), (Texts{"0.1", "0.2", "0.3", "0.4", "0.5"}));
  EXPECT_EQ(texts(*linear_range("1", "2", "0.4")), (Texts{"1", "1.4", "1.8"}));
  EXPECT_EQ(texts(*linear_range("30s", "2m", "30s")), (Texts{"30s", "1m", "90s", "2m"}));
  EXPECT_EQ(texts(*log_range("0.1", "10", 5, "0.001")),
            (Texts{"0.1", "0.316", "1", "3.162", "10"}));
  EXPECT_EQ(texts(*log_range("1", "100", 3, "1")), (Texts{"1", "10", "100"}));
  EXPECT_EQ(linear_range("2", "1", "1").error(), "ends at 1, below its beginning 2");
  EXPECT_EQ(linear_range("1", "2", "0").error(), "has a step that is not above 0");
  EXPECT_EQ(linear_range("1", "2s", "1").error(), "mixes numbers and times: \"1\" and \"2s\"");
  EXPECT_EQ(log_range("1", "3", 9, "1").error(),
            "has two values that are the same multiple of 1: 1");
  EXPECT_EQ(log_range("0", "3", 2, "1").error(), "is logarithmic and does not begin above 0");
}

TEST(Grid, ReadsEveryWayToWriteAParameter) {
  const Grid grid = grid_of(
      "[parameters]\n\"strategy.cooldown\" = [\"30s\", \"5m\"]\n"
      "[parameters.defaults]\nat_cap = [\"merge\", \"join\"]\n"
      "take_profit_pct = {from = 0.5, to = 1.5, step = 0.5}\n"
      "[parameters.instrument.FILUSDT]\nleverage = 7\n"
      "[search]\nobjective = \"net_pnl / max_drawdown\"\ndirection = \"minimize\"\n"
      "constraints = [\"2 * defaults.take_profit_pct != 2\"]\n"
      "[statistics]\nperiod = \"12h\"\nfolds = 3\npurge = \"24h\"\npartitions = 8\n");
  ASSERT_EQ(grid.space.parameters.size(), 4U);
  EXPECT_EQ(grid.space.parameters[0].key, "strategy.cooldown");
  EXPECT_EQ(grid.space.parameters[3].key, "instrument.FILUSDT.leverage");
  EXPECT_FALSE(grid.search.objective.maximize);
  EXPECT_EQ(grid.validation.period, Duration::hours(12));
  EXPECT_EQ(grid.validation.partitions, 8U);
  const auto points = propose_all(grid.space, grid.search);
  ASSERT_TRUE(points);
  EXPECT_EQ(points->size(), 8U);  // 2 x 2 x 3, without the third where 2 x 1 = 2.
  EXPECT_EQ(assignments_of(grid.space, points->front()),
            (Texts{"strategy.cooldown=30s", "defaults.at_cap=merge", "defaults.take_profit_pct=0.5",
                   "instrument.FILUSDT.leverage=7"}));
  // Blanks and comments are no other grid; another value is.
  EXPECT_EQ(grid_of(kPlain).digest, grid_of("# why\n" + kPlain + "\n").digest);
  EXPECT_NE(grid_of(kPlain).digest, grid_of(kPlain + "defaults.max_tranches = 3\n").digest);
}

TEST(Grid, RefusesWithFileLineAndValue) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"[search]\n", "grid.toml: has no parameters: the product is empty"},
      {"[parameters]\n", "grid.toml:1: has no parameters"},
      {"[parameters]\ndefaults.take_profit_pct = []\n",
       "grid.toml:2: defaults.take_profit_pct has no"},
      {"[parameters]\ndefaults.take_profit = [1]\n",
       "grid.toml:2: unknown key \"defaults.take_profit\"; the nearest known key is "
       "\"defaults.take_profit_pct\""},
      {"[parameters]\ntake_profit_pct = [1]\n", "\"defaults.take_profit_pct\""},
      {"[parameters]\ndefaults.max_tranches = [1, 0]\n",
       "grid.toml:2: defaults.max_tranches \"0\" is"},
      {"[parameters]\ndefaults.max_tranches = [2.5]\n", "\"2.5\" is not a whole number"},
      {"[parameters]\ndefaults.at_cap = [\"merge\", \"melt\"]\n", "\"melt\" is none of"},
      {"[parameters]\ndefaults.stop_loss_pct = [1, 1.0]\n",
       "grid.toml:2: defaults.stop_loss_pct has the"},
      {kPlain + "\"defaults.stop_loss_pct\" = [9]\n",
       "\"defaults.stop_loss_pct\" stands there twice"},
      {kPlain + "defaults.stop_loss_pct = [9]\n", "grid.toml:4: is not TOML"},
      {"[parameters]\ndefaults.stop_loss_pct = {from = 3, to = 1, step = 1}\n",
       "grid.toml:2: defaults.stop_loss_pct: the range ends at 1, below its beginning 3"},
      {"[parameters]\ndefaults.stop_loss_pct = {from = 3, to = 1}\n", "needs from, to and step"},
      {"[parameters]\ndefaults.stop_loss_pct = {from = 1, to = 2, stop = 1}\n",
       "unknown key \"stop\"; the nearest known one is \"step\""},
      {kPlain + "[serch]\n",
       "grid.toml:4: unknown table \"serch\"; the nearest known one is \"search\""},
      {kPlain + "[search]\nmethod = \"walk\"\n",
       "grid.toml:5: method \"walk\" is none of grid, random"},
      {kPlain + "[search]\nmethod = \"random\"\n", "needs count, the number of trials"},
      {kPlain + "[search]\ncount = 7\n", "count beside method = \"grid\""},
      {kPlain + "[search]\nobjective = \"profit\"\n",
       "grid.toml:5: objective: \"profit\" is no figure"},
      {kPlain + "[search]\nconstraints = [\"a < b\"]\n",
       "\"a\" is neither a parameter of this grid nor"},
      {kPlain + "[search]\nconstraints = [\"defaults.stop_loss_pct < 2s\"]\n",
       "are not both numbers"},
      {kPlain + "[search]\nconstraints = [\"defaults.stop_loss_pct\"]\n", "has none of <"},
      {kPlain + "[search]\nconstraints = [\"defaults.stop_loss_pct > 9\"]\n",
       "the constraints exclude every point: defaults.stop_loss_pct > 9"},
      {kPlain + "[search]\nmethod = \"random\"\ncount = 7\n", "only 6 different points"},
      {kPlain + "[search]\nmethod = \"latin_hypercube\"\ncount = 7\n", "only 6 different points"},
      {kPlain + "[statistics]\npartitions = 5\n", "grid.toml:5: partitions must be even"},
      {kPlain + "[statistics]\nperiod = \"90m\"\n", "period \"90m\" is no number of whole hours"},
  };
  for (const auto& [text, said] : rows) {
    EXPECT_NE(error_of(text).find(said), std::string::npos)
        << text << "\n  said: " << error_of(text);
  }
}

TEST(Constraint, ComparesExactly) {
  const Grid grid = grid_of(
      "[parameters]\ndefaults.take_profit_pct = [0.1, 0.2, 0.3]\n"
      "defaults.stop_loss_pct = [0.3, 0.6]\n");
  const auto allowed = [&](const std::string& text) {
    SearchSpace space = grid.space;
    space.constraints.push_back(*parse_constraint(text, space.parameters));
    return propose_all(space, {})->size();
  };
  // With binary fractions 3 x 0.1 would not be 0.3.
  EXPECT_EQ(allowed("3 * defaults.take_profit_pct == defaults.stop_loss_pct"), 2U);
  EXPECT_EQ(allowed("3*defaults.take_profit_pct<=defaults.stop_loss_pct"), 3U);
  EXPECT_EQ(allowed("defaults.take_profit_pct >= 0.2"), 4U);
  EXPECT_EQ(allowed("0.5 > defaults.stop_loss_pct"), 3U);
}

Grid wide(const std::string& search) {
  return grid_of(
      "[parameters]\ndefaults.take_profit_pct = {from = 0.1, to = 6.4, step = 0.1}\n"
      "defaults.stop_loss_pct = {from = 0.1, to = 6.4, step = 0.1}\n"
      "defaults.max_tranches = [1, 2, 3, 4]\n[search]\n" +
      search);
}

TEST(Search, LatinHypercubeTakesEveryValueEquallyOften) {
  const Grid grid = wide("method = \"latin_hypercube\"\ncount = 64\nseed = 3\n");
  const auto points = propose_all(grid.space, grid.search);
  ASSERT_TRUE(points);
  for (std::size_t index = 0; index < 3; ++index) {
    std::map<std::uint32_t, int> seen;
    for (const Point& point : *points) ++seen[point[index]];
    const std::size_t values = grid.space.parameters[index].values.size();
    EXPECT_EQ(seen.size(), values);
    for (const auto& [value, times] : seen) EXPECT_EQ(times, 64 / static_cast<int>(values));
  }
}

TEST(Search, ChanceComesFromTheSeedAlone) {
  for (const std::string method : {"random", "latin_hypercube"}) {
    const std::string text = "method = \"" + method + "\"\ncount = 100\nseed = ";
    const auto points = propose_all(wide(text + "1").space, wide(text + "1").search);
    EXPECT_EQ(points, propose_all(wide(text + "1").space, wide(text + "1").search));
    EXPECT_NE(points, propose_all(wide(text + "2").space, wide(text + "2").search));
    EXPECT_EQ(std::set<Point>(points->begin(), points->end()).size(), 100U);
  }
}

// A hill with its top at (40, 20): how near the search comes with 160 of 16,384 points.
std::int64_t miss(const Point& point) {
  const std::int64_t x = static_cast<std::int64_t>(point[0]) - 40;
  const std::int64_t y = static_cast<std::int64_t>(point[1]) - 20;
  return x * x + y * y + 50 * (point[2] == 2 ? 0 : 1);
}

TEST(Search, TpeLearns) {
  std::int64_t learned = 0;
  std::int64_t random = 0;
  for (int seed = 1; seed <= 5; ++seed) {
    const std::string rest = "\ncount = 160\nseed = " + std::to_string(seed);
    const Grid grid = wide("method = \"tpe\"" + rest);
    std::vector<Judged> done;
    while (true) {
      const std::vector<Point> points = propose_next(grid.space, grid.search, done);
      EXPECT_EQ(points, propose_next(grid.space, grid.search, done));
      if (points.empty()) break;
      for (const Point& point : points) done.push_back({point, static_cast<Value>(-miss(point))});
    }
    EXPECT_EQ(done.size(), 160U);
    std::set<Point> different;
    std::int64_t best = 1'000'000;
    for (const Judged& judged : done) {
      different.insert(judged.point);
      best = std::min(best, miss(judged.point));
    }
    EXPECT_EQ(different.size(), 160U);
    learned += best;
    best = 1'000'000;
    const Grid chance = wide("method = \"random\"" + rest);
    const auto points = propose_all(chance.space, chance.search);
    for (const Point& point : *points) best = std::min(best, miss(point));
    random += best;
  }
  EXPECT_LT(learned * 2, random) << "TPE missed by " << learned << ", chance by " << random;
}

TEST(Search, TpeEndsWhereThereAreNoMorePoints) {
  const Grid grid = grid_of(kPlain + "[search]\nmethod = \"tpe\"\ncount = 50\n");
  std::vector<Judged> done;
  for (const Point& point : propose_next(grid.space, grid.search, done)) {
    done.push_back({point, std::nullopt});
  }
  EXPECT_EQ(done.size(), 6U);
  EXPECT_TRUE(propose_next(grid.space, grid.search, done).empty());
}

TEST(Objective, DividesAndRanksWhatIsMissingLast) {
  const auto ratio = parse_objective("net_pnl / max_drawdown", true);
  ASSERT_TRUE(ratio);
  Figures figures(all_figures().size());
  EXPECT_FALSE(ratio->of(figures));
  figures[ratio->figure] = *parse_value("-10");
  figures[*ratio->divisor] = *parse_value("0");
  EXPECT_FALSE(ratio->of(figures));
  figures[*ratio->divisor] = *parse_value("4");
  EXPECT_EQ(value_text(*ratio->of(figures)), "-2.5");
  EXPECT_TRUE(ratio->better(*ratio->of(figures), std::nullopt));
  EXPECT_FALSE(ratio->better(std::nullopt, *ratio->of(figures)));
  for (const std::string text : {"0", "-12.5", "0.0000000000000001", "92233720368.54775807"}) {
    EXPECT_EQ(value_text(*parse_value(text)), text);
  }
  for (const std::string text : {"", "-", "1.2.3", "x", "1e5"}) EXPECT_FALSE(parse_value(text));
}

}  // namespace
}  // namespace tranchet
