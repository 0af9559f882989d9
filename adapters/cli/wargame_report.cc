#include "adapters/cli/wargame_report.h"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "backtest/report/figures.h"

namespace tranchet {
namespace {

constexpr std::uint64_t kSeedsForEverything = 2'000;
constexpr std::uint64_t kP99 = 990;

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + std::string(text);
}
std::string filled(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::uint64_t per_second(std::uint64_t count, std::int64_t nanoseconds) {
  if (nanoseconds <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<Int128>(count) * 1'000'000'000 / nanoseconds);
}

// Simulated time over the time it took.
std::uint64_t times_real(const WargameReport& report) {
  if (report.nanoseconds <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<Int128>(report.tally.simulated) * 1'000'000 /
                                    report.nanoseconds);
}

std::string seconds_text(std::int64_t nanoseconds) {
  const std::int64_t tenths = nanoseconds / 100'000'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string milliseconds_text(std::int64_t milliseconds) {
  return std::to_string(milliseconds) + " ms";
}

std::string hours_text(std::uint64_t milliseconds) {
  return grouped(milliseconds / 3'600'000) + " h";
}

void print_line(std::ostream& out, std::string_view label, std::string_view figure,
                std::string_view note = {}) {
  out << "    " << filled(label, 24) << padded(figure, 14);
  if (!note.empty()) out << "  " << note;
  out << "\n";
}

void print_checks(std::ostream& out, const WargameReport& report) {
  const InvariantSet checks = report.options.checks();
  out << "\n  Checks                  times exercised\n";
  for (int number = 1; number <= kInvariants; ++number) {
    if (!checks.has(number)) continue;
    const std::uint64_t times = report.tally.checked[static_cast<std::size_t>(number)];
    const std::string figure = times != 0                    ? grouped(times)
                               : is_proved_elsewhere(number) ? "elsewhere"
                                                             : "never";
    out << "    " << invariant_name(number) << "  " << padded(figure, 16) << "  "
        << statement_of(number) << "\n";
  }
}

void print_marks(std::ostream& out, const WargameReport& report) {
  const std::vector<Mark> never = marks_never_reached(report.tally);
  out << "\n  Situations that worlds came to\n";
  print_line(out, "reached", grouped(kMarks - never.size()), "of " + grouped(kMarks));
  for (const Mark mark : never) {
    out << "    never  " << filled(name_of(mark), 34) << " " << explanation_of(mark) << "\n";
  }
}

void print_faults(std::ostream& out, const WargameReport& report) {
  out << "\n  Faults                           worlds\n";
  print_line(out, "none", grouped(report.tally.healthy));
  for (std::size_t number = 1; number <= kFaults; ++number) {
    const std::uint64_t worlds = report.tally.worlds_with[number];
    if (worlds != 0) print_line(out, name_of(static_cast<Fault>(number)), grouped(worlds));
  }
}

void print_orders(std::ostream& out, const WargameReport& report) {
  const Tally& tally = report.tally;
  const bool broken = std::ranges::any_of(
      tally.failed, [](const FailedWorld& world) { return world.violation.invariant == 31; });
  out << "\n  Exactly once\n";
  print_line(out, "orders intended", grouped(tally.intents));
  print_line(out, "accepted by the venue", grouped(tally.accepted),
             broken                            ? "one more than once: see I-31"
             : report.options.checks().has(31) ? "each of them once"
                                               : "");
  print_line(out, "restarts", grouped(tally.restarts));
}

void print_protection(std::ostream& out, const WargameReport& report) {
  const Histogram& times = report.tally.protection;
  const Histogram& beyond = report.tally.protection_beyond;
  if (times.size() == 0) return;
  out << "\n  From a fill to its accepted stop, in healthy worlds\n";
  print_line(out, "fills", grouped(times.size()),
             grouped(report.tally.capped) +
                 " of them where the venue takes no new stop beside the old one");
  for (const auto& [name, per_mille] : {std::pair{"p50", 500}, {"p99", 990}, {"max", 1'000}}) {
    const auto share = static_cast<std::uint64_t>(per_mille);
    print_line(
        out, name, milliseconds_text(times.quantile(share)),
        milliseconds_text(beyond.quantile(share)) + " more than the round trips it may take");
  }
}

void print_speed(std::ostream& out, const WargameReport& report) {
  const Tally& tally = report.tally;
  out << "\n  Speed\n";
  print_line(out, "events checked", grouped(tally.events),
             "in " + seconds_text(report.nanoseconds) + ", " +
                 grouped(per_second(tally.events, report.nanoseconds)) + " a second");
  print_line(out, "simulated time", hours_text(tally.simulated),
             grouped(times_real(report)) + " times as fast as real");
  out << "\n  Proof\n";
  print_line(out, "digest", digest_text(tally.digest));
}

std::string json_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (code < 0x20) {
      out += "\\u00";
      out += kHex[code >> 4];
      out += kHex[code & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// The elements of a list with commas between them.
template <class List, class Print>
void print_list(std::ostream& out, const List& list, const Print& print) {
  bool first = true;
  for (const auto& element : list) {
    if (!first) out << ",";
    first = false;
    print(element);
  }
}

}  // namespace

bool must_reach_everything(const RunOptions& options) {
  return options.seeds >= kSeedsForEverything && options.profile == Profile::Everything &&
         !options.only && options.check == 0 && options.core.empty();
}

std::vector<std::string> shortcomings(const WargameReport& report) {
  std::vector<std::string> found;
  for (const int number : checks_never_reached(report.tally, report.options.checks())) {
    found.push_back("the check " + invariant_name(number) + " was never reached");
  }
  for (const Mark mark : marks_never_reached(report.tally)) {
    found.push_back("the situation " + std::string(name_of(mark)) + " was never reached");
  }
  const std::int64_t beyond = report.tally.protection_beyond.quantile(kP99);
  if (beyond > kProtectionSlack) {
    found.push_back("in healthy worlds a fill waits too long for its stop: p99 is " +
                    milliseconds_text(beyond) + " beyond the round trips, at most " +
                    milliseconds_text(kProtectionSlack) + " may be");
  }
  return found;
}

std::string reproduction_of(const RunOptions& options, std::uint64_t seed) {
  std::string line = "tranchet wargame --seed " + std::to_string(seed) + " --events " +
                     std::to_string(options.events) + " --profile " +
                     std::string(name_of(options.profile));
  if (options.only) line += " --faults " + to_text(*options.only);
  if (options.check != 0) line += " --check " + invariant_name(options.check);
  if (!options.core.empty()) line += " --core " + options.core;
  return line + " --transcript";
}

void print_violations(std::ostream& out, const WargameReport& report) {
  for (const auto& [seed, violation] : report.tally.failed) {
    out << "\n  seed " << seed << " breaks " << invariant_name(violation.invariant) << " at event "
        << number(violation.sequence) << ": " << invariant_statement(violation.invariant)
        << "\n    " << violation.text << "\n    " << reproduction_of(report.options, seed) << "\n";
  }
}

void print_report(std::ostream& out, const WargameReport& report) {
  const RunOptions& options = report.options;
  out << "\n  Wargame  " << grouped(report.tally.worlds) << " worlds, profile "
      << name_of(options.profile) << ", seeds from " << options.first << " on, about "
      << grouped(options.events) << " events each\n";
  print_checks(out, report);
  print_marks(out, report);
  print_faults(out, report);
  print_orders(out, report);
  print_protection(out, report);
  print_speed(out, report);
  print_violations(out, report);
  if (must_reach_everything(options)) {
    for (const std::string& sentence : shortcomings(report)) out << "\n  " << sentence << "\n";
  }
  out << "\n";
}

void print_report_json(std::ostream& out, const WargameReport& report) {
  const Tally& tally = report.tally;
  out << "{\"seed\":" << report.options.first << ",\"seeds\":" << tally.worlds << ",\"profile\":\""
      << name_of(report.options.profile) << "\",\"events\":" << tally.events << ",\"violations\":[";
  print_list(out, tally.failed, [&](const FailedWorld& world) {
    out << "{\"seed\":" << world.seed << ",\"invariant\":\""
        << invariant_name(world.violation.invariant)
        << "\",\"sequence\":" << number(world.violation.sequence)
        << ",\"text\":" << json_text(world.violation.text)
        << ",\"reproduce\":" << json_text(reproduction_of(report.options, world.seed)) << "}";
  });
  out << "],\"checks\":{";
  std::vector<int> checks;
  for (int number = 1; number <= kInvariants; ++number) {
    if (report.options.checks().has(number)) checks.push_back(number);
  }
  print_list(out, checks, [&](int number) {
    out << "\"" << invariant_name(number)
        << "\":" << tally.checked[static_cast<std::size_t>(number)];
  });
  out << "},\"marks_never_reached\":[";
  print_list(out, marks_never_reached(tally),
             [&](Mark mark) { out << "\"" << name_of(mark) << "\""; });
  out << "],\"worlds\":{\"none\":" << tally.healthy;
  for (std::size_t number = 1; number <= kFaults; ++number) {
    out << ",\"" << name_of(static_cast<Fault>(number)) << "\":" << tally.worlds_with[number];
  }
  out << "},\"intents\":" << tally.intents << ",\"accepted\":" << tally.accepted
      << ",\"restarts\":" << tally.restarts
      << ",\"protection\":{\"fills\":" << tally.protection.size() << ",\"capped\":" << tally.capped
      << ",\"p50_ms\":" << tally.protection.quantile(500)
      << ",\"p99_ms\":" << tally.protection.quantile(kP99)
      << ",\"max_ms\":" << tally.protection.quantile(1'000)
      << ",\"p99_beyond_round_trips_ms\":" << tally.protection_beyond.quantile(kP99)
      << "},\"shortcomings\":[";
  print_list(out, shortcomings(report), [&](const std::string& text) { out << json_text(text); });
  out << "],\"digest\":\"" << digest_text(tally.digest)
      << "\",\"simulated_seconds\":" << tally.simulated / 1'000
      << ",\"wall_milliseconds\":" << report.nanoseconds / 1'000'000
      << ",\"events_per_second\":" << per_second(tally.events, report.nanoseconds)
      << ",\"simulated_to_real\":" << times_real(report) << "}\n";
}

std::string last_line(const Tally& tally) {
  return std::to_string(tally.worlds) + " seeds, " + std::to_string(tally.events) +
         " events checked, " + std::to_string(tally.failed.size()) + " violations";
}

}  // namespace tranchet
