#include "adapters/legacy/adoption_log.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/instruments.h"
#include "adapters/live/run_log.h"
#include "replay/loop.h"
#include "replay/opening.h"

namespace tranchet::legacy {
namespace {

namespace fs = std::filesystem;

// What the engine asks for here it asks again at the first start.
class NobodyYet final : public Venue {
 public:
  void submit(std::span<const Command>, Timestamp) override {}
  std::optional<Timestamp> next_wakeup() const override { return std::nullopt; }
  void advance(Timestamp, std::vector<Occurrence>&) override {}
};

class NobodyWatches final : public Observer {
 public:
  void on_event(const Event&, const Output&) override {}
};

fs::path orders_file(const fs::path& log) {
  return log / "bots-orders";
}

// The venue's rules of the symbols that are adopted; the configuration's where it says any.
std::vector<InstrumentListed> rules_of(const AdoptionLog& log, const Configuration& configuration,
                                       const AdoptionPlan& plan, Names& names) {
  std::vector<InstrumentListed> listed = listed_instruments(configuration, names);
  if (log.rules == nullptr) return listed;
  for (const PlannedTranche& tranche : plan.tranches) {
    const InstrumentId instrument = names.instrument(tranche.symbol);
    if (std::ranges::find(listed, instrument, &InstrumentListed::instrument) != listed.end()) {
      continue;
    }
    const auto found =
        std::ranges::find(log.rules->symbols, tranche.symbol, &InstrumentRules::symbol);
    if (found == log.rules->symbols.end() || !found->rules.tick_size.is_positive() ||
        !found->rules.step_size.is_positive()) {
      continue;
    }
    InstrumentListed rules = found->rules;
    rules.instrument = instrument;
    rules.symbol = names.intern(tranche.symbol);
    listed.push_back(rules);
  }
  return listed;
}

}  // namespace

std::expected<std::uint64_t, WriterFailure> write_adoption_log(const AdoptionLog& log,
                                                               const AdoptionPlan& plan) {
  auto run = open_run_log(log.folder, "live", {});
  if (!run) return std::unexpected(run.error());
  if (number(run->writer->head().last) != 0) {
    return std::unexpected(WriterFailure{kBadInput, log.folder.string() + ": holds a log already"});
  }
  const auto configuration = load_configuration(log.configuration, {}, run->names);
  if (!configuration) {
    return std::unexpected(WriterFailure{kBadInput, to_text(configuration.error())});
  }
  std::vector<EventBody> bodies =
      opening_events({.account = configuration->account,
                      .settings = configuration->settings,
                      .instruments = rules_of(log, *configuration, plan, run->names)},
                     run->names);
  bodies.emplace_back(Disconnected{Stream::User});
  const TextId author = run->names.intern("migrate");
  for (const PlannedTranche& tranche : plan.tranches) {
    bodies.emplace_back(AdoptionRequested{.instrument = run->names.instrument(tranche.symbol),
                                          .position_side = tranche.side,
                                          .tranche = tranche.ordinal,
                                          .quantity = tranche.quantity,
                                          .average_price = tranche.average,
                                          .author = author});
  }
  Engine engine(configuration->settings, configuration->account);
  NobodyYet venue;
  NobodyWatches observer;
  Loop loop(engine, venue, observer,
            {.log = run->writer.get(), .names = &run->names, .durability = Durability::EveryBatch});
  const auto failure = [](const LogError& error) {
    return std::unexpected(WriterFailure{exit_status(error.kind), error.message});
  };
  loop.hold();
  for (const EventBody& body : bodies) {
    if (auto taken = loop.take(log.time, body); !taken) return failure(taken.error());
  }
  if (auto released = loop.release(true); !released) return failure(released.error());
  if (auto finished = loop.finish(); !finished) return failure(finished.error());
  if (auto closed = run->writer->close(); !closed) return failure(closed.error());
  return bodies.size();
}

std::expected<void, std::string> write_bots_orders(const fs::path& log,
                                                   const std::vector<LeftOrder>& orders) {
  if (orders.empty()) return {};
  const fs::path file = orders_file(log);
  std::ofstream stream(file);
  for (const LeftOrder& order : orders) {
    stream << order.number << " " << order.symbol << " " << to_text(order.side) << " " << order.text
           << "\n";
  }
  stream.close();
  if (!stream) return std::unexpected(file.string() + ": cannot be written");
  return {};
}

std::expected<std::vector<LeftOrder>, std::string> read_bots_orders(const fs::path& log) {
  const fs::path file = orders_file(log);
  std::error_code failed;
  if (!fs::exists(file, failed)) return std::vector<LeftOrder>();
  std::ifstream stream(file);
  std::vector<LeftOrder> orders;
  std::string line;
  for (int at = 1; std::getline(stream, line); ++at) {
    std::istringstream words(line);
    LeftOrder order;
    std::string side;
    words >> order.number >> order.symbol >> side;
    std::getline(words >> std::ws, order.text);
    const auto parsed = parse_enum<PositionSide>(side);
    if (order.number <= 0 || !parsed) {
      return std::unexpected(file.string() + ":" + std::to_string(at) + ": \"" + line +
                             "\" is not NUMBER SYMBOL Long|Short ORDER");
    }
    order.side = *parsed;
    orders.push_back(std::move(order));
  }
  return orders;
}

}  // namespace tranchet::legacy
