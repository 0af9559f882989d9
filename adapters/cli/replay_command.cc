#include "adapters/cli/replay_command.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <ostream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/follow_command.h"
#include "adapters/cli/moment.h"
#include "adapters/cli/what_if_command.h"
#include "adapters/gateway/gateway.h"
#include "adapters/gateway/state_json.h"
#include "adapters/gateway/state_text.h"
#include "events/digest.h"
#include "events/log/segments.h"
#include "replay/resume.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

std::string verdict(const ReplayResult& result) {
  if (result.notes == 0) return "nothing to compare with";
  if (!result.divergence) return "decides the same";
  return std::string(result.divergence->commands ? "the commands differ" : "the state differs") +
         " between sequence " + std::to_string(number(result.divergence->agreed) + 1) + " and " +
         std::to_string(number(result.divergence->sequence));
}

void print_json(std::ostream& out, const ReplayArguments& arguments, const ReplayResult& result,
                const LogHead& head, std::string_view state) {
  out << "{\"log\":\"" << arguments.log << "\",\"events\":" << result.events;
  if (result.snapshot) out << ",\"from_snapshot\":" << number(*result.snapshot);
  out << ",\"commands\":" << result.commands << ",\"first_time\":\"" << to_text(result.first_time)
      << "\",\"last_time\":\"" << to_text(result.last_time) << "\",\"command_digest\":\""
      << digest_text(result.command_digest) << "\",\"state_digest\":\""
      << digest_text(result.state_digest) << "\",\"chain\":\"" << head.chain << "\"";
  if (arguments.verify) {
    out << ",\"digests_compared\":" << result.notes
        << ",\"verified\":" << (!result.divergence && result.notes > 0 ? "true" : "false");
    if (result.divergence) {
      out << ",\"differs_by\":" << number(result.divergence->sequence)
          << ",\"agreed_until\":" << number(result.divergence->agreed);
    }
  }
  if (!state.empty()) out << ",\"state\":" << state;
  out << "}\n";
}

void print_text(std::ostream& out, const ReplayArguments& arguments, const ReplayResult& result,
                const LogHead& head, std::int64_t nanoseconds) {
  const std::int64_t rate = nanoseconds > 0
                                ? static_cast<std::int64_t>(static_cast<Int128>(result.events) *
                                                            1'000'000'000 / nanoseconds)
                                : 0;
  out << "  log             " << arguments.log << "\n";
  if (result.snapshot) {
    out << "  from snapshot   " << number(*result.snapshot) << "\n";
    if (!arguments.until.empty()) {
      out << "                  what was earned and traded before it is not counted below\n";
    }
  }
  out << "  events          " << result.events << "  (" << to_text(result.first_time) << " to "
      << to_text(result.last_time) << ")\n"
      << "  commands        " << result.commands << "\n"
      << "  command digest  " << digest_text(result.command_digest) << "\n"
      << "  state digest    " << digest_text(result.state_digest) << "\n"
      << "  chain           " << head.chain << "\n";
  if (arguments.verify) {
    out << "  verified        " << verdict(result) << " (" << result.notes
        << " digests compared)\n";
  }
  out << "  speed           " << rate << " events/s\n";
}

// The screen after an event, in one pass: from the first event, or from the newest snapshot before
// it that holds. Of the ledger there is then what happened since.
struct Shown {
  ReplayResult result;
  Screen screen;
};
std::expected<Shown, LogError> fold_until(LogReader& log, Sequence until, bool from_snapshot) {
  ReplayResult result;
  std::optional<Screen> screen;
  if (from_snapshot) {
    auto begun = engine_of_snapshot(log, until);
    if (!begun) return std::unexpected(begun.error());
    if (*begun) screen = Screen::begin(std::move(**begun));
  }
  if (screen) {
    result.snapshot = screen->sequence();
    result.first_time = result.last_time = screen->time();
  }
  std::expected<void, LogError> begun;
  const Sequence from = screen ? next(screen->sequence()) : log.first();
  auto scanned = log.scan(from, [&](const Event& event) {
    if (event.sequence > until) return false;
    if (!screen) {
      auto first = Screen::begin(event, log);
      if (!first) begun = std::unexpected(first.error());
      if (!first) return false;
      screen = std::move(*first);
    }
    if (result.events++ == 0) result.first_time = event.time;
    result.last_time = event.time;
    result.commands += screen->apply(event).commands.size();
    return event.sequence < until;
  });
  if (!begun) return std::unexpected(begun.error());
  if (!scanned) return std::unexpected(scanned.error());
  if (!screen) {
    return std::unexpected(LogError{
        .kind = LogErrorKind::NotALog,
        .sequence = until,
        .message = "the log has no event at or before sequence " + std::to_string(number(until))});
  }
  result.command_digest = screen->engine().command_digest();
  result.state_digest = screen->engine().state_digest();
  return Shown{.result = result, .screen = std::move(*screen)};
}

// Damage can crash the store's own code: it is looked for in a child process first. Who starts near
// the moment needs data.mdb, and of the segments those after the snapshot, which are checked as
// they are read.
std::expected<LogHead, LogError> look_for_damage(const ReplayArguments& arguments) {
  std::error_code unreadable;
  const bool starts_near = arguments.from_snapshot && !arguments.until.empty() &&
                           !arguments.verify &&
                           std::filesystem::is_directory(arguments.log, unreadable);
  if (starts_near) return check_newest_in_child(arguments.log);
  return check_in_child(arguments.log, arguments.verify ? CheckDepth::Chain : CheckDepth::Records);
}

// Serves until it is interrupted. Signals are blocked before there are threads, so that they all
// leave them to this one.
int serve(const ReplayArguments& arguments, std::ostream& out, std::ostream& err) {
  sigset_t endings;
  sigemptyset(&endings);
  sigaddset(&endings, SIGINT);
  sigaddset(&endings, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &endings, nullptr);
  auto gateway = Gateway::start({.log = arguments.log,
                                 .listen = arguments.serve,
                                 .read_only = true,
                                 .follow = arguments.follow,
                                 .trading_mode = "REPLAY"},
                                nullptr);
  if (!gateway) {
    err << "tranchet: replay: --serve: " << gateway.error() << "\n";
    return kWorldFailed;
  }
  const std::string host = arguments.serve.substr(0, arguments.serve.rfind(':'));
  out << "  The log on a page: http://" << host << ":" << (*gateway)->port()
      << "/   (Ctrl-C ends it)\n"
      << std::flush;
  int signal = 0;
  sigwait(&endings, &signal);
  return kDone;
}

// What goes together; empty: it does.
std::string contradiction(const ReplayArguments& arguments) {
  const bool is_shadow = arguments.follow && arguments.serve.empty();
  if (!is_shadow && !(arguments.against.empty() && arguments.alert.empty())) {
    return "--against and --alert go with --follow, without --serve";
  }
  if (!arguments.from.empty() && (arguments.other.empty() || arguments.follow)) {
    return "--from is the first event under other settings: it goes with --set or --config";
  }
  const bool looks_on = !arguments.serve.empty() || arguments.verify || !arguments.until.empty();
  if (looks_on && !arguments.other.empty()) {
    return "--set and --config tell what would have been: neither --serve, --verify nor --until "
           "goes with them";
  }
  if (is_shadow && (arguments.json || !arguments.until.empty())) {
    return "--follow without --serve watches for a decision that differs: neither --json nor "
           "--until goes with it";
  }
  return {};
}

}  // namespace

