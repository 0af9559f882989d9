// A thousand accounts as the bot leaves them, at the venue's twin: after a migration and a start
// everything that is open is protected in quantity and price, nothing of anybody else was touched,
// and the old files come back to the byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "adapters/cli/configuration.h"
#include "adapters/doctor/examination.h"
#include "adapters/doctor/protection_progress.h"
#include "adapters/legacy/adoption_plan.h"
#include "adapters/legacy/backup.h"
#include "adapters/legacy/configuration_mapping.h"
#include "replay/opening.h"
#include "tests/adapters/legacy/random_account.h"

namespace tranchet::legacy {
namespace {

using namespace literals;
using aster::SurveyOrder;
using aster::SurveyPosition;

constexpr std::uint64_t kAccounts = 1'000;
constexpr std::int64_t kTargetPpm = 10'000, kStopPpm = 200'000;  // As the bot's settings say.

struct Migrated {
  AdoptionPlan plan;
  Configuration configuration;
  Names names;
  aster::AccountSurvey before;
  ExchangeInfo rules;
};

class World {
 public:
  explicit World(std::uint64_t seed) : seed_(seed), account_(seed) {
    account_.write_files(settings_, database_);
  }

  void migrate() {
    aster::VenueDesk asker = account_.venue().asker();
    auto rules = asker.rules();
    ASSERT_TRUE(rules.has_value()) << rules.error();
    migrated_.rules = *std::move(rules);
    auto survey = asker.survey(1);
    ASSERT_TRUE(survey.has_value()) << survey.error();
    migrated_.before = *std::move(survey);
    const auto bot = read_bot_database(database_);
    ASSERT_TRUE(bot.has_value()) << bot.error();
    migrated_.plan = plan_adoption(&*bot, &migrated_.before, &migrated_.rules);
    const auto read = read_bot_settings(settings_);
    ASSERT_TRUE(read.has_value()) << read.error();
    const auto mapping = map_configuration(*read, {.log = "log", .keys = "keys"}, &migrated_.rules);
    ASSERT_TRUE(mapping.refused.empty());
    write_file(configuration_, mapping.toml);
    auto loaded = load_configuration(configuration_, {}, migrated_.names);
    ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
    migrated_.configuration = *std::move(loaded);
  }

  void start() {
    const Settings& settings = migrated_.configuration.settings;
    engine_ = std::make_unique<Engine>(settings, 1);
    aster::CoreOptions options{
        .position_mode = settings.choice<PositionMode>(Setting::PositionModeChoice), .seed = seed_};
    for (const ConfiguredInstrument& one : migrated_.configuration.instruments) {
      options.instruments.push_back({.symbol = one.symbol});
    }
    DeskProgram program(account_.venue(), *engine_, migrated_.names, options);
    std::vector<EventBody> bodies =
        opening_events({.account = 1, .settings = settings}, migrated_.names);
    bodies.emplace_back(Disconnected{Stream::User});
    for (const PlannedTranche& tranche : migrated_.plan.tranches) {
      bodies.emplace_back(
          AdoptionRequested{.instrument = migrated_.names.instrument(tranche.symbol),
                            .position_side = tranche.side,
                            .tranche = tranche.ordinal,
                            .quantity = tranche.quantity,
                            .average_price = tranche.average});
    }
    program.take(bodies);
    const bool is_done = program.run_until(
        [this] { return progress_of(engine_->state(), migrated_.names).is_done(); },
        Duration::seconds(60));
    ASSERT_TRUE(is_done);
    auto after = account_.venue().asker().survey(1);
    ASSERT_TRUE(after.has_value()) << after.error();
    after_ = *std::move(after);
  }

  // ---- What must hold.

  // The plan hands out each position to the last lot, and is the true ladder where the database
  // still knew it.
  void check_plan() {
    std::map<std::pair<std::string, PositionSide>, Quantity> planned;
    for (const PlannedTranche& tranche : migrated_.plan.tranches) {
      planned[{tranche.symbol, tranche.side}] += tranche.quantity;
    }
    EXPECT_EQ(planned.size(), migrated_.before.positions.size());
    for (const SurveyPosition& position : migrated_.before.positions) {
      EXPECT_EQ((planned[{position.symbol, position.side}]), position.quantity) << position.symbol;
    }
    const bool is_known =
        account_.holds_ladder() && (account_.corruption() == Corruption::None ||
                                    account_.corruption() == Corruption::ClosedTrades ||
                                    account_.corruption() == Corruption::PhantomPositions ||
                                    account_.corruption() == Corruption::OtherSymbolsOrders);
    if (!is_known) return;
    ASSERT_EQ(migrated_.plan.tranches.size(), account_.truth().tranches.size());
    for (const StoredTranche& truth : account_.truth().tranches) {
      const bool is_there =
          std::ranges::any_of(migrated_.plan.tranches, [&](const PlannedTranche& tranche) {
            const std::string side = tranche.side == PositionSide::Long ? "LONG" : "SHORT";
            return tranche.symbol == truth.symbol && (truth.side == side || truth.side == "BOTH") &&
                   tranche.ordinal == truth.ordinal &&
                   to_text(tranche.quantity) == truth.quantity &&
                   to_text(tranche.average) == truth.average;
          });
      EXPECT_TRUE(is_there) << truth.symbol << " " << truth.side << " " << truth.ordinal;
    }
  }

  // For every tranche of the plan one stop and one target of ours, for its quantity, at its price
  // to the tick; and none beside.
  void check_protection() {
    std::vector<SurveyOrder> ours;
    for (const SurveyOrder& order : after_.orders) {
      if (order.id != OrderId::None) ours.push_back(order);
    }
    for (const PlannedTranche& tranche : migrated_.plan.tranches) {
      take_leg(ours, tranche, OrderType::StopMarket);
      take_leg(ours, tranche, OrderType::Limit);
    }
    EXPECT_TRUE(ours.empty()) << ours.size() << " orders of ours stand for nothing";
  }

