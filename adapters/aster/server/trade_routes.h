// Endpoints of orders: place, amend, cancel, several at once, query.
#pragma once

#include "adapters/aster/server/call.h"

namespace tranchet::aster_venue {

Answer<std::string> answer_place(Call& call);
Answer<std::string> answer_place_test(Call& call);
Answer<std::string> answer_amend(Call& call);
Answer<std::string> answer_cancel(Call& call);
Answer<std::string> answer_place_batch(Call& call);
Answer<std::string> answer_cancel_batch(Call& call);
Answer<std::string> answer_cancel_all(Call& call);
Answer<std::string> answer_order(Call& call);
Answer<std::string> answer_open_order(Call& call);
Answer<std::string> answer_open_orders(Call& call);
Answer<std::string> answer_all_orders(Call& call);

}  // namespace tranchet::aster_venue
