// What an account holds at the venue, asked once and by REST alone: for programs that look, and do
// not trade. Positions are asked for before and after the orders, and all again if they moved.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/signing.h"
#include "adapters/port/traffic.h"
#include "adapters/aster/venue_clock.h"
#include "backtest/market_data/market_data.h"
#include "events/event.h"

namespace tranchet::aster {

struct Call;  // requests.h

struct SurveyPosition {
  std::string symbol;
  PositionSide side{};
  Quantity quantity;  // > 0.
  Price average;
  Price mark;                 // 0: not said.
  Maybe<Price> liquidation;   // None: not within reach.
  std::int64_t leverage = 0;  // 0: not said.
};

struct SurveyOrder {
  std::int64_t number = 0;  // The venue's.
  OrderId id{};             // Of our account number; None: somebody else's.
  std::string symbol;
  PositionSide position_side{};  // The book that it opens or reduces.
  Side side{};
  OrderType type{};
  WorkingType working_type = WorkingType::ContractPrice;
  Quantity quantity;
  Quantity filled;
  Quantity remaining;  // 0 where it closes whatever is open.
  bool closes_all = false;
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;

  bool is_exit() const { return side == exit_side(position_side); }
};

struct AccountSurvey {
  PositionMode mode{};
  std::vector<SurveyPosition> positions;  // By symbol, then Long, Short.
  std::vector<SurveyOrder> orders;        // By number.
};

enum class CancelOutcome : std::uint8_t { Cancelled = 1, WasGone };

struct AskAnswer {
  int status = 0;
  std::string body;
};

class VenueDesk {
 public:
  // `ask` sends one request and waits for its answer; its error says why there is none. `steady` is
  // a clock that is never set. `signer` must outlive the desk.
  using Ask = std::function<std::expected<AskAnswer, std::string>(const HttpRequest&)>;
  VenueDesk(const Signer& signer, Ask ask, std::function<Timestamp()> steady);

  // Errors name the call: `GET positionRisk: status 401, code -2014: ...`.
  std::expected<ExchangeInfo, std::string> rules();
  // `account`: the number in ids of ours.
  std::expected<AccountSurvey, std::string> survey(std::uint8_t account);
  std::expected<CancelOutcome, std::string> cancel(std::string_view symbol, std::int64_t number);

 private:
  std::expected<AskAnswer, std::string> answer_of(const Call& call);
  std::expected<std::string, std::string> body_of(const Call& call);
  std::expected<void, std::string> set_clock();

  const Signer& signer_;
  Ask ask_;
  std::function<Timestamp()> steady_;
  VenueClock clock_;
};

}  // namespace tranchet::aster
