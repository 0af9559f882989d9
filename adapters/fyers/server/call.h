// One admitted request on its way to the part of the venue that answers it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/fyers/server/account_desk.h"
#include "adapters/fyers/server/faults.h"
#include "adapters/fyers/server/gtt_desk.h"
#include "adapters/port/json.h"

namespace tranchet::fyers_venue {

struct Call {
  std::vector<std::pair<std::string, std::string>> query;  // Decoded.
  Json body;  // Null where there is none, or it is no JSON.
  Moment moment;
  const std::vector<Board>& boards;
  const SessionHours& hours;
  Faults& faults;
  AccountDesk& account;
  GttDesk& gtt;

  std::string parameter(std::string_view name) const;  // Empty: none.
};

struct Route {
  std::string_view method;
  std::string_view path;
  bool is_order = false;  // May meet the faults of orders.
  Answer<std::string> (*answer)(Call&) = nullptr;
};
// Null: no such path. All of them need a token.
const Route* find_route(std::string_view method, std::string_view path);

// order_routes.cc
Answer<std::string> answer_orders(Call& call);
Answer<std::string> answer_place(Call& call);
Answer<std::string> answer_modify(Call& call);
Answer<std::string> answer_cancel(Call& call);
Answer<std::string> answer_place_many(Call& call);
Answer<std::string> answer_modify_many(Call& call);
Answer<std::string> answer_cancel_many(Call& call);
Answer<std::string> answer_multileg(Call& call);
Answer<std::string> answer_gtt_place(Call& call);
Answer<std::string> answer_gtt_modify(Call& call);
Answer<std::string> answer_gtt_cancel(Call& call);
Answer<std::string> answer_gtt_book(Call& call);
Answer<std::string> answer_trades(Call& call);

// account_routes.cc
Answer<std::string> answer_profile(Call& call);
Answer<std::string> answer_funds(Call& call);
Answer<std::string> answer_holdings(Call& call);
Answer<std::string> answer_positions(Call& call);
Answer<std::string> answer_exit(Call& call);
Answer<std::string> answer_convert(Call& call);
Answer<std::string> answer_margin(Call& call);

// data_routes.cc
Answer<std::string> answer_quotes(Call& call);
Answer<std::string> answer_depth(Call& call);
Answer<std::string> answer_history(Call& call);
Answer<std::string> answer_market_status(Call& call);
Answer<std::string> answer_symbol_tokens(Call& call);

}  // namespace tranchet::fyers_venue
