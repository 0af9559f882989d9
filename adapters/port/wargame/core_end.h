// The core of an adapter in a world of the wargame, in the place of a VenueLink: it speaks its
// venue's language, and the end that derives from this one reads its requests and writes the
// venue's answers, so that they pass through the same network, front door, venue and faults.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "adapters/port/venue_core.h"
#include "backtest/wargame/twins/process_end.h"

namespace tranchet {

class CoreEnd : public ProcessEnd {
 public:
  // ---- The port.
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  // ---- Time.
  void tick() override;
  std::optional<Timestamp> next_tick() const override;

  // ---- The wire.
  void start() override;
  void on_trades(std::span<const Update> fills, Timestamp venue_time) override;  // Never: by REST.
  void on_connected(Stream stream, Timestamp venue_time, const DoorUsage& usage) override;
  void on_cut(Stream stream) override;

  void die_after(std::uint64_t count) override { lives_ = count; }
  bool is_dead() const override { return dead_; }
  bool is_idle() const override { return !dead_ && core_ && inbox_.empty() && core_->is_idle(); }
  void set_cause(Sequence cause) override { cause_ = cause; }

 protected:
  struct Line {
    std::uint64_t attempt = 0;
    bool up = false;
  };
  CoreEnd(const Options& options, ProcessClock& clock, Wire& wire, Names& names)
      : options_(options), clock_(clock), names_(names), wire_(wire) {}

  virtual std::unique_ptr<VenueCore> make_core() = 0;
  // What `http` asks of the twin, into `request`.
  virtual void read(const HttpRequest& http, Request& request) = 0;
  // What the wire carries of the one is what was asked for by the other.
  virtual bool is_same(const SubmitOrder& wire, const SubmitOrder& asked) const = 0;
  // Nobody has asked for it, and rightly.
  virtual bool is_cores_own(const Command&) const { return false; }
  // Hears what the core says on its streams and answers; false: it said nothing.
  virtual bool converse() { return false; }

  // Until the core has nothing more to say.
  void pump();
  bool is_started() const { return core_ != nullptr; }
  Moment moment() { return {.steady = clock_.steady(), .wall = clock_.wall()}; }
  Line& line(Stream stream) { return stream == Stream::User ? user_ : market_; }
  void put_in_inbox(const Occurrence& occurrence) { inbox_.push_back(occurrence); }
  // What the core has read of the market goes into the inbox: at least one price.
  void take_prices();
  // The wire does not carry what an order is for; the checks want to know. As it was asked for.
  void take_commands(std::span<const Command> commands, Request& request);
  // Of an order that was submitted.
  const SubmitOrder& submitted(OrderId order) const;
  Sequence cause_of(const Command& command) const;

  Options options_;
  ProcessClock& clock_;
  Names& names_;

 private:
  struct AskedFor {
    Command command;
    Sequence cause{};
  };
  void connect(Stream stream);
  void send(const HttpRequest& http);
  bool is_same(const Command& wire, const Command& asked) const;
  const AskedFor* asked_for(const Command& command) const;

  Wire& wire_;
  std::unique_ptr<VenueCore> core_;
  std::vector<Command> early_;  // Asked for before the start.
  std::map<std::pair<std::size_t, OrderId>, std::vector<AskedFor>> asked_;
  std::deque<Occurrence> inbox_;
  Timestamp last_now_;
  Sequence cause_{};
  Line user_;
  Line market_;
  std::optional<std::uint64_t> lives_;
  bool dead_ = false;
};

}  // namespace tranchet
