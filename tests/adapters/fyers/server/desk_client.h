// A client of the twin for tests: logged in, and driving a front desk on a clock of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/server/front_desk.h"

namespace tranchet::fyers_venue {

// NSE:SBIN-EQ with a freeze quantity of 5,000, and NSE:NIFTY50-INDEX; a million rupees.
DeskOptions example_options();

// 2023-07-03 in India.
Timestamp at(int hour, int minute, int day = 3);

class DeskClient {
 public:
  // At 10:00, SBIN at 600 and the index at 19,000.
  explicit DeskClient(const DeskOptions& options = example_options());

  FyersFrontDesk& desk() { return desk_; }
  Moment moment() const { return moment_; }
  void wait(Duration duration);  // Both clocks.
  void go_to(Timestamp market);  // The wall's clock goes on as long.
  void show(std::string_view price, std::size_t board = 0, std::string_view quantity = "1000");

  // As the account.
  DeskAnswer ask(std::string_view method, const std::string& target, const std::string& body = "");
  DeskAnswer send(std::string_view method, const std::string& target, const std::string& body,
                  const std::string& authorization);
  // Body of POST /orders/sync: SBIN, INTRADAY, DAY; `more` are members with a comma behind each.
  static std::string order(std::string_view side, std::string_view quantity, std::string_view type,
                           std::string_view limit = "0", std::string_view stop = "0",
                           std::string_view more = "", std::string_view product = "INTRADAY");
  // The id of the order, taken; the whole answer where it was not.
  std::string place(const std::string& body);
  std::string order_row(const std::string& id);  // What the order book says of it.
  void cause(std::string_view fault);

  StreamId listen();                       // To the order stream, with everything.
  std::vector<std::string> take_texts();   // Of all streams.
  std::vector<std::string> take_frames();  // Binary ones.
  std::size_t hang_ups() const { return hang_ups_; }

  std::string token;  // "TWIN-100:..."

 private:
  void collect();

  FyersFrontDesk desk_;
  Moment moment_;
  std::vector<std::string> texts_;
  std::vector<std::string> frames_;
  std::size_t hang_ups_ = 0;
};

// The value of a member, as it is written: member_of("{\"a\":1}", "a") is "1".
std::string member_of(std::string_view json, std::string_view name);

}  // namespace tranchet::fyers_venue
