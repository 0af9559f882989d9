// Wakes one mutant after the other and puts it into worlds until something says that it is wrong.
//
//   kill_matrix [--mutants A-B] [--seeds N] [--events N] [--alone]
//
// One row a mutant: what it breaks, which check saw it, and in which seed, counted from 1; "page":
// no world did, but a scenario or a test of the engine alone, for a world comes there too rarely
// or, while the rest of the program is right, never. --alone: as well, whether the check that the
// list names for it sees it when it is the only one on. Before that the program as it stands goes
// through the same seeds; one in which something is said of it proves nothing, and no mutant is put
// into it. Exit status 1: a mutant survived, or there is such a seed.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/wargame/world.h"
#include "tests/mutants/log_trial.h"
#include "tests/mutants/mutant.h"
#include "tests/mutants/mutant_list.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProcesses = 2;
constexpr rlim_t kSeedSeconds = 30;  // Of processor time; a mutant may never end.
constexpr rlim_t kMemoryBytes = rlim_t{3} << 30;

struct Options {
  int first = 1;
  int last = 1'000'000;
  std::uint64_t seeds = 1'500;
  std::uint64_t events = 2'000;
  bool alone = false;
};

// One mutant under all checks, or under one.
struct Job {
  int mutant = 0;  // 0: the program as it stands.
  int only = 0;    // The only check that is on; 0: all are.
  bool in_worlds = true;
  bool on_real_log = false;
  std::uint64_t first = 1;  // Seeds: first, first + stride, ... up to last.
  std::uint64_t stride = 1;
  std::uint64_t last = 0;

  bool is_control() const { return mutant == 0; }
};

struct Verdict {
  bool killed = false;
  bool by_check = false;  // Not by an assertion, a crash or a limit.
  std::string by;
  std::string text;
  std::uint64_t seed = 0;  // The one that did it, else the last.
};

// ---- In the child. Lines: "seed 7", then "killed I-07 what was found", or nothing.

void limit_processor_time() {
  struct rusage used {};
  ::getrusage(RUSAGE_SELF, &used);
  const rlim_t until = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  const struct rlimit limit { until + kSeedSeconds, RLIM_INFINITY };
  ::setrlimit(RLIMIT_CPU, &limit);
}

Profile profile_of(std::uint64_t seed) {
  constexpr std::array kProfiles{Profile::Intents, Profile::Everything, Profile::Healthy};
  return kProfiles[seed % kProfiles.size()];
}

std::string number_text(int invariant) {
  return (invariant < 10 ? "I-0" : "I-") + std::to_string(invariant);
}

// What is said about one seed: "I-07 what was found"; empty: nothing.
std::string judge(const Job& job, const Options& options, std::uint64_t seed,
                  const fs::path& folder) {
  if (job.on_real_log) {
    const fs::path trial = folder / std::to_string(seed);
    fs::create_directories(trial);
    const auto complaint = log_trial(seed, trial);
    fs::remove_all(trial);
    if (complaint) return number_text(37) + " the real log: " + *complaint;
  }
  if (!job.in_worlds) return {};
  const Plan plan = plan_for(seed, options.events, profile_of(seed));
  const WorldOptions world{.checks =
                               job.only == 0 ? InvariantSet::all() : InvariantSet::only(job.only)};
  const WorldResult result = run_world(plan, world);
  if (!result.violation) return {};
  return number_text(result.violation->invariant) + " " + result.violation->text;
}

// Whether the tests of the engine alone, which are woven as well, see it.
bool tests_see(int mutant) {
  ::setenv("TRANCHET_MUTANT", std::to_string(mutant).c_str(), 1);
  const auto fails = [](const std::string& program) {
    return std::system(("'" + program + "' --gtest_brief=1 >/dev/null 2>&1").c_str()) != 0;
  };
  return fails(TRANCHET_SCENARIOS) || fails(TRANCHET_ENGINE_TESTS);
}

// Goes through the seeds but for the useless ones, until something is said.
[[noreturn]] void run_child(const Job& job, const Options& options,
                            const std::set<std::uint64_t>& useless, int output,
                            const fs::path& folder) {
  const struct rlimit none {};
  ::setrlimit(RLIMIT_CORE, &none);
  const struct rlimit memory { kMemoryBytes, kMemoryBytes };
  ::setrlimit(RLIMIT_DATA, &memory);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  chosen_mutant = job.mutant;
  for (std::uint64_t seed = job.first; seed <= job.last; seed += job.stride) {
    if (useless.contains(seed)) continue;
    limit_processor_time();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    const std::string said = judge(job, options, seed, folder);
    if (said.empty()) continue;
    std::printf("killed %s\n", said.c_str());
    if (!job.is_control()) {
      std::fflush(stdout);
      ::_exit(0);
    }
  }
  if (!job.is_control() && job.only == 0 && tests_see(job.mutant)) {
    std::printf("killed page a scenario, or a test of the engine\n");
  }
  std::fflush(stdout);
  ::_exit(0);
}

