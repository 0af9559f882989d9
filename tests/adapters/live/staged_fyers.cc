#include "tests/adapters/live/staged_fyers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "adapters/fyers/order_status.h"
#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/live/clock.h"

namespace tranchet {
namespace {

constexpr Duration kMinute = Duration::minutes(1);
constexpr std::string_view kApp = "TWIN-100";
constexpr std::string_view kRedirect = "https://127.0.0.1/";

}  // namespace

void StagedFyers::prepare(const std::filesystem::path& folder) {
  folder_ = folder;
  // The day of the tape is today, and begins as long before the square-off of 15:20 as is wished.
  const Timestamp now = read_clocks().wall;
  start_ = fyers::start_of_indian_day(fyers::indian_day(now)) + Duration::minutes(15 * 60 + 20) -
           Duration::seconds(options_.square_off_in);
  if (options_.history > 0) start_ = now;
  std::ofstream file(folder_ / "prices.csv");
  int id = 0;
  const auto trade = [&](const std::string& price, Timestamp time) {
    ++id;
    file << id << "," << price << ",100," << id << "," << id << ","
         << time.nanoseconds() / 1'000'000 << ",false\n";
  };
  file << "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  const Timestamp minute = now - Duration::nanoseconds(now.nanoseconds() % kMinute.count());
  for (int before = options_.history; before-- > 0;) {
    for (const char* const price : {"598.00", "602.00", "600.00"}) {
      trade(price, minute - kMinute * before);
    }
  }
  trade(options_.price, start_);
}

std::vector<std::string> StagedFyers::words() const {
  std::vector<std::string> words{"--tape", "NSE:SBIN-EQ=" + (folder_ / "prices.csv").string()};
  if (options_.square_off_in == 0) words.insert(words.end(), {"--hours", "always"});
  if (options_.history > 0) {
    // Rows have milliseconds.
    const Timestamp from = start_ - Duration::nanoseconds(start_.nanoseconds() % 1'000'000);
    words.insert(words.end(), {"--wall-clock", "--from", to_text(from)});
  }
  return words;
}

Secret StagedFyers::new_token(const Ask& ask) const {
  const ClientAnswer sent_on =
      ask({.method = "GET", .target = fyers::login_target(kApp, kRedirect, "stage")});
  std::string address;
  for (const auto& [name, value] : sent_on.headers) {
    if (name == "Location" || name == "location") address = value;
  }
  const auto code = fyers::auth_code_of(address, "stage");
  EXPECT_TRUE(code) << code.error() << sent_on.failure;
  const fyers::AppKeys keys{.app_id = std::string(kApp),
                            .secret = Secret("TWINSECRET"),
                            .redirect_uri = std::string(kRedirect)};
  const ClientAnswer answer =
      ask({.method = "POST",
           .target = "/api/v3/validate-authcode",
           .headers = {{"Content-Type", "application/json"}},
           .body = std::string(fyers::authcode_body(keys, *code).reveal())});
  auto tokens = fyers::read_tokens(answer.body);
  EXPECT_TRUE(tokens) << answer.body;
  return std::move(tokens->access);
}

void StagedFyers::log_in(const Ask& ask) {
  const Secret token = new_token(ask);
  const auto failed = fyers::write_token_file(folder_ / "keys.toml", kApp, token, Secret("none"));
  EXPECT_FALSE(failed) << *failed;
  authorization_ = std::string(kApp) + ":" + std::string(token.reveal());
}

Quantity StagedFyers::held(const Ask& ask, PositionSide side) {
  const ClientAnswer answer = ask({.method = "GET",
                                   .target = "/api/v3/positions",
                                   .headers = {{"Authorization", authorization_}}});
  const auto rows = fyers::read_positions(answer.body);
  EXPECT_TRUE(rows) << answer.body;
  Quantity held;
  if (!rows) return held;
  for (const fyers::PositionRow& row : *rows) {
    const bool is_long = row.net.is_positive();
    if (is_long == (side == PositionSide::Long)) held += is_long ? row.net : -row.net;
  }
  return held;
}

std::size_t StagedFyers::waiting_orders() {
  const ClientAnswer answer = ask_({.method = "GET",
                                    .target = "/api/v3/gtt/orders",
                                    .headers = {{"Authorization", authorization_}}});
  const auto rows = fyers::read_gtt_orders(answer.body);
  EXPECT_TRUE(rows) << answer.body;
  if (!rows) return 0;
  return static_cast<std::size_t>(std::ranges::count(
      *rows, static_cast<std::int64_t>(fyers::OrderStatus::Pending), &fyers::GttRow::status));
}

void StagedFyers::wait_for_trigger(const std::string& symbol, const std::string& quantity,
                                   const std::string& above, const std::string& below) {
  const auto leg = [&quantity](const std::string& price) {
    return "{\"price\":" + price + ",\"triggerPrice\":" + price + ",\"qty\":" + quantity + "}";
  };
  const ClientAnswer answer =
      ask_({.method = "POST",
            .target = "/api/v3/gtt/orders/sync",
            .headers = {{"Authorization", authorization_}, {"Content-Type", "application/json"}},
            .body = "{\"side\":-1,\"symbol\":\"" + symbol +
                    "\",\"productType\":\"CNC\",\"orderInfo\":{\"leg1\":" + leg(above) +
                    ",\"leg2\":" + leg(below) + "}}"});
  EXPECT_EQ(answer.status, 200U) << answer.body;
}

}  // namespace tranchet
