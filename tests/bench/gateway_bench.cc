// Whether the one who trades notices who looks: how long a price takes from the loop to the log,
// with nobody there, with screens, and under each attack on the gateway and all of them together.
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "adapters/gateway/gateway.h"
#include "tests/adapters/gateway/peer.h"
#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPrices = 3'000;
constexpr std::chrono::milliseconds kTick{1};
const std::vector<std::string> kAnna = {"Authorization: Bearer anna-token-0123456789abcdef"};
const std::vector<std::string> kEve = {"Authorization: Bearer eve-token-0123456789abcdefg"};

class Nowhere final : public Wishes {
 public:
  bool post(const std::string&) override { return true; }
};

struct Latency {
  double p50 = 0, p99 = 0, worst = 0;  // Microseconds.
};

// On a thread of its own, with real-time priority where that is permitted, as a session's writer.
Latency measure(TradedSession& session) {
  std::vector<double> micros;
  std::thread([&] {
    const sched_param priority{.sched_priority = 1};
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
    for (int step = 0; step < kPrices; ++step) {
      const auto begin = Clock::now();
      session.price("BTCUSDT", std::to_string(45'000 + step % 100));
      session.finish();
      micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
      // As prices come: not as fast as they can.
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  }).join();
  std::ranges::sort(micros);
  return {micros[kPrices / 2], micros[kPrices * 99 / 100], micros.back()};
}

void print(const char* what, const Latency& latency, const Latency& alone) {
  std::printf("  %-46s p50 %4.0f us (%4.2f x)  p99 %5.0f us (%4.2f x)  worst %6.0f us\n", what,
              latency.p50, latency.p50 / alone.p50, latency.p99, latency.p99 / alone.p99,
              latency.worst);
}

// ---- The attacks, each on a thread of its own until it is told to end.

using Attack = void (*)(std::uint16_t port, const std::atomic<bool>& go_on);

// Sends until it is cut off, and comes back: about 10,000 messages a second.
void flood(std::uint16_t port, const std::atomic<bool>& go_on) {
  while (go_on) {
    Peer peer(port);
    std::this_thread::sleep_for(kTick);
    if (peer.upgrade("/ws/live/eve", kEve) != 101) continue;
    for (int count = 0; count < 1'000 && go_on; ++count) {
      peer.send_text("{}");
      if (count % 10 == 9) std::this_thread::sleep_for(kTick);
    }
  }
}

// Messages of a byte more than is allowed, as fast as they are refused.
void send_large(std::uint16_t port, const std::atomic<bool>& go_on) {
  const std::string large(64 * 1024 + 1, 'x');
  while (go_on) {
    Peer peer(port);
    std::this_thread::sleep_for(kTick);
    if (peer.upgrade("/ws/live/eve", kEve) != 101) continue;
    peer.send_text(large);
    peer.is_closed();
  }
}

// Two sockets that say nothing and read nothing: they are sent what everybody is.
void hold_half_open(std::uint16_t port, const std::atomic<bool>& go_on) {
  Peer user(port), page(port);
  user.upgrade("/ws/live/eve", kEve);
  page.upgrade("/ws/screen", kEve);
  while (go_on) std::this_thread::sleep_for(kTick);
}

// Ten requests that come by the byte, a second apart, and again when they are hung up on.
void drip(std::uint16_t port, const std::atomic<bool>& go_on) {
  while (go_on) {
    std::vector<std::unique_ptr<Peer>> peers;
    for (int count = 0; count < 10; ++count) {
      peers.push_back(std::make_unique<Peer>(port));
      peers.back()->send_bytes("POST /api/halt HTTP/1.1\r\nX-Slow: ");
    }
    for (int second = 0; second < 6; ++second) {
      for (const auto& peer : peers) peer->send_bytes("x");
      for (int wait = 0; wait < 1'000 && go_on; ++wait) std::this_thread::sleep_for(kTick);
    }
  }
}

// More connections than there is room for, a thousand attempts a second.
void crowd(std::uint16_t port, const std::atomic<bool>& go_on) {
  std::vector<std::unique_ptr<Peer>> held;
  while (go_on) {
    held.push_back(std::make_unique<Peer>(port));
    if (held.size() > 40) held.erase(held.begin());
    std::this_thread::sleep_for(kTick);
  }
}

Latency under(const std::vector<Attack>& attacks, std::uint16_t port, TradedSession& session) {
  std::atomic<bool> go_on = true;
  std::vector<std::jthread> threads;
  for (const Attack attack : attacks) {
    threads.emplace_back([attack, port, &go_on] { attack(port, go_on); });
  }
  const Latency latency = measure(session);
  go_on = false;
  return latency;
}

std::string counted(std::uint16_t port) {
  const std::string all = Peer(port).request("GET", "/metrics").body;
  std::string text;
  for (const char* name :
       {"connections_refused", "timeouts", "too_large", "rate_limited", "slow_readers"}) {
    const std::string line = "\ntranchet_" + std::string(name) + "_total ";
    const std::size_t at = all.find(line);
    if (at == std::string::npos) continue;
    const std::size_t from = at + line.size();
    text += std::string(name) + " " + all.substr(from, all.find('\n', from) - from) + "  ";
  }
  return text;
}

void run() {
  ScratchFolder folder;
  TradedSession session(folder.path() / "log", 18);
  session.say(
      R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":"0.1")");
  session.finish();
  std::printf("A price through loop and log (not synced), of %d:\n", kPrices);
  const Latency alone = measure(session);
  print("nobody looks", alone, alone);
  const auto users = folder.path() / "users";
  std::ofstream(users) << "anna operator anna-token-0123456789abcdef\n"
                       << "eve viewer eve-token-0123456789abcdefg\n";
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
  print("a front end and a page", measure(session), alone);
  struct Row {
    const char* what;
    std::vector<Attack> attacks;
  };
  for (const Row& row :
       {Row{"and 10,000 messages a second of nonsense", {flood}},
        Row{"and messages of 64 KiB + 1", {send_large}},
        Row{"and two sockets that never read nor answer", {hold_half_open}},
        Row{"and ten requests by the byte", {drip}},
        Row{"and 1,000 connections a second beyond the 32nd", {crowd}},
        Row{"and all of these at once", {flood, send_large, hold_half_open, drip, crowd}}}) {
    print(row.what, under(row.attacks, port, session), alone);
  }
  std::printf("  counted: %s\n", counted(port).c_str());
  go_on = false;
  gateway->reset();
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::run();
}
