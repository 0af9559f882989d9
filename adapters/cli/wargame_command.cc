#include "adapters/cli/wargame_command.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fstream>
#include <limits>
#include <optional>
#include <ostream>

#include "adapters/aster/wargame/aster_end.h"
#include "adapters/cli/command_failure.h"
#include "adapters/cli/configuration_keys.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/wargame_progress.h"
#include "adapters/cli/wargame_report.h"
#include "adapters/fyers/wargame/fyers_end.h"
#include "backtest/report/figures.h"
#include "backtest/wargame/regression.h"
#include "backtest/wargame/shrink.h"

namespace tranchet {
namespace {

constexpr auto kShrinkTime = std::chrono::seconds(45);
constexpr auto kSaveInterval = std::chrono::seconds(5);

using Done = std::expected<void, CommandFailure>;

// ---- What was asked for.

struct NumberRange {
  std::uint64_t low = 0;
  std::uint64_t high = std::numeric_limits<std::uint64_t>::max();
};

// Leaves `into` as it is where nothing was given.
Done read_number(std::string_view option, const std::string& text, const NumberRange& range,
                 std::uint64_t& into) {
  if (text.empty()) return {};
  const std::string said = std::string(option) + " \"" + text + "\" ";
  const char* const end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::invalid_argument || stop != end) return refuse(said + "is not a number");
  if (error != std::errc() || number > range.high) {
    return refuse(said + "is above " + std::to_string(range.high));
  }
  if (number < range.low) return refuse(said + "is below " + std::to_string(range.low));
  into = number;
  return {};
}

std::string nearest_fault(std::string_view name) {
  std::string_view best;
  std::size_t best_distance = name.size() / 2 + 2;
  for (std::size_t number = 1; number <= kFaults; ++number) {
    const std::string_view candidate = name_of(static_cast<Fault>(number));
    const std::size_t distance = edit_distance(candidate, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return std::string(best);
}

Done read_faults(const std::string& text, RunOptions& options) {
  if (text.empty()) return {};
  const auto faults = parse_faults(text);
  if (faults) {
    options.only = *faults;
    return {};
  }
  std::string message = "--faults \"" + faults.error() + "\" is no fault";
  const std::string nearest = nearest_fault(faults.error());
  if (!nearest.empty()) message += "; the nearest known one is \"" + nearest + "\"";
  return refuse(message);
}

Done read_names(const WargameArguments& arguments, RunOptions& options) {
  if (!arguments.core.empty() && arguments.core != "aster" && arguments.core != "fyers") {
    return refuse("--core \"" + arguments.core + "\" is no core; there are aster and fyers");
  }
  options.core = arguments.core;
  if (options.core == "aster") options.make_end = aster::aster_end();
  if (options.core == "fyers") {
    options.make_end = fyers::fyers_end();
    options.exchange = Exchange::Shares;
  }
  if (!arguments.profile.empty()) {
    const auto profile = profile_named(arguments.profile);
    if (!profile) {
      return refuse("--profile \"" + arguments.profile +
                    "\" is none of everything, healthy, intents, adoption");
    }
    options.profile = *profile;
  }
  if (!arguments.check.empty()) {
    const auto check = invariant_named(arguments.check);
    if (!check) return refuse("--check \"" + arguments.check + "\" is none of I-01 to I-42");
    if (is_proved_elsewhere(*check)) {
      return refuse("--check " + invariant_name(*check) + ": no world shows that " +
                    std::string(statement_of(*check)) + "; other tests do");
    }
    options.check = *check;
  }
  return read_faults(arguments.faults, options);
}

std::expected<RunOptions, CommandFailure> read_options(const WargameArguments& arguments) {
  RunOptions options;
  std::uint64_t jobs = options.jobs;
  Done read = read_number("--seed", arguments.seed, {}, options.first);
  if (read) read = read_number("--seeds", arguments.seeds, {.low = 1}, options.seeds);
  if (read) {
    read = read_number("--events", arguments.events, {.low = 1, .high = 1'000'000}, options.events);
  }
  if (read) read = read_number("--jobs", arguments.jobs, {.low = 1, .high = 256}, jobs);
  if (read) read = read_names(arguments, options);
  if (!read) return std::unexpected(read.error());
  options.jobs = static_cast<unsigned>(jobs);
  if (options.seeds - 1 > std::numeric_limits<std::uint64_t>::max() - options.first) {
    return refuse("there are no " + std::to_string(options.seeds) + " seeds from " +
                  std::to_string(options.first) + " on");
  }
  return options;
}

// Options that contradict one another.
Done check_together(const WargameArguments& arguments, const RunOptions& options) {
  const bool one_world = options.seeds == 1;
  if (!arguments.regression.empty()) {
    for (const auto& [name, text] : {std::pair("--seed", &arguments.seed),
                                     {"--seeds", &arguments.seeds},
                                     {"--events", &arguments.events},
                                     {"--profile", &arguments.profile},
                                     {"--faults", &arguments.faults},
                                     {"--resume", &arguments.resume},
                                     {"--save", &arguments.save}}) {
      if (!text->empty()) {
        return refuse(std::string(name) + " beside --regression: the file says which world it is");
      }
    }
    if (arguments.shrink) return refuse("--shrink beside --regression: that world is small");
    if (arguments.json) return refuse("--json beside --regression: the exit status says it all");
  }
  if (arguments.transcript && !one_world) {
    return refuse("--transcript tells the story of one seed, not of " +
                  std::to_string(options.seeds));
  }
  if (arguments.json && (arguments.transcript || arguments.shrink)) {
    return refuse("--json prints one document, and no story beside it");
  }
  if (!arguments.save.empty() && !arguments.shrink) {
    return refuse("--save keeps what --shrink has found: give both");
  }
  if (!arguments.resume.empty() && !arguments.core.empty()) {
    return refuse("--resume beside --core: the file does not say which core it was");
  }
  if (!arguments.resume.empty() && arguments.transcript) {
    return refuse("--resume is for runs of many seeds, --transcript for one");
  }
  return {};
}

// ---- A program that breaks in the midst of a world must still say in which one.

std::string words_before_seed;
std::string words_after_seed;

void say_seed(int signal) {
  if (const auto seed = seed_under_way()) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), *seed).ptr;
    const auto say = [](const char* text, std::size_t size) {
      while (size > 0) {
        const ssize_t written = ::write(STDERR_FILENO, text, size);
        if (written <= 0) return;
        text += written;
        size -= static_cast<std::size_t>(written);
      }
    };
    say(words_before_seed.data(), words_before_seed.size());
    say(digits.data(), static_cast<std::size_t>(end - digits.begin()));
    say(words_after_seed.data(), words_after_seed.size());
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void say_seed_when_broken(const RunOptions& options) {
  constexpr std::string_view kSeed = "--seed 0";
  const std::string line = reproduction_of(options, 0);
  const std::size_t at = line.find(kSeed) + kSeed.size();
  words_before_seed = "tranchet: wargame: the program broke; this runs the world again:\n  " +
                      line.substr(0, at - 1);
  words_after_seed = line.substr(at) + "\n";
  std::signal(SIGABRT, say_seed);
}

// ---- The run.

class Wargame {
 public:
  Wargame(const WargameArguments& arguments, const RunOptions& options, std::ostream& out,
          std::ostream& err)
      : arguments_(arguments), options_(options), out_(out), err_(err) {}

  // Whether everything held.
  std::expected<bool, CommandFailure> run() {
    if (!arguments_.regression.empty()) return replay_regression();
    start_ = std::chrono::steady_clock::now();
    if (arguments_.transcript) {
      tell_world(planned(options_.first));
    } else if (auto ran = run_all(); !ran) {
      return std::unexpected(ran.error());
    }
    const WargameReport report{options_, progress_.tally, nanoseconds()};
    if (arguments_.json) {
      print_report_json(out_, report);
    } else if (!arguments_.transcript) {
      print_report(out_, report);
    } else {
      print_violations(out_, report);
    }
    if (arguments_.shrink && !progress_.tally.failed.empty()) {
      if (auto shrunk = shrink_first(); !shrunk) return std::unexpected(shrunk.error());
    }
    end();
    return progress_.tally.failed.empty() &&
           (!must_reach_everything(options_) || shortcomings(report).empty());
  }

 private:
  std::int64_t nanoseconds() const {
    return begun_ + std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::chrono::steady_clock::now() - start_)
                        .count();
  }
  void end() { (arguments_.json ? err_ : out_) << last_line(progress_.tally) << "\n"; }

  Plan planned(std::uint64_t seed) const {
    return plan_for(seed, options_.events, options_.profile, options_.only, options_.exchange);
  }

  // A story that breaks off in the midst of a line would hide why.
  void tell_line(std::string_view line) {
    out_ << line << (line.ends_with('\n') ? "" : "\n") << std::flush;
  }
  void tell_world(const Plan& plan) {
    out_ << "-- seed " << plan.seed << ", profile " << name_of(plan.profile) << ", faults "
         << to_text(plan.faults) << "\n";
    const WorldResult result =
        run_world(plan, {.checks = options_.checks(),
                         .tell = [this](std::string_view line) { tell_line(line); },
                         .make_end = options_.make_end});
    progress_.tally.add(plan, result);
  }

  std::expected<bool, CommandFailure> replay_regression() {
    const auto regression = read_regression(arguments_.regression);
    if (!regression) return refuse(regression.error());
    const auto plan = plan_of(*regression, arguments_.regression, options_.exchange);
    if (!plan) return refuse(plan.error());
    if (arguments_.transcript) {
      tell_world(*plan);
    } else {
      progress_.tally.add(
          *plan, run_world(*plan, {.checks = options_.checks(), .make_end = options_.make_end}));
    }
    for (const auto& [seed, violation] : progress_.tally.failed) {
      out_ << "  " << arguments_.regression << " breaks " << invariant_name(violation.invariant)
           << " at event " << number(violation.sequence) << ": " << violation.text << "\n";
    }
    end();
    return progress_.tally.failed.empty();
  }

  Done run_all() {
    std::optional<WargameProgressFile> file;
    if (!arguments_.resume.empty()) {
      file.emplace(arguments_.resume, options_);
      auto so_far = file->read();
      if (!so_far) return refuse(so_far.error());
      progress_ = std::move(*so_far);
      begun_ = progress_.nanoseconds;
      if (auto written = file->write(progress_); !written) {
        return refuse(written.error(), kWorldFailed);
      }
    }
    say_seed_when_broken(options_);
    std::optional<WargameBar> bar;
    if (::isatty(STDERR_FILENO) != 0) {
      bar.emplace(err_, options_.seeds, progress_.tally.worlds);
    }
    std::expected<void, std::string> written;
    auto saved = std::chrono::steady_clock::now();
    progress_.tally = run_worlds(options_, std::move(progress_.tally), [&](const Tally& tally) {
      if (bar) bar->draw(tally);
      const auto now = std::chrono::steady_clock::now();
      if (!file || now - saved < kSaveInterval) return;
      saved = now;
      written = file->write({tally, nanoseconds()});
    });
    if (bar) bar->clear();
    if (!written) return refuse(written.error(), kWorldFailed);
    if (file) file->remove();
    return {};
  }

  Done shrink_first() {
    const auto& [seed, violation] = progress_.tally.failed.front();
    const Plan plan = planned(seed);
    const WorldOptions world{.checks = options_.checks(), .make_end = options_.make_end};
    const Shrunk shrunk = shrink(
        plan, violation, [&](const Plan& part) { return run_world(part, world).violation; },
        kShrinkTime);
    std::string story;
    const Plan small = cut_down(plan, shrunk.part);
    run_world(small, {.checks = options_.checks(),
                      .tell =
                          [&story](std::string_view line) {
                            story += line;
                            if (!line.ends_with('\n')) story += '\n';
                          },
                      .make_end = options_.make_end});
    story +=
        "-- " + invariant_name(shrunk.violation.invariant) + ": " + shrunk.violation.text + "\n";
    out_ << "  The smallest world that breaks " << invariant_name(violation.invariant) << ": "
         << grouped(shrunk.part.stimuli.size()) << " of " << grouped(plan.stimuli.size())
         << " things happen, faults " << to_text(shrunk.part.faults) << " ("
         << grouped(shrunk.tries) << " worlds tried"
         << (shrunk.in_time ? "" : "; the time ran out before the end") << ")\n\n"
         << story << "\n";
    return save(plan, shrunk, story);
  }

  Done save(const Plan& plan, const Shrunk& shrunk, const std::string& story) {
    if (arguments_.save.empty()) return {};
    std::ofstream file(arguments_.save, std::ios::binary | std::ios::trunc);
    file << to_text(Regression{.seed = plan.seed,
                               .events = plan.events,
                               .profile = plan.profile,
                               .only = options_.only,
                               .part = shrunk.part,
                               .invariant = shrunk.violation.invariant,
                               .plan_digest = digest_of(plan),
                               .story = story});
    file.close();
    if (!file) return refuse(arguments_.save + ": cannot be written", kWorldFailed);
    return {};
  }

  const WargameArguments& arguments_;
  const RunOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  WargameProgress progress_;
  std::int64_t begun_ = 0;  // Nanoseconds of work of earlier days.
  std::chrono::steady_clock::time_point start_;
};

}  // namespace

int run_wargame_command(const WargameArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto fail = [&err](const CommandFailure& failure) {
    err << "tranchet: wargame: " << failure.message << "\n";
    return failure.status;
  };
  const auto options = read_options(arguments);
  if (!options) return fail(options.error());
  if (const auto fits = check_together(arguments, *options); !fits) return fail(fits.error());
  const auto held = Wargame(arguments, *options, out, err).run();
  if (!held) return fail(held.error());
  return *held ? kDone : kAnswerIsNo;
}

}  // namespace tranchet
