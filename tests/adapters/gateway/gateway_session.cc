// A session to look at: `gateway_session FOLDER [COINS]` trades against the simulated venue behind
// a real gateway, and does what lines on its standard input say:
//
//   price SYMBOL PRICE      say {"type":...}      refuse N      wait SECONDS
//   market RATE SECONDS     so many prices a second, over all instruments; 0 seconds: for ever
//   stop | start            the gateway goes, and comes back on the same port
//
// It prints `port N`, and `done` after each line. Users: anna (operator), vera (viewer) and ada
// (admin), with the tokens anna-token-0123456789abcdef and so on. The end of input ends it.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>

#include "adapters/gateway/gateway.h"
#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

using Clock = std::chrono::steady_clock;

class Inbox final : public Wishes {
 public:
  bool post(const std::string& line) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    return true;
  }
  std::deque<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> lines_;
};

// A price that wanders, the same in every run.
class Walk {
 public:
  explicit Walk(std::int64_t start) : price_(start), middle_(start) {}
  std::string next() {
    seed_ = seed_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    const auto draw = static_cast<std::int64_t>(seed_ >> 33) % 101 - 50;
    price_ += middle_ * draw / 400'000 + (middle_ - price_) / 4'000;
    return decimal_text(price_ / 1'000'000 * 1'000'000);
  }

 private:
  std::int64_t price_, middle_;
  std::uint64_t seed_ = 7;
};

class Session {
 public:
  Session(const std::filesystem::path& folder, std::size_t coins)
      : session_(folder / "log", coins) {
    const auto users = folder / "users";
    std::ofstream(users) << "anna operator anna-token-0123456789abcdef\n"
                            "vera viewer vera-token-0123456789abcdef\n"
                            "ada admin ada-token-0123456789abcdef\n";
    chmod(users.c_str(), 0600);
    options_ = {.log = folder / "log", .listen = "127.0.0.1:0", .users = users};
    symbols_ = {"BTCUSDT", "ETHUSDT"};
    walks_ = {Walk(45'000 * kDecimalOne), Walk(2'500 * kDecimalOne)};
    for (std::size_t coin = 1; coin <= coins; ++coin) {
      symbols_.push_back("COIN" + std::to_string(coin) + "USDT");
      walks_.emplace_back(100 * kDecimalOne);
    }
    session_.finish();
  }

  bool start() {
    auto gateway = Gateway::start(options_, &inbox_);
    if (!gateway) {
      std::cerr << gateway.error() << "\n";
      return false;
    }
    gateway_ = std::move(*gateway);
    options_.listen = "127.0.0.1:" + std::to_string(gateway_->port());
    std::cout << "port " << gateway_->port() << std::endl;
    return true;
  }

  int run() {
    std::string line;
    while (true) {
      for (const std::string& wish : inbox_.take()) session_.wish(wish);
      walk();
      session_.finish();
      pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
      if (poll(&input, 1, 4) == 0) continue;
      if (!std::getline(std::cin, line)) return 0;
      if (!follow(line)) return 2;
      session_.finish();
      std::cout << "done" << std::endl;
    }
  }

 private:
  bool follow(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "price") {
      std::string symbol, price;
      words >> symbol >> price;
      session_.price(symbol, price);
    } else if (verb == "say") {
      session_.say(line.substr(line.find('{') + 1, line.rfind('}') - line.find('{') - 1));
    } else if (verb == "refuse") {
      words >> session_.venue().refuse;
    } else if (verb == "wait") {
      std::int64_t seconds = 0;
      words >> seconds;
      session_.wait(Duration::seconds(seconds));
    } else if (verb == "market") {
      std::int64_t seconds = 0;
      words >> rate_ >> seconds;
      market_begin_ = Clock::now();
      market_end_ =
          seconds == 0 ? Clock::time_point::max() : market_begin_ + std::chrono::seconds(seconds);
      walked_ = 0;
    } else if (verb == "stop") {
      gateway_.reset();
    } else if (verb == "start") {
      return start();
    } else {
      std::cerr << "what is \"" << line << "\"?\n";
      return false;
    }
    return true;
  }

  // As many prices as are due by now.
  void walk() {
    const auto now = Clock::now();
    if (rate_ == 0 || now >= market_end_) return;
    const auto passed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - market_begin_).count();
    for (const auto due = rate_ * passed / 1'000; walked_ < due; ++walked_) {
      const auto index = static_cast<std::size_t>(walked_) % symbols_.size();
      session_.price(symbols_[index], walks_[index].next());
    }
  }

  TradedSession session_;
  Inbox inbox_;
  GatewayOptions options_;
  std::unique_ptr<Gateway> gateway_;
  std::vector<std::string> symbols_;
  std::vector<Walk> walks_;
  std::int64_t rate_ = 0, walked_ = 0;
  Clock::time_point market_begin_, market_end_;
};

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: gateway_session FOLDER [COINS]\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  tranchet::Session session(arguments[1], count > 2 ? std::stoul(arguments[2]) : 0);
  return session.start() ? session.run() : 2;
}
