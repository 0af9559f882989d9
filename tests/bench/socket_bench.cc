// From socket to socket: a frame of marks leaves a venue over TLS, and the order that closes a
// position comes back to it. The program that trades is the real one, in a process of its own, its
// log durable on this disk; the venue is here, so that one clock sees both moments.
//
//   bench_socket [ROUNDS]    100, three in two seconds
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
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/aster/server/front_desk.h"
#include "adapters/net/server.h"
#include "tests/adapters/live/child.h"
#include "tests/adapters/live/control_wish.h"
#include "tests/adapters/live/process_figures.h"
#include "tests/adapters/net/forged_identity.h"
#include "tests/adapters/net/simple_client.h"
#include "tests/bench/bare_commits.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
using namespace literals;
using aster_venue::AsterFrontDesk;
using aster_venue::DeskOptions;
using aster_venue::StreamId;

constexpr std::size_t kInstruments = 300;
constexpr PositionKey kHeld{InstrumentId{1}, PositionSide::Long};
constexpr std::chrono::milliseconds kPace{700};  // A round: the limits of the venue hold here too.
// The example account of Aster's documentation.
const std::string kUser = "0x63dd5acc6b1aa0f563956c0e534dd30b6dcf7c4e";
const std::string kSigner = "0x21cf8ae13bb72632562c6fff438652ba1a151bb0";
const std::string kKey = "4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";

std::string symbol_of(std::size_t number) {
  return "COIN" + std::to_string(number) + "USDT";
}

DeskOptions desk_options() {
  DeskOptions options;
  for (std::size_t number = 1; number <= kInstruments; ++number) {
    aster_venue::ListedSymbol listed{
        .symbol = symbol_of(number), .rules = {}, .terms = {}, .info = ""};
    listed.rules.instrument = static_cast<InstrumentId>(number);
    listed.rules.tick_size = 0.1_px;
    listed.rules.step_size = listed.rules.min_quantity = 0.001_qty;
    listed.rules.min_notional = 5_usd;
    listed.rules.max_conditional_orders = 10;
    options.symbols.push_back(std::move(listed));
  }
  options.accounts = {{.user = kUser,
                       .signer = kSigner,
                       .hmac_key = {},
                       .hmac_secret = {},
                       .balance = 100'000_usd,
                       .position_mode = PositionMode::Hedge}};
  return options;
}

// What came of one frame, by the steady clock.
struct Reaction {
  Timestamp left;                    // The frame, handed to the socket.
  std::optional<Timestamp> first;    // The first order, change or cancel came in.
  std::optional<Timestamp> closing;  // The order that closes did.
};

