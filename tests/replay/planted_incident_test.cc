// Worlds of the wargame, full of faults, with one thing planted: a person closes a tranche.
// Whatever else went on, the tools must name that very event. And incidents of the past, as files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <sstream>

#include "adapters/cli/bisect_command.h"
#include "backtest/wargame/plan.h"
#include "backtest/wargame/world.h"
#include "events/order_of.h"
#include "replay/compare_logs.h"
#include "replay/verify.h"
#include "replay/why.h"
#include "tests/events/log/scratch_log.h"

namespace tranchet {
namespace {

using testing::must;
using testing::ScratchDirectory;
using testing::write_file;

// What the engine of a world was told. A process that dies takes what was not durable with it; one
// that dies while it writes may leave an event that nobody told of, and there the story ends.
std::vector<Event> world_events(std::uint64_t seed, Names& names) {
  std::vector<Event> events;
  bool whole = true;
  const auto tell = [&](std::string_view text) {
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("{\"seq\":") || line.find("\"time\":") == std::string::npos) continue;
      const auto parsed = parse_event_line(line, names);
      ASSERT_TRUE(parsed && parsed->bodies.size() == 1) << line;
      whole = whole && number(parsed->sequence) <= events.size() + 1;
      if (!whole) return;
      events.resize(number(parsed->sequence) - 1);
      events.push_back({parsed->sequence, parsed->time, parsed->bodies.front()});
    }
  };
  run_world(plan_for(seed, 400, Profile::Everything), {.checks = {}, .tell = tell});
  return events;
}

std::optional<PositionKey> held(const State& state, std::uint32_t& tranche) {
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      for (const Tranche& open : position.tranches) {
        if (!open.quantity.is_positive() || open.closing || open.ended || open.dust) continue;
        tranche = open.ordinal;
        return position.key;
      }
    }
  }
  return std::nullopt;
}

struct Planted {
  std::vector<Event> events;  // Up to the planted one, and an answer to what it asked for.
  Sequence sequence{};
};

// After some event of the second half at which a tranche is open; nullopt: there is none, or
// nothing is asked for at once.
std::optional<Planted> plant(const std::vector<Event>& events, std::uint64_t seed, Names& names) {
  auto engine = engine_of(events.front(), names);
  EXPECT_TRUE(engine.has_value());
  Output output;
  Planted planted;
  const std::size_t from = events.size() / 2 + seed % 40;
  for (const Event& event : events) {
    output.clear();
    engine->apply(event, output);
    planted.events.push_back(event);
    std::uint32_t tranche = 0;
    if (planted.events.size() < from) continue;
    const auto key = held(engine->state(), tranche);
    if (!key) continue;
    const Event close{.sequence = next(event.sequence),
                      .time = event.time,
                      .body = CloseRequested{.instrument = key->instrument,
                                             .tranche = tranche,
                                             .position_side = static_cast<std::uint8_t>(key->side),
                                             .reason = ExitReason::Manual}};
    Engine after = *engine;
    output.clear();
    after.apply(close, output);
    const auto asked = std::ranges::find_if(
        output.commands, [](const Command& command) { return order_of(command) != OrderId::None; });
    const bool sends =
        asked != output.commands.end() && (std::holds_alternative<CancelOrder>(*asked) ||
                                           std::holds_alternative<SubmitOrder>(*asked));
    if (!sends) continue;
    planted.sequence = close.sequence;
    planted.events.push_back(close);
    const OrderId order = order_of(*asked);
    Event answer{.sequence = next(close.sequence), .time = close.time, .body = {}};
    if (std::holds_alternative<CancelOrder>(*asked)) answer.body = OrderCanceled{order};
    if (std::holds_alternative<SubmitOrder>(*asked)) answer.body = OrderAccepted{order};
    planted.events.push_back(answer);
    return planted;
  }
  return std::nullopt;
}

std::unique_ptr<LogReader> written(const std::vector<Event>& events, const Names& names,
                                   const std::filesystem::path& log) {
  auto writer = must(LogWriter::create(log, Durability::AtClose));
  must(writer->append(events, names));
  must(writer->close());
  return must(LogReader::open(log));
}

TEST(PlantedIncident, WhyDiffAndBisectNameItInAHundredOfAHundredWorlds) {
  int worlds = 0;
  for (std::uint64_t seed = 1; worlds < 100; ++seed) {
    ASSERT_LT(seed, 400U);
    Names names;
    const auto planted = plant(world_events(seed, names), seed, names);
    if (!planted) continue;
    ++worlds;
    SCOPED_TRACE("seed " + std::to_string(seed));
    const ScratchDirectory scratch;
    const auto log = written(planted->events, names, scratch / "log");

    const auto story = why(*log, planted->events.back().sequence);
    ASSERT_TRUE(story.has_value());
    const bool named = std::ranges::any_of(story->steps, [&](const WhyStep& step) {
      return step.event.sequence == planted->sequence;
    });
    EXPECT_TRUE(named);

    // The same world without it: something that asks for nothing stands in its place.
    std::vector<Event> harmless = planted->events;
    harmless.pop_back();
    harmless.back().body = Connected{Stream::Market};
    const auto other = written(harmless, names, scratch / "other");
    const auto found = compare_logs(*log, *other);
    ASSERT_TRUE(found.has_value() && found->event.has_value());
    EXPECT_EQ(found->event->sequence, planted->sequence);
    EXPECT_FALSE(found->decision.has_value() || found->state.has_value());

    // A build that sees nothing in it decides as in that world.
    std::ostringstream decisions, out, err;
    ASSERT_EQ(log_decisions(scratch / "other", Sequence{}, false, decisions, err), 0) << err.str();
    write_file(scratch / "decisions", decisions.str());
    write_file(scratch / "build",
               "#!/bin/sh\n[ \"$4\" = --at ] || cat '" + (scratch / "decisions").string() + "'\n");
    ASSERT_EQ(::chmod((scratch / "build").c_str(), 0755), 0);
    EXPECT_EQ(log_bisect(scratch / "log", (scratch / "build").string(), true, out, err), 1);
    EXPECT_TRUE(out.str().starts_with(
        "{\"same\":false,\"seq\":" + std::to_string(number(planted->sequence)) + ","))
        << out.str() << err.str();
  }
}

// ---- incidents of the past

TEST(PastIncidents, EveryFileReplaysToTheDigestsThatAreNotedInIt) {
  int files = 0;
  const std::filesystem::path folder =
      std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests/incidents";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".md") continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++files;
    EXPECT_TRUE(check_in_child(entry.path()).has_value());
    const auto log = must(LogReader::open(entry.path()));
    const auto result = must(replay(*log, {}));
    EXPECT_GT(result.notes, 0U);
    EXPECT_FALSE(result.divergence.has_value());
  }
  EXPECT_GE(files, 2);
}

}  // namespace
}  // namespace tranchet
