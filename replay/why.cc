#include "replay/why.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "events/order_of.h"
#include "replay/log_follower.h"

namespace tranchet {
namespace {

// An engine is kept every so many events, so that the telling need not begin at the first one.
constexpr std::uint64_t kCheckpointInterval = 1 << 20;
constexpr std::size_t kNearest = 5;

const OrderId* order_asked_for(const Command& command) {
  return std::visit(
      [](const auto& body) -> const OrderId* {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, SubmitOrder> || std::is_same_v<Body, AmendOrder> ||
                      std::is_same_v<Body, CancelOrder> || std::is_same_v<Body, QueryOrder>) {
          return &body.order;
        } else {
          return nullptr;
        }
      },
      command);
}

bool is_price(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body);
}

TrancheId tranche_of(const Booking& booking) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.tranche_id; }) {
          return body.tranche_id;
        } else {
          return body.into;
        }
      },
      booking);
}

// The first pass: who caused what, and which events the question is about.
class Index {
 public:
  explicit Index(const WhyTarget& target) : target_(target) {}

  void take(const Event& event, const Output& output, const Engine& engine) {
    last_ = event.sequence;
    if (number(event.sequence) % kCheckpointInterval == 0) checkpoints_.push_back(engine);
    // Nearly all of a log is prices from which nothing follows.
    if (is_price(event.body) && output.commands.empty() && output.bookings.empty() &&
        !is_asked_for(event.sequence)) {
      return;
    }
    note_parent(event);
    for (const Command& command : output.commands) note_command(event.sequence, command);
    if (is_wanted(event, output, engine.state())) wanted_.push_back(event.sequence);
  }
  // What led to an event is before it.
  bool is_asked_for(Sequence sequence) const {
    const auto* wanted = std::get_if<Sequence>(&target_);
    return wanted != nullptr && *wanted == sequence;
  }

  // Everything that led to what is wanted, in order.
  std::set<Sequence> chain() const {
    std::set<Sequence> chain;
    std::vector<Sequence> open = wanted_;
    while (!open.empty()) {
      const Sequence sequence = open.back();
      open.pop_back();
      if (!chain.insert(sequence).second) continue;
      const auto [first, last] =
          std::equal_range(parents_.begin(), parents_.end(), Link{sequence, {}},
                           [](const Link& a, const Link& b) { return a.event < b.event; });
      for (auto link = first; link != last; ++link) open.push_back(link->cause);
    }
    return chain;
  }

  const Engine* checkpoint_before(Sequence sequence) const {
    const Engine* newest = nullptr;
    for (const Engine& engine : checkpoints_) {
      if (engine.last_sequence() < sequence) newest = &engine;
    }
    return newest;
  }

  NotInLog not_found() const;

 private:
  struct Link {
    Sequence event{};
    Sequence cause{};
  };

  // An answer of the venue is due to the newest request about its order; a timer to whoever set it.
  void note_parent(const Event& event) {
    if (const OrderId order = order_of(event.body); order != OrderId::None) {
      const auto asked = requests_.find(order);
      if (asked != requests_.end()) parents_.push_back({event.sequence, asked->second});
    } else if (const auto* fired = std::get_if<TimerFired>(&event.body)) {
      const auto set = timers_.find(fired->timer);
      if (set != timers_.end()) parents_.push_back({event.sequence, set->second});
    } else if (std::holds_alternative<SnapshotStarted>(event.body) && snapshot_ != Sequence{}) {
      parents_.push_back({event.sequence, snapshot_});
    }
  }

  void note_command(Sequence sequence, const Command& command) {
    if (const OrderId* order = order_asked_for(command)) {
      requests_[*order] = sequence;
      if (const auto* wanted = std::get_if<OrderId>(&target_);
          wanted != nullptr && *wanted == *order) {
        wanted_.push_back(sequence);
      }
    } else if (const auto* set = std::get_if<SetTimer>(&command)) {
      timers_[set->timer] = sequence;
    } else if (std::holds_alternative<RequestSnapshot>(command)) {
      snapshot_ = sequence;
    }
  }

  bool is_wanted(const Event& event, const Output& output, const State& after) const {
    if (const auto* sequence = std::get_if<Sequence>(&target_)) return event.sequence == *sequence;
    const OrderId order = order_of(event.body);
    if (const auto* wanted = std::get_if<OrderId>(&target_)) return order == *wanted;
    const TrancheId tranche = std::get<TrancheId>(target_);
    if (order != OrderId::None) {
      const auto found = after.orders.find(order);
      if (found != after.orders.end() &&
          (found->second.tranche_id == tranche || found->second.born_for == tranche)) {
        return true;
      }
    }
    if (const auto* fired = std::get_if<TimerFired>(&event.body);
        fired != nullptr && fired->timer.kind != TimerKind::EntryTimeout &&
        fired->timer.kind != TimerKind::SquareOff &&
        fired->timer.subject == static_cast<std::uint64_t>(tranche)) {
      return true;
    }
    return std::ranges::any_of(
               output.bookings,
               [&](const Booking& booking) { return tranche_of(booking) == tranche; }) ||
           std::ranges::any_of(output.commands, [&](const Command& command) {
             return concerns(command, tranche, after);
           });
  }

