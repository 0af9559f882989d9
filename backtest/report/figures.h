// Exact figures as people read them: rounded to cents, with separators. Files keep the exact ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "backtest/report/summary.h"
#include "events/decimal.h"
#include "events/time.h"

namespace tranchet {

std::string grouped(std::uint64_t count);           // "1,234,567"
std::string cents(Money money);                     // "10,042.30", "-2.70"
std::string signed_cents(Money money);              // "+42.30", "-2.70", "0.00"
std::string share_text(Int128 part, Int128 whole);  // "66.67 %"; "-" of nothing.
std::string day_and_minute(Timestamp time);         // "2024-04-12 19:31"
std::string length_text(Duration length);           // "29 d 23 h", "3 h 20 min", "12 s"
std::string rate_text(std::uint64_t per_second);    // "4.05 M", "812 k", "97"
// "take profit", "stop loss", "liquidation": an exit reason among other words.
std::string_view exit_words(ExitReason reason);
// The first and the last moment, and how long that is; "no data" without one.
std::string period_text(const Summary& summary);

}  // namespace tranchet
