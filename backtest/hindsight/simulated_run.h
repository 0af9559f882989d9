// An engine, the venue twin and a ledger, told what a log's program was told from outside.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "backtest/hindsight/log_facts.h"
#include "backtest/hindsight/seam.h"
#include "replay/loop.h"

namespace tranchet {

class SimulatedRun final : private Observer {
 public:
  // Position mode, leverage and what the mark is follow from the settings of the log's engine.
  SimulatedRun(const Engine& engine, const SimulationParameters& venue, bool rates_settle,
               RunLedger& ledger);

  // Requests take as long as those that were sent at that time by the log; else as `venue` says.
  void take_latencies(std::span<const std::pair<Timestamp, Duration>> latencies) {
    latencies_ = latencies;
  }

  // An order that filled by the log, too, fills at that price.
  void take_prices(const std::map<SentKey, Price>& prices) { prices_ = &prices; }

  // Before the seam the twin is shown the market alone, and rules of instruments.
  void watch(const Event& event);
  // From here on the twin answers: to what was under way, and to what `engine` asks for now. The
  // engine is the one after the event at hand.
  struct Beginning {
    Money balance;
    std::uint64_t last_trade = 0;  // Ids of trades go on behind this one.
    bool snapshot_asked_for = false;
    Sequence source{};  // As in TrancheKey.
  };
  void begin(const Engine& engine, const Output& output, const Beginning& beginning);

  // An input of the log at its place. Answers that are due come first.
  void take(const Event& input);
  // Somebody else's trade on the same account.
  void take_foreign(const OrderFilled& fill, Timestamp time);
  // What the log's account was paid on `held`, the twin's is paid on what it holds.
  void take_funding(const FundingPaid& paid, Quantity held, Timestamp time);
  // What is due by then.
  void run_until(Timestamp time);

  const Engine& engine() const { return engine_; }

 private:
  // The twin, with the latency of the moment.
  class Port final : public Venue {
   public:
    explicit Port(SimulatedRun& run) : run_(run) {}
    void submit(std::span<const Command> commands, Timestamp now) override {
      run_.set_latency_of(now);
      run_.tell_prices(commands);
      run_.venue_.submit(commands, now);
    }
    std::optional<Timestamp> next_wakeup() const override { return run_.venue_.next_wakeup(); }
    void advance(Timestamp now, std::vector<Occurrence>& out) override {
      run_.venue_.advance(now, out);
    }

   private:
    SimulatedRun& run_;
  };

  void on_event(const Event& event, const Output& output) override;
  void show(const EventBody& body, Timestamp time);
  void list(const InstrumentListed& rules);
  void set_latency_of(Timestamp now);
  void tell_prices(std::span<const Command> commands);

  Engine engine_;
  SimulationParameters parameters_;
  SimulatedVenue venue_;
  RunLedger& ledger_;
  Port port_;
  Loop loop_;
  bool rates_settle_;
  std::vector<bool> listed_;  // By instrument.
  std::span<const std::pair<Timestamp, Duration>> latencies_;
  const std::map<SentKey, Price>* prices_ = nullptr;
  SentOrders numbering_;
  Sequence source_{};
};

}  // namespace tranchet
