#include "backtest/wargame/regression.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "backtest/wargame/tally.h"
#include "backtest/wargame/whole_number.h"
#include "events/digest.h"
#include "events/log/json.h"
#include "events/settings_text.h"

namespace tranchet {
namespace {

constexpr std::string_view kFamily = "tranchet-wargame ";
constexpr std::string_view kFirstLine = "tranchet-wargame 1";

// "0-3 17 22-40".
std::string ranges_text(const std::vector<std::uint32_t>& places) {
  std::string text;
  for (std::size_t at = 0; at < places.size();) {
    std::size_t last = at;
    while (last + 1 < places.size() && places[last + 1] == places[last] + 1) ++last;
    if (!text.empty()) text += ' ';
    text += std::to_string(places[at]);
    if (last > at) text += "-" + std::to_string(places[last]);
    at = last + 1;
  }
  return text;
}

// Every range must lie above the one before, so that one world has one spelling.
std::optional<std::vector<std::uint32_t>> parse_ranges(std::string_view text) {
  constexpr std::uint32_t kPlacesMax = 100'000'000;
  std::vector<std::uint32_t> places;
  while (true) {
    const std::string_view range = text.substr(0, text.find(' '));
    const std::size_t dash = std::min(range.find('-'), range.size());
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    if (!read_number(range.substr(0, dash), first)) return std::nullopt;
    last = first;
    if (dash < range.size() && !read_number(range.substr(dash + 1), last)) return std::nullopt;
    if (last < first || last >= kPlacesMax || (!places.empty() && first <= places.back())) {
      return std::nullopt;
    }
    for (std::uint32_t place = first; place <= last; ++place) places.push_back(place);
    if (range.size() == text.size()) return places;
    text.remove_prefix(range.size() + 1);
  }
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  std::expected<Regression, std::string> parse() {
    const std::string_view first = take_line();
    if (first != kFirstLine) {
      const std::string was = "\"" + std::string(first.substr(0, 40)) + "\"";
      return refuse(first.starts_with(kFamily)
                        ? was + " is from another version; this program reads \"" +
                              std::string(kFirstLine) + "\""
                        : was + " does not begin a regression file (\"" + std::string(kFirstLine) +
                              "\")");
    }
    while (!rest_.empty()) {
      const std::string_view line = take_line();
      if (line == "--") {
        regression_.story = rest_;
        return finish();
      }
      if (std::string flaw = take(line); !flaw.empty()) return refuse(flaw);
    }
    return refuse("the line \"--\" is missing: the file has been cut off");
  }

 private:
  std::string_view take_line() {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    ++line_;
    return line;
  }

  std::unexpected<std::string> refuse(const std::string& why) const {
    return std::unexpected(name_ + ":" + std::to_string(line_) + ": " + why);
  }

  // Empty: taken. Otherwise what is wrong with the line.
  std::string take(std::string_view line) {
    const std::string_view key = line.substr(0, line.find(' '));
    const std::string_view value = line.substr(std::min(key.size() + 1, line.size()));
    const auto place = std::ranges::find(kKeys, key);
    if (place == kKeys.end()) return "\"" + std::string(key) + "\" is no key of such a file";
    bool& seen = seen_[static_cast<std::size_t>(place - kKeys.begin())];
    if (seen) return "\"" + std::string(key) + "\" comes twice";
    seen = true;
    if (key == "faults" || key == "only") return take_faults(key, value);
    if (take_value(key, value)) return {};
    return std::string(key) + " \"" + std::string(value.substr(0, 60)) + "\" is not " +
           std::string(meaning_of(key));
  }

  std::string take_faults(std::string_view key, std::string_view value) {
    const auto faults = parse_faults(value);
    if (!faults) return std::string(key) + " \"" + faults.error() + "\" is no fault";
    if (key == "only") {
      regression_.only = *faults;
    } else {
      regression_.part.faults = *faults;
    }
    return {};
  }

  bool take_value(std::string_view key, std::string_view value) {
    if (key == "seed") return read_number(value, regression_.seed);
    if (key == "events") return read_number(value, regression_.events) && regression_.events > 0;
    if (key == "plan") return value.size() == 16 && read_number(value, regression_.plan_digest, 16);
    if (key == "profile") {
      const auto profile = profile_named(value);
      if (profile) regression_.profile = *profile;
      return profile.has_value();
    }
    if (key == "invariant") {
      const auto invariant = value == "rest" ? std::optional(0) : invariant_named(value);
      if (invariant) regression_.invariant = *invariant;
      return invariant.has_value();
    }
    auto places = parse_ranges(value);
    if (places) regression_.part.stimuli = std::move(*places);
    return places.has_value();
  }

  static std::string_view meaning_of(std::string_view key) {
    if (key == "seed") return "a number";
    if (key == "events") return "a number above 0";
    if (key == "profile") return "everything, healthy, intents or adoption";
    if (key == "invariant") return "one of I-01 to I-42, or rest";
    if (key == "plan") return "a digest of sixteen hexadecimal digits";
    return "a rising list of places, such as 0-3 17 22-40";
  }

  std::expected<Regression, std::string> finish() {
    for (std::size_t place = 0; place < kKeys.size(); ++place) {
      if (seen_[place] || kKeys[place] == "only") continue;
      return refuse("\"" + std::string(kKeys[place]) + "\" is missing above this line");
    }
    return std::move(regression_);
  }

  static constexpr std::array<std::string_view, 8> kKeys{"seed",   "events",    "profile", "only",
                                                         "faults", "invariant", "plan",    "keep"};

  std::string_view rest_;
  const std::string& name_;
  std::size_t line_ = 0;
  std::array<bool, kKeys.size()> seen_{};
  Regression regression_;
};

void add(Digest& digest, const SimulationParameters& venue) {
  const VenueTerms& terms = venue.terms;
  for (const std::int64_t value : {venue.initial_balance.raw(),
                                   static_cast<std::int64_t>(venue.position_mode),
                                   venue.maker_fee,
                                   venue.taker_fee,
                                   venue.liquidation_fee,
                                   venue.latency.count(),
                                   venue.latency_jitter.count(),
                                   static_cast<std::int64_t>(venue.seed),
                                   static_cast<std::int64_t>(venue.queue),
                                   venue.market_slippage,
                                   venue.take_share,
                                   static_cast<std::int64_t>(venue.reduce_only),
                                   static_cast<std::int64_t>(venue.exit_capacity),
                                   static_cast<std::int64_t>(venue.liquidation),
                                   static_cast<std::int64_t>(venue.mark_from_trades),
                                   static_cast<std::int64_t>(venue.open_orders_max),
                                   static_cast<std::int64_t>(venue.ids_unique_for_ever),
                                   terms.multiplier_up,
                                   terms.multiplier_down,
                                   terms.market_take_bound,
                                   terms.trigger_protect,
                                   terms.maintenance_margin,
                                   terms.leverage}) {
    digest.add(value);
  }
}

}  // namespace

std::uint64_t digest_of(const Plan& plan) {
  Names names;
  for (std::size_t number = 1; number <= plan.instruments.size(); ++number) {
    names.instrument(symbol_at(plan.exchange, number));
  }
  Digest digest;
  const auto add_event = [&](Timestamp time, const EventBody& body) {
    digest.add_text(event_json({.sequence = {}, .time = time, .body = body}, names));
  };
  digest.add_text(to_text(plan.faults));
  digest.add(settings_digest(plan.settings, names));
  for (const InstrumentListed& listed : plan.instruments) add_event({}, listed);
  add(digest, plan.venue);
  digest.add(plan.round_trip.count());
  for (const Stimulus& stimulus : plan.stimuli) {
    if (const auto* strike = std::get_if<FaultStrike>(&stimulus.what)) {
      digest.add(stimulus.time.nanoseconds());
      digest.add_text(name_of(strike->fault));
      digest.add(strike->number);
    } else {
      add_event(stimulus.time, std::get<EventBody>(stimulus.what));
    }
  }
  return digest.value();
}

std::string to_text(const Regression& regression) {
  std::ostringstream text;
  text << kFirstLine << "\nseed " << regression.seed << "\nevents " << regression.events
       << "\nprofile " << name_of(regression.profile) << "\n";
  if (regression.only) text << "only " << to_text(*regression.only) << "\n";
  text << "faults " << to_text(regression.part.faults) << "\ninvariant "
       << invariant_name(regression.invariant) << "\nplan " << digest_text(regression.plan_digest)
       << "\nkeep " << ranges_text(regression.part.stimuli) << "\n--\n"
       << regression.story;
  return text.str();
}

std::expected<Regression, std::string> parse_regression(std::string_view text,
                                                        const std::string& name) {
  return Parser(text, name).parse();
}

std::expected<Regression, std::string> read_regression(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!std::filesystem::is_regular_file(path) || !(text << file.rdbuf())) {
    return std::unexpected(path.string() + ": cannot be read");
  }
  return parse_regression(text.str(), path.string());
}

std::expected<Plan, std::string> plan_of(const Regression& regression, const std::string& name,
                                         Exchange exchange) {
  const Plan plan =
      plan_for(regression.seed, regression.events, regression.profile, regression.only, exchange);
  if (digest_of(plan) != regression.plan_digest ||
      regression.part.stimuli.back() >= plan.stimuli.size()) {
    return std::unexpected(name + ": written by another version: made for a different plan (" +
                           digest_text(regression.plan_digest) + ", here " +
                           digest_text(digest_of(plan)) + ")");
  }
  return cut_down(plan, regression.part);
}

}  // namespace tranchet