int run_replay_command(const ReplayArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const LogError& error) {
    err << "tranchet: replay: " << error.message << "\n";
    return exit_status(error.kind);
  };
  if (const std::string wrong = contradiction(arguments); !wrong.empty()) {
    err << "tranchet: replay: " << wrong << "\n";
    return kBadInput;
  }
  if (arguments.follow && arguments.serve.empty()) {
    return run_follow_command({.log = arguments.log,
                               .other = arguments.other,
                               .from_snapshot = arguments.from_snapshot,
                               .against = arguments.against,
                               .alert = arguments.alert},
                              until_interrupted(), out, err);
  }
  if (auto sound = look_for_damage(arguments); !sound) return fail(sound.error());
  if (!arguments.serve.empty()) return serve(arguments, out, err);
  if (!arguments.other.empty()) {
    return run_what_if_command({.log = arguments.log,
                                .other = arguments.other,
                                .from = arguments.from,
                                .json = arguments.json},
                               out, err);
  }
  auto log = LogReader::open(arguments.log);
  if (!log) return fail(log.error());
  ReplayOptions options{.verify = arguments.verify, .from_snapshot = arguments.from_snapshot};
  if (!arguments.until.empty()) {
    const auto moment = parse_moment(arguments.until);
    if (!moment) {
      err << "tranchet: replay: --until \"" << arguments.until
          << "\" is neither a sequence nor a time\n";
      return kBadInput;
    }
    const auto last = last_until(**log, *moment);
    if (!last) return fail(last.error());
    options.until = *last;
  }
  const auto start = std::chrono::steady_clock::now();
  std::optional<Shown> shown;
  if (options.until) {
    auto folded = fold_until(**log, *options.until, options.from_snapshot);
    if (!folded) return fail(folded.error());
    shown = std::move(*folded);
  }
  std::expected<ReplayResult, LogError> result;
  if (shown && !options.verify) {
    result = shown->result;
  } else {
    result = replay(**log, options);
  }
  if (!result) return fail(result.error());
  const auto nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start)
          .count();
  if (arguments.json) {
    print_json(out, arguments, *result, (*log)->head(),
               shown ? state_json(shown->screen, (*log)->names(), true) : "");
  } else {
    print_text(out, arguments, *result, (*log)->head(), nanoseconds);
    if (shown) print_state(out << "\n", shown->screen, (*log)->names());
  }
  return result->divergence ? kAnswerIsNo : kDone;
}

}  // namespace tranchet
