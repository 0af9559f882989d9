// A run to look at: the real engine, loop and log against the simulated venue, driven by hand. The
// venue can be told to refuse closing orders, as venues do.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/venue/simulated_venue.h"
#include "replay/loop.h"

namespace tranchet {

// Answers the first `refuse` closing orders with Other; everything else is the venue's inside.
class RefusingVenue final : public Venue {
 public:
  explicit RefusingVenue(SimulatedVenue& inside) : inside_(inside) {}
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  std::size_t refuse = 0;
  std::size_t closes_seen = 0;

 private:
  SimulatedVenue& inside_;
  std::vector<Occurrence> refusals_;
};

// A folder that is gone with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TradedSession final : private Observer {
 public:
  // A new log in `folder`. BTCUSDT and ETHUSDT are listed, at 45000 and 2500, and as many more
  // coins as wanted, at 100.
  explicit TradedSession(const std::filesystem::path& folder, std::size_t more_coins = 0);

  Timestamp now() const { return now_; }
  void wait(Duration time);  // Lets the venue answer and timers fire.
  void price(std::string_view symbol, std::string_view price);
  // One line as `tranchet step` reads it, but for the time, which is now. Then the venue answers.
  void say(const std::string& line_without_time);
  void say_without_waiting(const std::string& line_without_time);
  // A line with a time of its own, which is not looked at.
  void wish(const std::string& line);
  void finish();  // Everything is in the log, prices too.

  const Engine& engine() const { return engine_; }
  const Names& names() const { return names_; }
  RefusingVenue& venue() { return refusing_; }
  // Sees every event with what it caused.
  std::function<void(const Event&, const Output&)> watch;

 private:
  void on_event(const Event& event, const Output& output) override {
    if (watch) watch(event, output);
  }
  void list(std::string_view symbol, Price tick, Quantity step);
  void take(const EventBody& body);

  Names names_;
  Settings settings_;
  Engine engine_;
  SimulatedVenue simulated_;
  RefusingVenue refusing_;
  std::unique_ptr<LogWriter> log_;
  Loop loop_;
  Timestamp now_;
};

}  // namespace tranchet