// ---- In the parent.

struct Child {
  Job job;
  pid_t process = 0;
  int input = -1;
  std::string said;
  fs::path folder;
};

template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    visit(line);
  }
}

bool is_seed(std::string_view line, std::uint64_t& seed) {
  if (!line.starts_with("seed ")) return false;
  std::from_chars(line.data() + 5, line.data() + line.size(), seed);
  return true;
}

Verdict verdict_of(std::string_view said, int status) {
  Verdict verdict;
  for_each_line(said, [&verdict](std::string_view line) {
    if (is_seed(line, verdict.seed)) {
      verdict.killed = verdict.by_check = false;
      verdict.text.clear();
    } else if (line.starts_with("killed ")) {
      verdict.killed = verdict.by_check = true;
      verdict.by = line.substr(7, 4);
      verdict.text = line.substr(std::min<std::size_t>(12, line.size()));
    } else {
      verdict.text = line;
    }
  });
  if (verdict.by_check || !WIFSIGNALED(status)) return verdict;
  verdict.killed = true;
  const int signal = WTERMSIG(status);
  verdict.by = signal == SIGABRT   ? "assertion"
               : signal == SIGXCPU ? "never ends"
                                   : "signal " + std::to_string(signal);
  return verdict;
}

class Matrix {
 public:
  Matrix(const MutantList& list, const Options& options, fs::path folder)
      : list_(list), options_(options), folder_(std::move(folder)), next_(options.first) {}

  // True: none survived, and the program as it stands is blameless.
  bool run() {
    control();
    for (const Mutant& mutant : chosen()) {
      waiting_.push_back(job_of(mutant, 0));
      if (options_.alone) waiting_.push_back(job_of(mutant, mutant.invariant));
    }
    print_head();
    work();
    std::size_t killed = 0;
    for (const auto& [number, verdict] : verdicts_) killed += verdict.killed ? 1 : 0;
    if (options_.alone) print_alone_count();
    std::printf("%zu mutants, %zu killed, %zu survived\n", verdicts_.size(), killed,
                verdicts_.size() - killed);
    return useless_.empty() && killed == verdicts_.size();
  }

 private:
  std::vector<Mutant> chosen() const {
    std::vector<Mutant> result;
    for (const Mutant& mutant : list_.mutants) {
      if (mutant.number >= options_.first && mutant.number <= options_.last) {
        result.push_back(mutant);
      }
    }
    return result;
  }

  Job job_of(const Mutant& mutant, int only) const {
    return {.mutant = mutant.number,
            .only = only,
            .on_real_log = mutant.file.starts_with("events/log/"),
            .last = options_.seeds};
  }

  void work() {
    while (!waiting_.empty() || !children_.empty()) {
      while (!waiting_.empty() && children_.size() < kProcesses) {
        start(waiting_.front());
        waiting_.pop_front();
      }
      read_some();
    }
  }

  void start(const Job& job) {
    Child child{.job = job, .folder = folder_ / std::to_string(++started_)};
    fs::create_directories(child.folder);
    std::array<int, 2> pipe{};
    ENSURE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    std::fflush(stdout);
    child.process = ::fork();
    ENSURE(child.process >= 0);
    if (child.process == 0) run_child(job, options_, useless_, pipe[1], child.folder);
    ::close(pipe[1]);
    child.input = pipe[0];
    children_.push_back(std::move(child));
  }