// The twin behind TLS, as `listener.h`, with a look at what passes.
class Venue final : public ServerHandler {
 public:
  explicit Venue(const IdentityFiles& identity) : desk_(desk_options()) {
    ServerOptions options;
    options.identity = {identity.certificate.string(), identity.key.string()};
    auto server = Server::listen(options, *this);
    if (!server) std::abort();
    server_ = std::move(*server);
    advance();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Venue() override {
    server_->stop();
    thread_.join();
    sessions_.clear();
  }
  std::uint16_t port() const { return server_->port(); }

  // On the venue's thread; what it answers.
  template <class Question>
  auto ask(Question question) {
    std::promise<decltype(question())> promise;
    server_->post([&] { promise.set_value(question()); });
    return promise.get_future().get();
  }

  // The coin that is traded has this price, by trade or by mark alone.
  void show(Price price, bool by_trade) {
    ask([&] {
      for (std::size_t number = 1; number <= kInstruments; ++number) {
        desk_.observe(MarkPrice{static_cast<InstrumentId>(number), price}, now());
      }
      if (by_trade) {
        for (std::size_t number = 1; number <= kInstruments; ++number) {
          desk_.observe(TradePrinted{.instrument = static_cast<InstrumentId>(number),
                                     .quantity = 1_qty,
                                     .price = price},
                        now());
        }
      }
      send_output();
      return 0;
    });
  }
  // A frame of all marks, out of turn; from now on it is looked at what it causes.
  void send_marks() {
    ask([&] {
      std::string text = R"({"stream":"!markPrice@arr@1s","data":[)";
      for (const aster_venue::MarketBoard& board : desk_.boards()) {
        if (!text.ends_with('[')) text += ',';
        text += board.mark_update(aster_venue::milliseconds(now()));
      }
      text += "]}";
      for (const auto& [stream, session] : sessions_) {
        if (!markets_.contains(stream)) continue;
        reaction_ = Reaction{.left = read_clocks().steady, .first = {}, .closing = {}};
        session->send_text(std::move(text));
        break;
      }
      return 0;
    });
  }
  Reaction take_reaction() {
    return ask([&] { return *std::exchange(reaction_, std::nullopt); });
  }
  bool is_flat() {
    return ask([&] { return !held().is_positive() && open_orders() == 0; });
  }
  // Held, with a stop and a target.
  bool is_protected() {
    return ask([&] { return held().is_positive() && open_orders() == 2; });
  }
  bool hears_market() {
    return ask([&] { return !markets_.empty() && sessions_.size() > markets_.size(); });
  }

 private:
  static Timestamp now() { return read_clocks().wall; }
  Quantity held() const { return desk_.account(0).venue().position(kHeld).quantity; }
  std::size_t open_orders() const {
    std::size_t count = 0;
    for (const auto& [number, order] : desk_.account(0).orders())
      count += order.is_open() ? 1U : 0U;
    return count;
  }

  void advance() {
    desk_.advance(now());
    send_output();
    server_->after(std::chrono::milliseconds(10), [this] { advance(); });
  }
  void send_output() {
    for (auto& output : desk_.take_output()) {
      const auto found = sessions_.find(output.stream);
      if (found != sessions_.end()) found->second->send_text(std::move(output.text));
    }
  }

  void on_request(ServerRequest request, Respond respond) override {
    const bool is_order = request.method != "GET" && (request.path().ends_with("/order") ||
                                                      request.path().ends_with("/batchOrders"));
    if (is_order && reaction_) {
      const Timestamp came = read_clocks().steady;
      if (!reaction_->first) reaction_->first = came;
      if (!reaction_->closing && request.method == "POST") reaction_->closing = came;
    }
    auto answer = desk_.answer({.method = request.method,
                                .target = request.target,
                                .body = request.body,
                                .api_key = {},
                                .peer = request.peer},
                               now());
    respond(ServerResponse{.status = answer.status,
                           .headers = std::move(answer.headers),
                           .body = std::move(answer.body)});
    send_output();
  }
  std::optional<ServerResponse> on_upgrade(const ServerRequest&) override { return std::nullopt; }
  void on_open(const std::shared_ptr<ServerSession>& session,
               const ServerRequest& request) override {
    const StreamId stream = desk_.open_stream(request.target, now());
    sessions_[stream] = session;
    streams_[session->id()] = stream;
    if (request.target.find("markPrice") != std::string::npos) markets_.insert(stream);
  }
  void on_text(ServerSession& session, std::string_view text) override {
    desk_.on_stream_text(streams_.at(session.id()), text, now());
    send_output();
  }
  void on_closed(ServerSession& session) override {
    const StreamId stream = streams_.at(session.id());
    desk_.on_stream_closed(stream);
    sessions_.erase(stream);
    markets_.erase(stream);
    streams_.erase(session.id());
  }

  AsterFrontDesk desk_;
  std::unique_ptr<Server> server_;
  std::map<StreamId, std::shared_ptr<ServerSession>> sessions_;
  std::map<std::uint64_t, StreamId> streams_;  // By the session's id.
  std::set<StreamId> markets_;
  std::optional<Reaction> reaction_;
  std::thread thread_;
};

void write_private(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
}

void write_configuration(const fs::path& folder, std::uint16_t port, const fs::path& authority) {
  write_private(folder / "keys.toml", "user = \"" + kUser + "\"\nkey = \"0x" + kKey + "\"\n");
  const std::string place = "127.0.0.1:" + std::to_string(port);
  std::string text = "[account]\nposition_mode = \"hedge\"\n[venue]\nrest = \"https://" + place +
                     "\"\nstream = \"wss://" + place + "\"\nkeys = \"" +
                     (folder / "keys.toml").string() + "\"\ncertificates = \"" +
                     authority.string() + "\"\n[live]\nlog = \"" + (folder / "log").string() +
                     "\"\nnotes = \"" + (folder / "notes").string() +
                     "\"\n[gateway]\nlisten = \"\"\n[defaults]\ntake_profit_pct = 1\n"
                     "stop_loss_pct = 50\nleverage = 1\nmax_position_value = 50000\n"
                     "max_total_value = 100000\nstale_after = \"60s\"\n";
  for (std::size_t number = 1; number <= kInstruments; ++number) {
    text += "[instrument." + symbol_of(number) + "]\ntick_size = 0.1\nstep_size = 0.001\n";
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

int run(int rounds, const fs::path& folder) {
  TestAuthority authority(folder / "authority");
  Venue venue(authority.issue("venue", {}));
  write_configuration(folder, venue.port(), authority.certificate());
  venue.show(10'000_px, true);
  Child program({TRANCHET_PROGRAM, "live", "--live", "--config", (folder / "live.toml").string()},
                folder / "errors");
  const auto enter = [&] {
    wish_of(folder / "log", R"("type":"EntrySignal","instrument":")" + symbol_of(1) +
                                R"(","order_type":"Market","side":"Buy","quantity":"0.01")");
  };
  const auto fail = [&](const char* what) {
    std::printf("%s: see %s\n", what, folder.c_str());
    return 1;
  };
  if (!comes_true(program, [&] { return venue.hears_market(); })) return fail("no streams");
  // Its first questions are answered, and prices have come.
  program.rest(std::chrono::seconds(3));

  BareCommits commits(folder / "bare");
  SimpleClient client(venue.port(), authority.certificate().string());
  std::vector<Duration> trips, first, closing;
  for (int round = 0; round < rounds; ++round) {
    const auto end = std::chrono::steady_clock::now() + kPace;
    venue.show(10'000_px, true);
    venue.send_marks();
    venue.take_reaction();
    enter();
    if (!comes_true(program, [&] { return venue.is_protected(); })) return fail("no entry");
    // The answers are on their way, and their events into the log.
    program.rest(std::chrono::milliseconds(50));
    commits.commit();
    const Timestamp asked = read_clocks().steady;
    if (client.ask("GET", "/fapi/v3/ping").status != 200) return fail("no answer to a ping");
    trips.push_back(read_clocks().steady - asked);
    venue.show(10'200_px, false);
    venue.send_marks();
    if (!comes_true(program, [&] { return venue.is_flat(); })) return fail("not closed");
    const Reaction reaction = venue.take_reaction();
    if (reaction.first) first.push_back(*reaction.first - reaction.left);
    if (reaction.closing) closing.push_back(*reaction.closing - reaction.left);
    std::this_thread::sleep_until(end);
  }
  const double commit50 = at_share(commits.times, 0.5), commit99 = at_share(commits.times, 0.99);
  const double trip50 = at_share(trips, 0.5), trip99 = at_share(trips, 0.99);
  std::printf(
      "A frame of %zu marks to the orders that it causes, over TLS, log durable, %d times:\n",
      kInstruments, rounds);
  std::printf("  %-52s p50 %6.0f us          p99 %6.0f us\n", "a bare commit", commit50, commit99);
  std::printf("  %-52s p50 %6.0f us          p99 %6.0f us\n", "a bare round trip over loopback TLS",
              trip50, trip99);
  // There and back is one trip; what closes waits for the answer to what it cancels first.
  print("frame -> first order (limit: a commit and a trip)", first, commit50 + trip50,
        commit99 + trip99);
  print("frame -> closing order (two commits, two trips)", closing, 2 * (commit50 + trip50),
        2 * (commit99 + trip99));

  constexpr int kStill = 10;
  const double before = processor_seconds_of(program.id());
  program.rest(std::chrono::seconds(kStill));
  std::printf(
      "The program, %zu symbols: %.1f %% of a processor when marks come and nothing happens "
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
  const int rounds = count > 1 ? std::max(1, std::atoi(arguments[1])) : 100;
  // Beside the sources' build, for /tmp may be no disk.
  const auto folder =
      std::filesystem::current_path() / ("bench-socket-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const int status = tranchet::run(rounds, folder);
  if (status == 0) std::filesystem::remove_all(folder);
  return status;
}
