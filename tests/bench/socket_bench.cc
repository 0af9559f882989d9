// From socket to socket: prices leave a venue over TLS, and the order that closes a position comes
// back to it. The program that trades is the real one, in a process of its own, its log durable on
// this disk; the venue is here, so that one clock sees both moments.
//
//   bench_socket [ROUNDS] [aster | fyers]    both; 100 rounds in 70 s, and 20 in 84 s
//
// Beside it, in the same run: a bare commit of the disk, and a bare round trip over loopback TLS.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/net/server.h"
#include "tests/adapters/live/child.h"
#include "tests/adapters/live/control_wish.h"
#include "tests/adapters/live/process_figures.h"
#include "tests/adapters/net/forged_identity.h"
#include "tests/adapters/net/simple_client.h"
#include "tests/bench/bare_commits.h"
#include "tests/bench/socket_desk.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using namespace literals;
using venue_server::StreamId;

// What came of one frame, by the steady clock.
struct Reaction {
  Timestamp left;                    // The frame, handed to the socket.
  std::optional<Timestamp> first;    // The first order, change or cancel came in.
  std::optional<Timestamp> closing;  // The order that closes did.
};

// The twin behind TLS, as its listener puts it there, with a look at what passes.
class VenueOnSockets final : public ServerHandler {
 public:
  VenueOnSockets(const IdentityFiles& identity, std::unique_ptr<SocketDesk> desk)
      : desk_(std::move(desk)) {
    ServerOptions options;
    options.identity = {identity.certificate.string(), identity.key.string()};
    options.limits.messages_per_second = 2'000;  // Frames of prices may be acknowledged.
    auto server = Server::listen(options, *this);
    if (!server) std::abort();
    server_ = std::move(*server);
    advance();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~VenueOnSockets() override {
    server_->stop();
    thread_.join();
    sessions_.clear();
  }
  std::uint16_t port() const { return server_->port(); }
  const SocketDesk& desk() const { return *desk_; }  // What it says of itself.

  // On the venue's thread; what it answers.
  template <class Question>
  auto ask(Question question) {
    std::promise<decltype(question())> promise;
    server_->post([&] { promise.set_value(question()); });
    return promise.get_future().get();
  }

  void trade(Price price) {
    ask([&] {
      desk_->trade(price);
      send(desk_->take_output());
      return 0;
    });
  }
  // Untraded, out of turn; from now on it is looked at what it causes.
  void tick(Price price) {
    ask([&] {
      auto frames = desk_->tick(price);
      reaction_ = Reaction{.left = read_clocks().steady, .first = {}, .closing = {}};
      send(std::move(frames));
      return 0;
    });
  }
  Reaction take_reaction() {
    return ask([&] { return *std::exchange(reaction_, std::nullopt); });
  }
  bool is_flat() {
    return ask([&] { return !desk_->is_held() && desk_->open_orders() == 0; });
  }
  // Held, with a stop and a target.
  bool is_protected() {
    return ask([&] { return desk_->is_held() && desk_->open_orders() == 2; });
  }
  bool is_heard() {
    return ask([&] { return desk_->is_heard(); });
  }

 private:
  void advance() {
    desk_->advance();
    send(desk_->take_output());
    server_->after(std::chrono::milliseconds(10), [this] { advance(); });
  }
  void send(std::vector<venue_server::StreamOutput> outputs) {
    for (auto& output : outputs) {
      const auto found = sessions_.find(output.stream);
      if (found == sessions_.end()) continue;
      if (output.is_binary) {
        found->second->send_binary(std::move(output.text));
      } else {
        found->second->send_text(std::move(output.text));
      }
    }
  }

  void on_request(ServerRequest request, Respond respond) override {
    if (reaction_ && request.method != "GET" && desk_->is_of_orders(request.path())) {
      const Timestamp came = read_clocks().steady;
      if (!reaction_->first) reaction_->first = came;
      if (!reaction_->closing && request.method == "POST") reaction_->closing = came;
    }
    respond(desk_->answer(request));
    send(desk_->take_output());
  }
  std::optional<ServerResponse> on_upgrade(const ServerRequest&) override { return std::nullopt; }
  void on_open(const std::shared_ptr<ServerSession>& session,
               const ServerRequest& request) override {
    const StreamId stream = desk_->open_stream(request);
    sessions_[stream] = session;
    streams_[session->id()] = stream;
  }
  void on_text(ServerSession& session, std::string_view text) override {
    desk_->on_text(streams_.at(session.id()), text);
    send(desk_->take_output());
  }
  void on_binary(ServerSession& session, std::string_view bytes) override {
    desk_->on_binary(streams_.at(session.id()), bytes);
    send(desk_->take_output());
  }
  void on_closed(ServerSession& session) override {
    const StreamId stream = streams_.at(session.id());
    desk_->on_closed(stream);
    sessions_.erase(stream);
    streams_.erase(session.id());
  }

  std::unique_ptr<SocketDesk> desk_;
  std::unique_ptr<Server> server_;
  std::map<StreamId, std::shared_ptr<ServerSession>> sessions_;
  std::map<std::uint64_t, StreamId> streams_;  // By the session's id.
  std::optional<Reaction> reaction_;
  std::thread thread_;
};

void write_private(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
}

void write_configuration(const fs::path& folder, const VenueOnSockets& venue,
                         const fs::path& authority) {
  const SocketDesk& desk = venue.desk();
  write_private(folder / "keys.toml", desk.keys());
  const std::string place = "127.0.0.1:" + std::to_string(venue.port());
  std::string text = "[account]\n" + desk.account_lines() + "[venue]\n" + desk.venue_lines() +
                     "rest = \"https://" + place + "\"\nstream = \"wss://" + place +
                     "\"\nkeys = \"" + (folder / "keys.toml").string() + "\"\ncertificates = \"" +
                     authority.string() + "\"\n[live]\nlog = \"" + (folder / "log").string() +
                     "\"\nnotes = \"" + (folder / "notes").string() +
                     "\"\n[gateway]\nlisten = \"\"\n[defaults]\ntake_profit_pct = 1\n"
                     "leverage = 1\nmax_position_value = 50000\nmax_total_value = 100000\n"
                     "stale_after = \"60s\"\n" +
                     desk.default_lines();
  for (std::size_t number = 1; number <= kInstruments; ++number) {
    text += "[instrument.\"" + desk.symbol_of(number) + "\"]\n" + desk.instrument_lines();
  }
  write_private(folder / "live.toml", text);
}

// False: it has not come true within half a minute, or the program has ended.
bool comes_true(Child& program, const std::function<bool()>& holds) {
  for (int wait = 0; wait < 15'000; ++wait) {
    if (holds()) return true;
    if (!program.is_alive()) return false;
    program.rest(std::chrono::milliseconds(2));
  }
  return false;
}

void print(const char* what, std::vector<Duration>& times, double p50_limit, double p99_limit) {
  const double p50 = at_share(times, 0.5), p99 = at_share(times, 0.99);
  std::printf("  %-52s p50 %6.0f us (%4.1f x)  p99 %6.0f us (%4.1f x)\n", what, p50,
              p50 / p50_limit, p99, p99 / p99_limit);
}

// `wished`: rounds; 0: as many as the venue's minute has.
int run(const std::string& name, std::unique_ptr<SocketDesk> desk, int wished,
        const fs::path& folder) {
  TestAuthority authority(folder / "authority");
  VenueOnSockets venue(authority.issue("venue", {}), std::move(desk));
  const int rounds = wished > 0 ? wished : venue.desk().rounds();
  write_configuration(folder, venue, authority.certificate());
  venue.trade(10'000_px);
  Child program({TRANCHET_PROGRAM, "live", "--live", "--config", (folder / "live.toml").string()},
                folder / "errors");
  const auto enter = [&] {
    wish_of(folder / "log", R"("type":"EntrySignal","instrument":")" + venue.desk().symbol_of(1) +
                                R"(","order_type":"Market","side":"Buy","quantity":")" +
                                venue.desk().entry_quantity() + "\"");
  };
  const auto fail = [&](const char* what) {
    std::printf("%s: see %s\n", what, folder.c_str());
    return 1;
  };
  if (!comes_true(program, [&] { return venue.is_heard(); })) return fail("no streams");
  // Its first questions are answered, and prices have come.
  program.rest(std::chrono::seconds(3));

  BareCommits commits(folder / "bare");
  SimpleClient client(venue.port(), authority.certificate().string());
  std::vector<Duration> trips, first, closing;
  for (int round = 0; round < rounds; ++round) {
    const auto end = std::chrono::steady_clock::now() + venue.desk().pace();
    venue.trade(10'000_px);
    venue.tick(10'000_px);
    venue.take_reaction();
    enter();
    if (!comes_true(program, [&] { return venue.is_protected(); })) return fail("no entry");
    // The answers are on their way, and their events into the log.
    program.rest(std::chrono::milliseconds(50));
    commits.commit();
    const Timestamp asked = read_clocks().steady;
    const SocketDesk& asked_desk = venue.desk();
    if (client.ask("GET", asked_desk.ping_target(), "", asked_desk.ping_headers()).status != 200) {
      return fail("no answer to a ping");
    }
    trips.push_back(read_clocks().steady - asked);
    venue.tick(10'200_px);
    if (!comes_true(program, [&] { return venue.is_flat(); })) return fail("not closed");
    const Reaction reaction = venue.take_reaction();
    if (reaction.first) first.push_back(*reaction.first - reaction.left);
    if (reaction.closing) closing.push_back(*reaction.closing - reaction.left);
    std::this_thread::sleep_until(end);
  }
  const double commit50 = at_share(commits.times, 0.5), commit99 = at_share(commits.times, 0.99);
  const double trip50 = at_share(trips, 0.5), trip99 = at_share(trips, 0.99);
  std::printf(
      "%s: prices of %zu instruments to the orders that they cause, over TLS, log durable, %d "
      "times:\n",
      name.c_str(), kInstruments, rounds);
  std::printf("  %-52s p50 %6.0f us          p99 %6.0f us\n", "a bare commit", commit50, commit99);
  std::printf("  %-52s p50 %6.0f us          p99 %6.0f us\n", "a bare round trip over loopback TLS",
              trip50, trip99);
  // There and back is one trip; what closes waits for the answer to what it cancels first.
  print("prices -> first order (limit: a commit and a trip)", first, commit50 + trip50,
        commit99 + trip99);
  print("prices -> closing order (two commits, two trips)", closing, 2 * (commit50 + trip50),
        2 * (commit99 + trip99));

  constexpr int kStill = 10;
  const double before = processor_seconds_of(program.id());
  for (int second = 0; second < kStill; ++second) {
    venue.tick(10'000_px);
    program.rest(std::chrono::seconds(1));
  }
  std::printf(
      "The program, %zu symbols: %.1f %% of a processor when prices come and nothing happens "
      "(goal 2), %.0f MB resident, %.0f MB of its own (goal 128)\n",
      kInstruments, (processor_seconds_of(program.id()) - before) * 100 / kStill,
      static_cast<double>(status_field(program.id(), "VmRSS:")) / 1024,
      static_cast<double>(status_field(program.id(), "RssAnon:")) / 1024);
  program.signal(SIGTERM);
  if (program.wait() != 0) return fail("it did not end well");
  return 0;
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  int rounds = 0;
  std::string only;
  for (int index = 1; index < count; ++index) {
    const std::string word = arguments[index];
    if (word == "aster" || word == "fyers") {
      only = word;
    } else if (rounds = std::atoi(word.c_str()); rounds <= 0) {
      std::fprintf(stderr, "bench_socket: \"%s\" is no number above 0, and no venue\n",
                   word.c_str());
      return 2;
    }
  }
  // Beside the sources' build, for /tmp may be no disk.
  const auto folder =
      std::filesystem::current_path() / ("bench-socket-" + std::to_string(::getpid()));
  for (const std::string name : {"aster", "fyers"}) {
    if (!only.empty() && only != name) continue;
    std::filesystem::create_directories(folder);
    const int status = tranchet::run(
        name, name == "aster" ? tranchet::aster_socket_desk() : tranchet::fyers_socket_desk(),
        rounds, folder);
    if (status != 0) return status;
    std::filesystem::remove_all(folder);
  }
  return 0;
}
