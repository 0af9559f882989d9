// Whether the one who trades notices who looks: how long a price takes from the loop to the log,
// with nobody there, with screens, and with somebody who floods the gateway.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "adapters/gateway/gateway.h"
#include "tests/adapters/gateway/peer.h"
#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPrices = 4'000;
const std::vector<std::string> kAnna = {"Authorization: Bearer anna-token-0123456789abcdef"};

class Nowhere final : public Wishes {
 public:
  bool post(const std::string&) override { return true; }
};

void measure(const char* what, TradedSession& session) {
  std::vector<std::int64_t> nanoseconds;
  for (int step = 0; step < kPrices; ++step) {
    const auto begin = Clock::now();
    session.price("BTCUSDT", std::to_string(45'000 + step % 100));
    session.finish();
    nanoseconds.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count());
    // As prices come: not as fast as they can.
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  std::ranges::sort(nanoseconds);
  const auto at = [&](std::size_t per_mille) {
    return static_cast<long long>(nanoseconds[nanoseconds.size() * per_mille / 1'000] / 1'000);
  };
  std::printf("  %-44s p50 %5lld us   p99 %5lld us   p99.9 %5lld us\n", what, at(500), at(990),
              at(999));
}

// Sends until it is cut off, and comes back, about 10,000 messages a second.
void flood(std::uint16_t port, const std::atomic<bool>& go_on) {
  while (go_on) {
    Peer peer(port);
    if (peer.upgrade("/ws/live/anna", kAnna) != 101) continue;
    for (int count = 0; count < 1'000 && go_on; ++count) {
      peer.send_text("{}");
      if (count % 10 == 9) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

void run() {
  ScratchFolder folder;
  TradedSession session(folder.path() / "log", 18);
  session.say(
      R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":"0.1")");
  session.finish();
  std::printf("A price through loop and log (not synced), of %d:\n", kPrices);
  measure("nobody looks", session);
  const auto users = folder.path() / "users";
  std::ofstream(users) << "anna operator anna-token-0123456789abcdef\n";
  chmod(users.c_str(), 0600);
  Nowhere nowhere;
  auto gateway = Gateway::start(
      {.log = folder.path() / "log", .listen = "127.0.0.1:0", .users = users}, &nowhere);
  if (!gateway) {
    std::printf("%s\n", gateway.error().c_str());
    return;
  }
  const std::uint16_t port = (*gateway)->port();
  std::atomic<bool> go_on = true;
  std::vector<std::jthread> readers;
  for (const char* target : {"/ws/live/anna", "/ws/screen"}) {
    readers.emplace_back([port, target, &go_on] {
      Peer peer(port);
      peer.upgrade(target, kAnna);
      while (go_on && peer.next_text()) {
      }
    });
  }
  measure("a front end and a page", session);
  {
    std::jthread flooding([&] { flood(port, go_on); });
    measure("and 10,000 messages a second of nonsense", session);
    go_on = false;
  }
  gateway->reset();
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::run();
}