  static bool concerns(const Command& command, TrancheId tranche, const State& state) {
    if (const auto* submitted = std::get_if<SubmitOrder>(&command)) {
      return submitted->tranche_id == tranche;
    }
    if (const auto* alert = std::get_if<Alert>(&command)) return alert->tranche_id == tranche;
    const OrderId* order = order_asked_for(command);
    if (order == nullptr) return false;
    const auto found = state.orders.find(*order);
    return found != state.orders.end() && found->second.tranche_id == tranche;
  }

  WhyTarget target_;
  Sequence last_{};
  std::vector<Sequence> wanted_;
  std::vector<Link> parents_;  // By event.
  std::map<OrderId, Sequence> requests_;
  std::map<TimerId, Sequence> timers_;
  Sequence snapshot_{};  // Where the newest one was asked for.
  std::vector<Engine> checkpoints_;
};

NotInLog Index::not_found() const {
  NotInLog none;
  if (const auto* sequence = std::get_if<Sequence>(&target_)) {
    none.message = "sequence " + std::to_string(number(*sequence)) + " is not in the log, which " +
                   "holds 1 to " + std::to_string(number(last_));
    return none;
  }
  if (const auto* tranche = std::get_if<TrancheId>(&target_)) {
    none.message = "tranche:" + std::to_string(static_cast<std::uint64_t>(*tranche)) +
                   " was never opened in this log";
    return none;
  }
  const OrderId wanted = std::get<OrderId>(target_);
  none.message = "no order " + to_text(wanted) + " was ever sent in this log";
  // Ids order by the sequence they were decided at.
  const auto after = requests_.lower_bound(wanted);
  auto forward = after;
  auto backward = after;
  while (none.nearest.size() < kNearest &&
         (forward != requests_.end() || backward != requests_.begin())) {
    if (backward != requests_.begin()) {
      --backward;
      none.nearest.push_back(to_text(backward->first));
    }
    if (forward != requests_.end() && none.nearest.size() < kNearest) {
      none.nearest.push_back(to_text(forward->first));
      ++forward;
    }
  }
  return none;
}

}  // namespace

std::optional<WhyTarget> parse_why_target(std::string_view text) {
  const auto whole = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value == 0) return {};
    return value;
  };
  if (text.starts_with("tranche:")) {
    const auto id = whole(text.substr(8));
    return id ? std::optional<WhyTarget>(TrancheId{*id}) : std::nullopt;
  }
  if (const auto sequence = whole(text)) return Sequence{*sequence};
  if (const auto order = parse_order_id(text)) return *order;
  return std::nullopt;
}

std::expected<WhyStory, WhyError> why(LogReader& log, const WhyTarget& target) {
  WhyStory story;
  Index index(target);
  LogFollower first_pass(log);
  while (true) {
    const auto event = first_pass.read();
    if (!event) story.cut = event.error();
    if (!event || *event == nullptr) break;
    first_pass.apply();
    index.take(**event, first_pass.output(), first_pass.engine());
    if (!index.is_asked_for((*event)->sequence)) continue;
    // What follows needs no engine; but damage there is said all the same.
    const auto rest = log.scan(next((*event)->sequence), [](const Event&) { return true; });
    if (!rest) story.cut = rest.error();
    break;
  }
  const std::set<Sequence> chain = index.chain();
  if (chain.empty()) {
    if (story.cut) return std::unexpected(WhyError(*story.cut));
    return std::unexpected(WhyError(index.not_found()));
  }
  LogFollower second_pass(log, index.checkpoint_before(*chain.begin()));
  while (story.steps.size() < chain.size()) {
    const auto event = second_pass.read();
    if (!event) return std::unexpected(WhyError(event.error()));
    ENSURE(*event != nullptr);
    if (!chain.contains((*event)->sequence)) {
      second_pass.apply();
      continue;
    }
    const State before = second_pass.engine().state();
    second_pass.apply();
    story.steps.push_back({**event, explain(before, **event, second_pass.output(),
                                            second_pass.engine().state(), log.names())});
  }
  return story;
}

}  // namespace tranchet