  void read_some() {
    std::vector<pollfd> inputs;
    for (const Child& child : children_) inputs.push_back({child.input, POLLIN, 0});
    if (::poll(inputs.data(), inputs.size(), -1) < 0) return;
    for (std::size_t n = children_.size(); n-- > 0;) {
      if (inputs[n].revents == 0) continue;
      Child& child = children_[n];
      std::array<char, 4'096> buffer{};
      const ssize_t size = ::read(child.input, buffer.data(), buffer.size());
      if (size > 0) {
        child.said.append(buffer.data(), static_cast<std::size_t>(size));
        continue;
      }
      finish(child);
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }

  void finish(const Child& child) {
    ::close(child.input);
    int status = 0;
    while (::waitpid(child.process, &status, 0) < 0 && errno == EINTR) {
    }
    std::error_code ignored;
    fs::remove_all(child.folder, ignored);
    const Verdict verdict = verdict_of(child.said, status);
    if (child.job.is_control()) {
      note_control(child, verdict);
      return;
    }
    if (child.job.only != 0) {
      alone_[child.job.mutant] = verdict;
    } else {
      verdicts_[child.job.mutant] = verdict;
    }
    print_ready();
  }

  // The program as it stands, through all seeds.
  void control() {
    for (std::uint64_t first = 1; first <= kProcesses; ++first) {
      waiting_.push_back(
          {.on_real_log = true, .first = first, .stride = kProcesses, .last = options_.seeds});
    }
    work();
    std::printf("no mutant, %llu seeds: something is said in %zu\n",
                static_cast<unsigned long long>(options_.seeds), useless_.size());
  }

  void note_control(const Child& child, const Verdict& verdict) {
    std::uint64_t seed = 0;
    for_each_line(child.said, [&](std::string_view line) {
      if (is_seed(line, seed) || !line.starts_with("killed ")) return;
      blame(seed, line.substr(7));
    });
    if (!verdict.killed || verdict.by_check) return;
    // It did not live to see the rest.
    blame(verdict.seed, verdict.by + " " + verdict.text);
    Job rest = child.job;
    rest.first = verdict.seed + rest.stride;
    waiting_.push_back(rest);
  }
  void blame(std::uint64_t seed, std::string_view said) {
    useless_.insert(seed);
    std::printf("no mutant, seed %llu: %.*s\n", static_cast<unsigned long long>(seed),
                static_cast<int>(said.size()), said.data());
  }

  static void print_head() {
    std::printf("%-6s %-6s %-84s %-10s %5s  %-12s %s\n", "mutant", "defect", "what", "killed by",
                "seed", "alone", "what was found");
  }

  void print_alone_count() const {
    const auto seen = std::count_if(alone_.begin(), alone_.end(),
                                    [](const auto& entry) { return entry.second.by_check; });
    std::printf("%td of %zu killed by the check named for them, alone\n", seen, alone_.size());
  }

  // The rows whose turn has come: in order, whatever was ready first.
  void print_ready() {
    for (; next_ <= options_.last && verdicts_.contains(next_); ++next_) {
      if (options_.alone && !alone_.contains(next_)) return;
      print(list_.mutants[static_cast<std::size_t>(next_) - 1], verdicts_.at(next_));
    }
  }
  void print(const Mutant& mutant, const Verdict& verdict) const {
    const std::string defect = mutant.defect == 0 ? "own" : "D" + std::to_string(mutant.defect);
    std::printf("%-6d %-6s %-84s %-10s %5llu  %-12s %.120s\n", mutant.number, defect.c_str(),
                mutant.what.c_str(), verdict.killed ? verdict.by.c_str() : "SURVIVED",
                static_cast<unsigned long long>(verdict.seed), alone_text(mutant).c_str(),
                verdict.text.c_str());
  }
  // "I-06 3": the check named for it needs seed 3; "I-06 never".
  std::string alone_text(const Mutant& mutant) const {
    const std::string check = number_text(mutant.invariant);
    const auto found = alone_.find(mutant.number);
    if (found == alone_.end()) return check;
    return check + " " + (found->second.by_check ? std::to_string(found->second.seed) : "never");
  }

  const MutantList& list_;
  Options options_;
  fs::path folder_;
  std::deque<Job> waiting_;
  std::vector<Child> children_;
  std::uint64_t started_ = 0;
  int next_ = 1;  // The row to be printed next.
  std::map<int, Verdict> verdicts_;
  std::map<int, Verdict> alone_;
  std::set<std::uint64_t> useless_;  // Seeds in which the program as it stands is blamed.
};

// ---- The command line.

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && at == text.data() + text.size() && number > 0;
}

bool read_range(std::string_view text, Options& options) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  if (!read_number(text.substr(0, dash), options.first)) return false;
  if (dash < text.size()) return read_number(text.substr(dash + 1), options.last);
  options.last = options.first;
  return true;
}

std::optional<Options> read_options(const std::vector<std::string_view>& words) {
  Options options;
  for (std::size_t n = 0; n < words.size(); ++n) {
    if (words[n] == "--alone") {
      options.alone = true;
      continue;
    }
    if (n + 1 == words.size()) return std::nullopt;
    const std::string_view value = words[n + 1];
    const bool fine = words[n] == "--mutants"  ? read_range(value, options)
                      : words[n] == "--seeds"  ? read_number(value, options.seeds)
                      : words[n] == "--events" ? read_number(value, options.events)
                                               : false;
    if (!fine) return std::nullopt;
    ++n;
  }
  return options;
}

int run(const std::vector<std::string_view>& words) {
  const auto options = read_options(words);
  if (!options) {
    std::cerr << "usage: kill_matrix [--mutants A-B] [--seeds N] [--events N] [--alone]\n";
    return 2;
  }
  std::ifstream page(fs::path(TRANCHET_SOURCE_DIR) / "tests" / "mutants" / "mutants.txt");
  const std::string text{std::istreambuf_iterator<char>(page), std::istreambuf_iterator<char>()};
  const auto list = parse_mutants(text);
  if (!list) {
    std::cerr << "mutants.txt: " << list.error() << "\n";
    return 2;
  }
  std::string folder = (fs::temp_directory_path() / "tranchet-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    std::cerr << "no folder for the logs: " << folder << "\n";
    return 5;
  }
  const bool all_killed = Matrix(*list, *options, folder).run();
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return all_killed ? 0 : 1;
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  return tranchet::run({arguments + 1, arguments + count});
}
