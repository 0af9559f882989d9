#include "backtest/wargame/tally.h"

#include <algorithm>
#include <string_view>

#include "backtest/wargame/whole_number.h"

namespace tranchet {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

std::int64_t milliseconds_up(Duration duration) {
  return static_cast<std::int64_t>(divide_ceil(duration.count(), kMillisecond));
}

// Takes the first word off the line.
std::string_view take_word(std::string_view& line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return word;
}

template <class Number>
bool take_number(std::string_view& line, Number& into) {
  return read_number(take_word(line), into);
}

struct Sum {
  std::string_view name;
  std::uint64_t Tally::*field;
};
constexpr std::array kSums{Sum{"worlds", &Tally::worlds},       Sum{"healthy", &Tally::healthy},
                           Sum{"events", &Tally::events},       Sum{"intents", &Tally::intents},
                           Sum{"accepted", &Tally::accepted},   Sum{"restarts", &Tally::restarts},
                           Sum{"simulated", &Tally::simulated}, Sum{"capped", &Tally::capped},
                           Sum{"digest", &Tally::digest}};

bool take_time(std::string_view line, Histogram& histogram) {
  std::int64_t milliseconds = 0;
  std::uint64_t times = 0;
  if (!take_number(line, milliseconds) || !take_number(line, times)) return false;
  histogram.add(milliseconds, times);
  return line.empty();
}

bool take_failed(std::string_view line, Tally& tally) {
  FailedWorld failed;
  std::uint64_t sequence = 0;
  if (!take_number(line, failed.seed) || !take_number(line, failed.violation.invariant) ||
      !take_number(line, sequence) || failed.violation.invariant < 0 ||
      failed.violation.invariant > kInvariants) {
    return false;
  }
  failed.violation.sequence = Sequence{sequence};
  failed.violation.text = line;
  tally.failed.push_back(std::move(failed));
  return true;
}

bool take_line(std::string_view line, Tally& tally) {
  const std::string_view what = take_word(line);
  for (const Sum& sum : kSums) {
    if (sum.name == what) return read_number(line, tally.*sum.field);
  }
  if (what == "protection") return take_time(line, tally.protection);
  if (what == "beyond") return take_time(line, tally.protection_beyond);
  if (what == "failed") return take_failed(line, tally);
  if (what == "fault") {
    const auto fault = fault_named(take_word(line));
    return fault && read_number(line, tally.worlds_with[static_cast<std::size_t>(*fault)]);
  }
  std::size_t number = 0;
  if (!take_number(line, number)) return false;
  if (what == "check") {
    return number < tally.checked.size() && read_number(line, tally.checked[number]);
  }
  if (what != "mark" || number >= tally.marks.size() || !line.empty()) return false;
  tally.marks.set(number);
  return true;
}

}  // namespace

std::uint64_t Histogram::size() const {
  std::uint64_t sum = 0;
  for (const auto& [milliseconds, times] : counts_) sum += times;
  return sum;
}

std::int64_t Histogram::quantile(std::uint64_t per_mille) const {
  const std::uint64_t needed = (size() * per_mille + 999) / 1'000;
  std::uint64_t sum = 0;
  for (const auto& [milliseconds, times] : counts_) {
    sum += times;
    if (sum >= needed) return milliseconds;
  }
  return 0;
}

void Tally::add(const Plan& plan, const WorldResult& result) {
  ++worlds;
  events += result.events;
  intents += result.intents;
  accepted += result.accepted;
  restarts += result.restarts;
  simulated += static_cast<std::uint64_t>(result.simulated.count() / kMillisecond);
  for (std::size_t number = 0; number < checked.size(); ++number) {
    checked[number] += result.checked[number];
  }
  marks |= result.marks;
  if (plan.faults.empty()) ++healthy;
  for (const Fault fault : plan.faults.list()) ++worlds_with[static_cast<std::size_t>(fault)];
  for (const ProtectionTime& time : result.to_protection) {
    protection.add(milliseconds_up(time.waited));
    protection_beyond.add(milliseconds_up(time.waited - plan.round_trip * time.round_trips()));
    if (time.capped) ++capped;
  }
  Digest sum(digest);
  sum.add(plan.seed);
  sum.add(result.digest);
  sum.add(result.events);
  if (result.violation) {
    sum.add_text(result.violation->text);
    failed.push_back({plan.seed, *result.violation});
  }
  digest = sum.value();
}

std::string invariant_name(int invariant) {
  if (invariant == 0) return "rest";
  return (invariant < 10 ? "I-0" : "I-") + std::to_string(invariant);
}

std::string_view invariant_statement(int invariant) {
  return invariant == 0 ? "a healed world comes to rest, and no limit of requests is passed"
                        : statement_of(invariant);
}

std::optional<int> invariant_named(std::string_view name) {
  if (name.starts_with("I-")) name.remove_prefix(2);
  int number = 0;
  if (!read_number(name, number) || number < 1 || number > kInvariants) return std::nullopt;
  return number;
}

std::vector<int> checks_never_reached(const Tally& tally, const InvariantSet& checks) {
  std::vector<int> never;
  for (int number = 1; number <= kInvariants; ++number) {
    if (!checks.has(number) || is_proved_elsewhere(number)) continue;
    if (tally.checked[static_cast<std::size_t>(number)] == 0) never.push_back(number);
  }
  return never;
}

std::vector<Mark> marks_never_reached(const Tally& tally) {
  std::vector<Mark> never;
  for (std::size_t number = 1; number <= kMarks; ++number) {
    const auto mark = static_cast<Mark>(number);
    if (!tally.marks.test(bit_of(mark))) never.push_back(mark);
  }
  return never;
}

std::string to_text(const Tally& tally) {
  std::string text;
  const auto line = [&text](std::string_view what, const auto&... numbers) {
    text += what;
    ((text += " " + std::to_string(numbers)), ...);
    text += "\n";
  };
  for (const Sum& sum : kSums) line(sum.name, tally.*sum.field);
  for (std::size_t number = 0; number < tally.checked.size(); ++number) {
    if (tally.checked[number] != 0) line("check", number, tally.checked[number]);
  }
  for (std::size_t number = 0; number < tally.marks.size(); ++number) {
    if (tally.marks.test(number)) line("mark", number);
  }
  for (std::size_t number = 1; number <= kFaults; ++number) {
    const std::string name(name_of(static_cast<Fault>(number)));
    if (tally.worlds_with[number] != 0) line("fault " + name, tally.worlds_with[number]);
  }
  for (const auto& [milliseconds, times] : tally.protection.counts()) {
    line("protection", milliseconds, times);
  }
  for (const auto& [milliseconds, times] : tally.protection_beyond.counts()) {
    line("beyond", milliseconds, times);
  }
  for (const auto& [seed, violation] : tally.failed) {
    std::string words = violation.text;
    std::ranges::replace(words, '\n', ' ');
    line("failed", seed, violation.invariant, number(violation.sequence));
    text.back() = ' ';
    text += words + "\n";
  }
  return text;
}

std::expected<Tally, std::string> parse_tally(std::string_view text) {
  Tally tally;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!take_line(line, tally)) return std::unexpected("\"" + std::string(line) + "\"");
  }
  return tally;
}

}  // namespace tranchet
