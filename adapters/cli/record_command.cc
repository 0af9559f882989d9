#include "adapters/cli/record_command.h"

#include <signal.h>

#include <limits>
#include <ostream>
#include <thread>

#include "adapters/cli/command_failure.h"
#include "adapters/cli/configuration.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/live_venue.h"
#include "adapters/live/inbox.h"
#include "adapters/live/session.h"
#include "adapters/live/tape_recorder.h"

namespace tranchet {
namespace {

using Recorded = std::expected<std::uint64_t, CommandFailure>;

// Waits for a signal on a thread of its own; the inbox hears of it.
class StopSignal {
 public:
  StopSignal(Inbox& inbox, bool& stopped)
      : thread_([&inbox, &stopped] {
          sigset_t set;
          sigemptyset(&set);
          for (const int number : {SIGTERM, SIGINT, SIGUSR2}) sigaddset(&set, number);
          int number = 0;
          sigwait(&set, &number);
          inbox.post([&stopped](ClockReading) { stopped = true; });
        }) {}
  ~StopSignal() {
    pthread_kill(thread_.native_handle(), SIGUSR2);
    thread_.join();
  }

 private:
  std::thread thread_;
};

// Until a signal, or until the tape cannot be written.
Recorded record(Inbox& inbox, TapeRecorder& recorder) {
  bool stopped = false;
  const StopSignal signal(inbox, stopped);
  std::vector<Inbox::Work> work;
  std::vector<Occurrence> market;
  while (!stopped) {
    inbox.take(recorder.next_write(), work, market);
    const ClockReading now = read_clocks();
    for (const Inbox::Work& piece : work) piece(now);
    for (const Occurrence& occurrence : market) {
      if (auto taken = recorder.take(occurrence); !taken) {
        return refuse(taken.error(), kWorldFailed);
      }
    }
    if (auto written = recorder.write(now.steady, stopped); !written) {
      return refuse(written.error(), kWorldFailed);
    }
  }
  return recorder.recorded();
}

Recorded run(const RecordArguments& arguments, std::ostream& err) {
  Names names;
  const auto configuration = load_configuration(arguments.config, arguments.sets, names);
  if (!configuration) return refuse(to_text(configuration.error()));
  std::vector<std::string> symbols;
  for (const ConfiguredInstrument& configured : configuration->instruments) {
    symbols.push_back(configured.symbol);
  }
  if (symbols.empty()) {
    return refuse(arguments.config + ": names no [instrument.SYMBOL] to record");
  }
  hold_signals_back();
  auto network = Network::start({.certificates = configuration->venue.certificates});
  if (!network) return refuse("venue.certificates: " + network.error());
  const auto venue = make_live_venue(*configuration);
  if (!venue) return refuse(venue.error());
  TapeRecorder recorder(arguments.into, symbols, names);
  // A recording is never conflated: what does not fit into memory ends it.
  Inbox inbox({.market = std::numeric_limits<std::size_t>::max()});
  const MarketSink sink{
      .on_prices = [&](Timestamp wall,
                       std::span<const EventBody> prices) { inbox.post_market(wall, prices); },
      .on_stream =
          [&](bool up, const std::string& why) {
            err << "tranchet: record: stream " << (up ? "open" : "ended: " + why) << std::endl;
          },
      .on_flaw =
          [&](const std::string& flaw) { err << "tranchet: record: " << flaw << std::endl; }};
  const auto watched = (*venue)->watch(**network, names, WatchedBook::BestBidAndAsk, sink);
  if (!watched) return refuse(watched.error(), kWorldFailed);
  const Recorded outcome = record(inbox, recorder);
  inbox.close();
  (*network)->stop();
  return outcome;
}

}  // namespace

int run_record_command(const RecordArguments& arguments, std::ostream& out, std::ostream& err) {
  const Recorded recorded = run(arguments, err);
  if (!recorded) {
    err << "tranchet: record: " << recorded.error().message << "\n";
    return recorded.error().status;
  }
  out << "recorded " << *recorded << " events into " << arguments.into << std::endl;
  return out.good() ? kDone : kWorldFailed;
}

}  // namespace tranchet
