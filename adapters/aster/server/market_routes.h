// Endpoints for everybody: rules, prices, history.
#pragma once

#include "adapters/aster/server/call.h"

namespace tranchet::aster_venue {

Answer<std::string> answer_ping(Call& call);
Answer<std::string> answer_time(Call& call);
Answer<std::string> answer_exchange_info(Call& call);
Answer<std::string> answer_depth(Call& call);
Answer<std::string> answer_trades(Call& call);
Answer<std::string> answer_agg_trades(Call& call);
Answer<std::string> answer_klines(Call& call);
Answer<std::string> answer_mark_klines(Call& call);
Answer<std::string> answer_premium_index(Call& call);
Answer<std::string> answer_funding_rate(Call& call);
Answer<std::string> answer_funding_info(Call& call);
Answer<std::string> answer_ticker_24h(Call& call);
Answer<std::string> answer_ticker_price(Call& call);
Answer<std::string> answer_ticker_book(Call& call);
Answer<std::string> answer_index_references(Call& call);

}  // namespace tranchet::aster_venue