  void check_others() {
    ASSERT_EQ(after_.positions.size(), migrated_.before.positions.size());
    for (std::size_t at = 0; at < after_.positions.size(); ++at) {
      EXPECT_EQ(after_.positions[at].quantity, migrated_.before.positions[at].quantity);
    }
    const auto theirs = [](const aster::AccountSurvey& survey) {
      std::map<std::int64_t, std::string> orders;
      for (const SurveyOrder& o : survey.orders) {
        if (o.id != OrderId::None) continue;
        orders[o.number] = o.symbol + to_text(o.remaining) +
                           to_text(o.limit_price.value_or(Price())) +
                           to_text(o.stop_price.value_or(Price()));
      }
      return orders;
    };
    EXPECT_EQ(theirs(after_), theirs(migrated_.before));
    for (const LeftOrder& order : migrated_.plan.bots_orders) {
      EXPECT_FALSE(account_.foreign().contains(order.number)) << "somebody else's order is retired";
    }
  }

  void check_doctor() {
    const Expectation expectation =
        expectation_of(engine_->state(), migrated_.names, migrated_.rules);
    const Examination examination = examine({.survey = after_,
                                             .rules = migrated_.rules,
                                             .settings = engine_->state().settings,
                                             .names = migrated_.names,
                                             .expectation = &expectation,
                                             .legacy_orders = {},
                                             .maintenance_margin = 4'000});
    EXPECT_FALSE(examination.is_anything_naked());
    for (const Finding& finding : examination.findings) {
      const bool is_fine =
          finding.kind == FindingKind::ForeignOrder || finding.kind == FindingKind::TooMuch ||
          finding.kind == FindingKind::NoRoom || finding.kind == FindingKind::BeyondLiquidation;
      EXPECT_TRUE(is_fine) << to_text(finding.kind) << " " << finding.symbol << " " << finding.text;
    }
  }

  void check_rollback() {
    const std::string settings = read_file(settings_), database = read_file(database_);
    ASSERT_TRUE(make_backup({settings_, database_}, scratch_ / "backup").has_value());
    write_file(settings_, "{}");
    run_sql(database_, "DELETE FROM trades; DROP TABLE liquidations;");
    ASSERT_TRUE(put_back(scratch_ / "backup").has_value());
    EXPECT_EQ(read_file(settings_), settings);
    EXPECT_EQ(read_file(database_), database);
  }

  bool is_empty() const { return migrated_.before.positions.empty(); }

 private:
  // Where the mark had passed the leg, it is measured from the mark.
  void take_leg(std::vector<SurveyOrder>& ours, const PlannedTranche& tranche, OrderType type) {
    const auto position = std::ranges::find_if(after_.positions, [&](const SurveyPosition& p) {
      return p.symbol == tranche.symbol && p.side == tranche.side;
    });
    ASSERT_NE(position, after_.positions.end());
    const bool above = (type == OrderType::Limit) == (tranche.side == PositionSide::Long);
    const std::int64_t ppm = type == OrderType::Limit ? kTargetPpm : kStopPpm;
    const auto exact_of = [&](Price from) {
      return Int128{from.raw()} * (above ? kPpmOne + ppm : kPpmOne - ppm);
    };
    const Int128 mark = Int128{position->mark.raw()} * kPpmOne;
    const Int128 by_average = exact_of(tranche.average);
    const bool is_passed = above ? mark >= by_average : mark <= by_average;
    const Int128 exact = is_passed ? exact_of(position->mark) : by_average;
    const Int128 tick = Int128{tick_of(tranche.symbol).raw()} * kPpmOne;
    const auto found = std::ranges::find_if(ours, [&](const SurveyOrder& order) {
      if (order.symbol != tranche.symbol || order.position_side != tranche.side) return false;
      if (order.type != type || order.remaining != tranche.quantity) return false;
      const Maybe<Price> price = type == OrderType::Limit ? order.limit_price : order.stop_price;
      const Int128 away = Int128{(*price).raw()} * kPpmOne - exact;
      return 2 * (away < 0 ? -away : away) <= tick;
    });
    ASSERT_NE(found, ours.end()) << tranche.symbol << " " << to_text(tranche.side) << " "
                                 << tranche.ordinal << " has no " << to_text(type) << " for "
                                 << to_text(tranche.quantity) << " of " << to_text(tranche.average);
    ours.erase(found);
  }
  Price tick_of(const std::string& symbol) const {
    return std::ranges::find(migrated_.rules.symbols, symbol, &InstrumentRules::symbol)
        ->rules.tick_size;
  }

  std::uint64_t seed_;
  RandomAccount account_;
  Scratch scratch_;
  std::filesystem::path settings_ = scratch_ / "settings.json";
  std::filesystem::path database_ = scratch_ / "bot.db";
  std::filesystem::path configuration_ = scratch_ / "tranchet.toml";
  Migrated migrated_;
  std::unique_ptr<Engine> engine_;
  aster::AccountSurvey after_;
};

TEST(Accounts, AThousandAreProtectedAndNothingElseIsTouched) {
  std::uint64_t held = 0;
  for (std::uint64_t seed = 1; seed <= kAccounts; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    world.migrate();
    if (HasFatalFailure()) return;
    world.check_plan();
    world.start();
    if (HasFatalFailure()) return;
    world.check_protection();
    world.check_others();
    world.check_doctor();
    world.check_rollback();
    if (HasFailure()) return;
    if (!world.is_empty()) ++held;
  }
  EXPECT_GT(held, kAccounts * 8 / 10);
}

}  // namespace
}  // namespace tranchet::legacy
