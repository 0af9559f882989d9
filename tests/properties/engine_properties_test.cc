// The engine against an adversarial venue, judged by the oracle after every event. A world is a
// pure function of its numbers: a failing one shrinks, and its transcript is what the failure
// shows.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "events/log/json.h"
#include "tests/properties/exchange.h"
#include "tests/properties/oracle.h"

namespace tranchet::oracle {
namespace {

struct Setup {
  Rules rules;
  Market market;
};

// The first numbers of a world choose its settings.
Setup draw_setup(Choices& choices) {
  Setup setup;
  Rules& rules = setup.rules;
  rules.hedge = !choices.percent(40);
  rules.can_amend = !choices.percent(30);
  rules.max_tranches = 1 + choices.below(4);
  rules.at_cap = static_cast<AtCap>(1 + choices.below(3));
  rules.increment = 2'000 * (1 + choices.below(10));
  rules.take_profit = 1'234 * (1 + choices.below(20));
  rules.stop_loss = 4'321 * (1 + choices.below(20));
  rules.instant = !choices.percent(40);
  rules.backstop_enabled = !choices.percent(40);
  rules.stop_loss_enabled = !choices.percent(10);
  rules.take_profit_enabled = !choices.percent(10);
  rules.working_type = choices.percent(50) ? WorkingType::MarkPrice : WorkingType::ContractPrice;
  rules.exit_attempts = 1 + choices.below(3);
  const bool coarse = choices.percent(15);  // Targets of a whole tick of 1 that often tie.
  if (coarse) {
    rules.take_profit = 50'000 * (1 + choices.below(5));
    rules.stop_loss = 50'000 * (1 + choices.below(10));
  }
  Market& market = setup.market;
  market.instruments = {InstrumentId{1}};
  if (choices.percent(30)) market.instruments.push_back(InstrumentId{2});
  market.tick = Price::from_raw(coarse                ? kDecimalOne
                                : choices.percent(50) ? kDecimalOne / 100
                                                      : kDecimalOne / 10);
  market.step = Quantity::from_raw(kDecimalOne / 1'000);
  if (choices.percent(25)) market.market_max = Quantity::from_raw(kDecimalOne);
  if (choices.percent(25)) market.max_conditional = static_cast<std::uint16_t>(choices.below(6));
  market.hedge = rules.hedge;
  return setup;
}

Settings settings_of(const Rules& rules) {
  Settings settings;
  const auto set = [&](Setting setting, std::int64_t value) {
    settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::PositionModeChoice, rules.hedge ? 1 : 2);
  set(Setting::CanAmend, rules.can_amend ? 1 : 0);
  set(Setting::ReduceOnly, rules.reduce_only ? 1 : 0);
  set(Setting::TrancheIncrement, rules.increment);
  set(Setting::MaxTranches, rules.max_tranches);
  set(Setting::AtCap, static_cast<std::int64_t>(rules.at_cap));
  set(Setting::TakeProfit, rules.take_profit);
  set(Setting::StopLoss, rules.stop_loss);
  set(Setting::TakeProfitEnabled, rules.take_profit_enabled ? 1 : 0);
  set(Setting::StopLossEnabled, rules.stop_loss_enabled ? 1 : 0);
  set(Setting::InstantTakeProfitEnabled, rules.instant ? 1 : 0);
  set(Setting::BackstopEnabled, rules.backstop_enabled ? 1 : 0);
  set(Setting::Backstop, rules.backstop);
  set(Setting::StopWorkingType, static_cast<std::int64_t>(rules.working_type));
  set(Setting::ExitAttempts, rules.exit_attempts);
  set(Setting::ExitBackoff, rules.exit_backoff.count());
  set(Setting::StaleAfter, rules.stale_after.count());
  set(Setting::MaxPositionValue, 1'000'000 * kDecimalOne);
  set(Setting::MaxTotalValue, 10'000'000 * kDecimalOne);
  return settings;
}

enum class Judged : std::uint8_t { Yes = 1, No };

// One run of the engine in one world. Judged: until the oracle complains.
class World {
 public:
  World(const World&) = delete;  // The venue reads the numbers where they are.
  World& operator=(const World&) = delete;
  explicit World(std::vector<std::uint32_t> numbers, Judged judged = Judged::No)
      : numbers_(std::move(numbers)),
        judged_(judged),
        choices_(std::span(numbers_).first(std::min(numbers_.size(), kSetup))),
        setup_(draw_setup(choices_)),
        settings_(settings_of(setup_.rules)),
        engine_(settings_, 1),
        oracle_(setup_.rules),
        exchange_(setup_.market, std::span(numbers_).subspan(std::min(numbers_.size(), kSetup))) {
    for (const InstrumentId id : setup_.market.instruments) {
      names_.instrument("SYM" + std::to_string(static_cast<int>(id)));
    }
    begin();
  }

  // Until the choices are used up or the oracle complains, then until nothing is owed.
  void run() {
    while (healthy()) {
      const auto occurrence = exchange_.next();
      if (!occurrence) break;
      apply(*occurrence);
    }
    for (int round = 0; round < kSettleRounds && healthy(); ++round) {
      const auto occurrence = exchange_.settle();
      if (!occurrence) {
        settled_ = true;
        return;
      }
      apply(*occurrence);
    }
  }

  bool healthy() const { return oracle_.violations().empty(); }
  std::int64_t published(PositionKey key) const {
    const auto found = published_.find(key);
    return found == published_.end() ? 0 : found->second;
  }
  const std::vector<std::string>& violations() const { return oracle_.violations(); }
  bool settled() const { return settled_; }
  const std::vector<Event>& events() const { return events_; }
  const Settings& settings() const { return settings_; }
  const Engine& engine() const { return engine_; }

  const Exchange& exchange() const { return exchange_; }
  const Market& market() const { return setup_.market; }

  std::string transcript() const {
    std::string text;
    for (const auto& [key, value] : settings_changed()) text += key + " = " + value + "\n";
    text += transcript_;
    for (const std::string& violation : oracle_.violations()) text += "!! " + violation + "\n";
    return text;
  }

 private:
  static constexpr std::size_t kSetup = 24;  // Numbers for the settings, at most.
  static constexpr int kSettleRounds = 1'000;

  void begin() {
    const Timestamp start = Timestamp::from_nanoseconds(1'700'000'000'000'000'000);
    RunStarted started;
    started.account = 1;
    apply({start, started});
    for (const InstrumentId instrument : setup_.market.instruments) {
      InstrumentListed listed;
      listed.instrument = instrument;
      listed.tick_size = setup_.market.tick;
      listed.step_size = setup_.market.step;
      listed.market_max_quantity = setup_.market.market_max;
      listed.max_conditional_orders = setup_.market.max_conditional;
      apply({start, listed});
      apply({start, MarkPrice{instrument, Price::from_raw(100 * kDecimalOne)}});
    }
  }

  void apply(const Occurrence& occurrence) {
    const Event event{Sequence{events_.size() + 1}, occurrence.time, occurrence.body};
    events_.push_back(event);
    transcript_ += event_json(event, names_) + "\n";
    output_.clear();
    engine_.apply(event, output_);
    std::string lines;
    append_command_lines(output_.commands, event.sequence, names_, lines);
    transcript_ += lines;
    exchange_.take(output_.commands);
    if (judged_ == Judged::Yes) oracle_.step(event, output_.commands);
    for (const Command& command : output_.commands) {
      const auto* update = std::get_if<PositionUpdate>(&command);
      if (update == nullptr) continue;
      published_[{update->instrument, update->position_side}] = update->quantity.raw();
    }
  }

  std::vector<std::pair<std::string, std::string>> settings_changed() const {
    std::vector<std::pair<std::string, std::string>> result;
    const Settings defaults;
    for (const SettingInfo& setting : all_settings()) {
      const std::int64_t value = settings_.get(setting.id);
      if (value == defaults.get(setting.id)) continue;
      result.emplace_back(std::string(setting.name), setting_text(setting, value));
    }
    return result;
  }

  std::vector<std::uint32_t> numbers_;
  Judged judged_;
  Choices choices_;
  Setup setup_;
  Settings settings_;
  Engine engine_;
  Oracle oracle_;
  Exchange exchange_;
  Names names_;
  Output output_;
  std::vector<Event> events_;
  std::map<PositionKey, std::int64_t> published_;  // The engine's positions, as screens see them.
  std::string transcript_;
  bool settled_ = false;
};

// Numbers for a world of 50 to 400 steps: a step uses about five. At full size from the first, as
// small numbers would choose the same few acts.
rc::Gen<std::vector<std::uint32_t>> numbers() {
  const auto sized = rc::gen::mapcat(rc::gen::inRange(250, 2'000), [](int count) {
    return rc::gen::container<std::vector<std::uint32_t>>(static_cast<std::size_t>(count),
                                                          rc::gen::inRange(0U, 1'000'000U));
  });
  return rc::gen::resize(rc::kNominalSize, sized);
}

RC_GTEST_PROP(Engine, NeverContradictsTheOracle, ()) {
  World world(*numbers().as("numbers"), Judged::Yes);
  world.run();
  if (!world.healthy()) RC_FAIL(world.transcript());
}

RC_GTEST_PROP(Engine, HoldsWhatTheVenueHoldsOnceAllIsDelivered, ()) {
  World world(*numbers().as("numbers"));
  world.run();
  if (!world.settled()) RC_FAIL("it never settles\n" + world.transcript());
  for (const InstrumentId instrument : world.market().instruments) {
    for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
      const PositionKey key{instrument, side};
      if (world.published(key) != world.exchange().position(key)) {
        RC_FAIL("the books differ from the venue\n" + world.transcript());
      }
    }
  }
}

std::vector<Command> apply_all(Engine& engine, std::span<const Event> events) {
  Output output;
  for (const Event& event : events) engine.apply(event, output);
  return output.commands;
}

RC_GTEST_PROP(Engine, ReplaysToTheSameDecisions, ()) {
  World world(*numbers().as("numbers"));
  world.run();
  Engine again(world.settings(), 1);
  apply_all(again, world.events());
  RC_ASSERT(again.command_digest() == world.engine().command_digest());
  RC_ASSERT(again.state_digest() == world.engine().state_digest());
}

RC_GTEST_PROP(Engine, GoesOnFromACopyAsFromTheWhole, ()) {
  World world(*numbers().as("numbers"));
  world.run();
  const std::span<const Event> events = world.events();
  const std::size_t cut = *rc::gen::inRange<std::size_t>(1, events.size());
  Engine prefix(world.settings(), 1);
  apply_all(prefix, events.first(cut));
  Engine rest = prefix;
  apply_all(rest, events.subspan(cut));
  RC_ASSERT(rest.command_digest() == world.engine().command_digest());
  RC_ASSERT(rest.state_digest() == world.engine().state_digest());
  // The copy did not share anything with what it was copied from.
  apply_all(prefix, events.subspan(cut));
  RC_ASSERT(prefix.state_digest() == rest.state_digest());
}

RC_GTEST_PROP(Engine, GoesOnFromAnImageAsFromTheWhole, ()) {
  World world(*numbers().as("numbers"));
  world.run();
  const std::span<const Event> events = world.events();
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, events.size());
  Engine prefix(world.settings(), 1);
  apply_all(prefix, events.first(cut));
  auto rest = Engine::from_image(prefix.image());
  RC_ASSERT(rest.has_value());
  RC_ASSERT(rest->image() == prefix.image());
  for (const Event& event : events.subspan(cut)) {
    Output expected, found;
    prefix.apply(event, expected);
    rest->apply(event, found);
    RC_ASSERT(rest->command_digest() == prefix.command_digest());
    for (std::size_t index = 0; index < prefix.state().instruments.size(); ++index) {
      const InstrumentId id{static_cast<std::uint16_t>(index + 1)};
      const QuietBand& band = prefix.quiet_band(id);
      const QuietBand& band_again = rest->quiet_band(id);
      RC_ASSERT(band_again.low == band.low);
      RC_ASSERT(band_again.high == band.high);
    }
  }
  RC_ASSERT(rest->state_digest() == world.engine().state_digest());
  RC_ASSERT(rest->image() == world.engine().image());
}

}  // namespace
}  // namespace tranchet::oracle
