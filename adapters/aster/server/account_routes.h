// Endpoints of an account: balance, positions, settings, history, the key of its user stream.
#pragma once

#include "adapters/aster/server/call.h"

namespace tranchet::aster_venue {

Answer<std::string> answer_balance(Call& call);
Answer<std::string> answer_account(Call& call);
Answer<std::string> answer_position_risk(Call& call);
Answer<std::string> answer_user_trades(Call& call);
Answer<std::string> answer_income(Call& call);
Answer<std::string> answer_leverage_bracket(Call& call);
Answer<std::string> answer_commission_rate(Call& call);
Answer<std::string> answer_adl_quantile(Call& call);
Answer<std::string> answer_force_orders(Call& call);
Answer<std::string> answer_mode(Call& call);
Answer<std::string> answer_set_mode(Call& call);
Answer<std::string> answer_multi_assets(Call& call);
Answer<std::string> answer_set_multi_assets(Call& call);
Answer<std::string> answer_set_leverage(Call& call);
Answer<std::string> answer_set_margin_type(Call& call);
Answer<std::string> answer_stp_mode(Call& call);
Answer<std::string> answer_set_stp_mode(Call& call);
Answer<std::string> answer_move_margin(Call& call);
Answer<std::string> answer_margin_moves(Call& call);
Answer<std::string> answer_empty_list(Call& call);
Answer<std::string> answer_done(Call& call);
Answer<std::string> answer_make_key(Call& call);
Answer<std::string> answer_keep_key(Call& call);
Answer<std::string> answer_close_key(Call& call);

}  // namespace tranchet::aster_venue
