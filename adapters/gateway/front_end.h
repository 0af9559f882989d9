// What the front ends in use are told: the messages of their WebSocket, as a projection of events
// and of what they caused. All times and throttles are the events' own, so a replay tells the same.
//
//   position_update   a position opened, closed, or its stop or target changed; and its result, as
//                     prices move, so often at most
//   trade_executed    a fill
//   stats_update      a tranche has closed
//   exit_update       a tranche is closing, tries again, failed or is closed (new clients only)
//   started, stopped  entries are allowed again, or no more
//   tick, error, alert
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "adapters/gateway/screen.h"
#include "events/names.h"

namespace tranchet {

struct FrontEndOptions {
  std::string trading_mode = "PAPER";                     // REAL, PAPER, REPLAY.
  Duration price_interval = Duration::milliseconds(100);  // Of ticks and results, each its own.
};

class FrontEnd {
 public:
  explicit FrontEnd(FrontEndOptions options) : options_(std::move(options)) {}

  // After `screen` has applied the event. Appends messages, each one JSON object.
  void take(const Event& event, const Output& output, const Screen& screen, const Names& names,
            std::vector<std::string>& messages);

  // Nobody listens: what was told is followed, but nothing is written. For the way through a long
  // log before anybody is there.
  void set_silent(bool silent) { silent_ = silent; }

  // What a new socket hears after `connected`: the status, then every open position.
  std::vector<std::string> greeting(const Screen& screen, const Names& names) const;

 private:
  struct Row {
    std::uint32_t tranche = 0;
    TrancheId tranche_id{};
    Quantity quantity;
    Price average_entry;
    Maybe<Price> take_profit;
    Maybe<Price> stop_loss;
    friend bool operator==(const Row&, const Row&) = default;
  };
  // As it was told last.
  struct Told {
    Quantity quantity;
    Price average_entry;
    Maybe<Price> take_profit;
    Maybe<Price> stop_loss;
    TradeType trade_type = TradeType::Automated;
    Timestamp opened;
    std::vector<Row> rows;
    friend bool operator==(const Told&, const Told&) = default;
  };
  struct Book {
    Told told;  // Quantity 0: nothing is open.
    Money pnl;
    Timestamp pnl_time;
    Money realized;  // Of the tranches closed since it was flat.
    std::map<TrancheId, std::pair<std::uint8_t, bool>> closing;  // Attempts, and waiting.
    bool failure_told = false;
  };
  struct Day {
    Price open, high, low, bid, ask;
    Timestamp told;
  };

  void take_price(InstrumentId instrument, Price price, Maybe<Quantity> quantity,
                  const Event& event);
  void take_position(const PositionUpdate& update, std::vector<Row> rows);
  void take_closed(const TradeClosed& closed);
  void take_alert(const Alert& alert);
  void follow_exits(PositionKey key);
  void tell_position(PositionKey key, const Book& book);
  void tell_closed(PositionKey key, const Book& book, const PositionUpdate& update);
  void tell_exit(PositionKey key, const Tranche& tranche, std::string_view phase);
  void tell_stats(InstrumentId instrument);
  void tell_fill(const FillBooked& fill);
  void tell_running(bool running);
  std::string position_text(PositionKey key, const Book& book, std::string_view more) const;
  Money result(PositionKey key) const;

  FrontEndOptions options_;
  bool silent_ = false;
  std::map<PositionKey, Book> books_;
  std::map<InstrumentId, Day> days_;
  // While take() runs.
  const Screen* screen_ = nullptr;
  const Names* names_ = nullptr;
  std::vector<std::string>* messages_ = nullptr;
  Timestamp time_;
};

}  // namespace tranchet
