#include "adapters/cli/follow_command.h"

#include <pthread.h>
#include <signal.h>

#include <ctime>
#include <ostream>

#include "adapters/cli/bisect_command.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/hindsight_text.h"
#include "adapters/cli/other_program.h"
#include "replay/compare_logs.h"
#include "replay/log_follower.h"
#include "replay/log_watch.h"
#include "replay/resume.h"

namespace tranchet {
namespace {

class Follow {
 public:
  Follow(const FollowArguments& arguments, LogReader& log, const HindsightSetup& setup,
         const Engine* start, std::ostream& out, std::ostream& err)
      : arguments_(arguments),
        log_(log),
        setup_(setup),
        follower_(log, start),
        watch_(log),
        out_(out),
        err_(err) {}

  int run(const std::function<bool()>& wait) {
    while (true) {
      const auto event = follower_.read();
      if (!event) return fail(event.error());
      if (*event == nullptr) {
        if (const int status = compare_notes(); status != kDone) return status;
        if (!wait()) break;
        continue;
      }
      if (const int status = take(**event); status != kDone) return status;
    }
    out_ << "  followed to sequence " << (started_ ? number(last_) : 0) << ": ";
    if (!arguments_.other.empty()) {
      out_ << "every decision is the same with the other settings\n";
    } else {
      out_ << "decides the same (" << watch_.compared() << " digests compared)\n";
    }
    return kDone;
  }

 private:
  int take(const Event& event) {
    // What the settings themselves ask for is part of the first event under them.
    const bool is_start = std::holds_alternative<RunStarted>(event.body);
    if (!arguments_.other.empty() && !shadow_ && !is_start) {
      shadow_.emplace(follower_.engine());
      if (!shadow_->change(setup_.changes, event.time)) return differs(event, "");
    }
    follower_.apply();
    started_ = true;
    last_ = event.sequence;
    if (shadow_) {
      if (shadow_->follow(event, follower_.output(), log_.names())) return kDone;
      return differs(event,
                     request_lines(follower_.output().commands, event.sequence, log_.names()));
    }
    if (!arguments_.other.empty()) return kDone;
    const auto found = watch_.take(event, follower_.engine());
    return found ? decided_otherwise(*found) : kDone;
  }

  int compare_notes() {
    if (!started_ || !arguments_.other.empty()) return kDone;
    const auto found = watch_.caught_up(follower_.engine());
    if (!found) return fail(found.error());
    return *found ? decided_otherwise(**found) : kDone;
  }

  int differs(const Event& event, const std::string& in_log) {
    alarm("at sequence " + std::to_string(number(event.sequence)) + ", " + to_text(event.time) +
          ", the other settings decide otherwise");
    print_decision("in the log", in_log, err_);
    print_decision("otherwise",
                   request_lines(shadow_->output().commands, event.sequence, log_.names()), err_);
    return kAnswerIsNo;
  }

  int decided_otherwise(const WatchFinding& found) {
    if (found.order == OrderId::None) {
      alarm("between sequence " + std::to_string(number(found.first)) + " and " +
            std::to_string(number(found.last)) +
            " this program decides otherwise than the one that writes the log");
    } else {
      alarm("at sequence " + std::to_string(number(found.first)) +
            " this program decides otherwise than the one that writes the log");
      print_decision("in the log",
                     "order " + to_text(found.order) + " was sent, as sequence " +
                         std::to_string(number(last_)) + " says",
                     err_);
      auto again = LogReader::open(arguments_.log);
      if (!again) return fail(again.error());
      const auto lines = commands_at(**again, found.first);
      if (!lines) return fail(lines.error());
      print_decision("this program", lines->value_or(""), err_);
    }
    if (arguments_.against.empty()) return kAnswerIsNo;
    return log_bisect(arguments_.log, arguments_.against, false, err_, err_);
  }

  void alarm(const std::string& what) {
    const std::string text = arguments_.log + ": " + what;
    err_ << "tranchet: ALARM: " << text << "\n" << std::flush;
    if (arguments_.alert.empty()) return;
    auto told = OtherProgram::start({arguments_.alert, text});
    if (!told) {
      err_ << "tranchet: replay: --alert \"" << arguments_.alert
           << "\" cannot be run: " << told.error() << "\n";
      return;
    }
    told->rest();
    if (const int status = told->wait(); status != 0) {
      err_ << "tranchet: replay: --alert \"" << arguments_.alert << "\" ended with status "
           << status << "\n";
    }
  }

  int fail(const LogError& error) {
    err_ << "tranchet: replay: " << error.message << "\n";
    return exit_status(error.kind);
  }

  const FollowArguments& arguments_;
  LogReader& log_;
  const HindsightSetup& setup_;
  LogFollower follower_;
  LogWatch watch_;
  std::optional<Shadow> shadow_;
  bool started_ = false;
  Sequence last_{};
  std::ostream& out_;
  std::ostream& err_;
};

}  // namespace

int run_follow_command(const FollowArguments& arguments, const std::function<bool()>& wait,
                       std::ostream& out, std::ostream& err) {
  const auto refuse = [&](const std::string& why, int status) {
    err << "tranchet: replay: " << why << "\n";
    return status;
  };
  if (auto sound = check_in_child(arguments.log, CheckDepth::Records); !sound) {
    return refuse(sound.error().message, exit_status(sound.error().kind));
  }
  auto log = LogReader::open(arguments.log);
  if (!log) return refuse(log.error().message, exit_status(log.error().kind));
  const auto setup = hindsight_setup(**log, arguments.other);
  if (!setup) return refuse(setup.error(), kBadInput);
  std::optional<Engine> start;
  if (arguments.from_snapshot) {
    auto found = engine_of_snapshot(**log, (*log)->head().last);
    if (!found) return refuse(found.error().message, exit_status(found.error().kind));
    start = std::move(*found);
  }
  return Follow(arguments, **log, *setup, start ? &*start : nullptr, out, err).run(wait);
}

std::function<bool()> until_interrupted() {
  sigset_t endings;
  sigemptyset(&endings);
  sigaddset(&endings, SIGINT);
  sigaddset(&endings, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &endings, nullptr);
  return [endings] {
    const timespec patience{.tv_sec = 0, .tv_nsec = 500'000'000};
    return sigtimedwait(&endings, nullptr, &patience) < 0;
  };
}

}  // namespace tranchet
