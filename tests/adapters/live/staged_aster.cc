#include "tests/adapters/live/staged_aster.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "adapters/aster/keys.h"
#include "adapters/aster/rest_messages.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

std::string crowd_symbol(int number) {
  return "C" + std::to_string(100 + number) + "USDT";
}

}  // namespace

void StagedAster::prepare(const fs::path& folder) {
  folder_ = folder;
  write_tapes();
  write_text(folder_ / "accounts.toml",
             "[[account]]\nuser = \"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e\"\n"
             "signer = \"0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0\"\nbalance = \"100000\"\n"
             "hmac_key = \"" +
                 std::string(kHmacKey) + "\"\nhmac_secret = \"" + std::string(kHmacSecret) +
                 "\"\nposition_mode = \"hedge\"\n");
  std::string symbols = instrument_json("BTCUSDT");
  for (int number = 0; number < options_.crowd; ++number) {
    symbols += "," + instrument_json(crowd_symbol(number));
  }
  write_text(folder_ / "instruments.json", "{\"symbols\":[" + symbols + "]}");
}

std::string StagedAster::instrument_json(const std::string& symbol) const {
  return R"({"symbol":")" + symbol + R"(","pair":")" + symbol +
         R"(","contractType":"PERPETUAL","status":"TRADING","pricePrecision":2,"baseAsset":"BTC",)"
         R"("quoteAsset":"USDT","marginAsset":"USDT","filters":[{"filterType":"PRICE_FILTER",)"
         R"("minPrice":"0.1","maxPrice":"1000000","tickSize":")" +
         options_.tick_size +
         R"("},{"filterType":"LOT_SIZE","minQty":"0.001","maxQty":"1000","stepSize":"0.001"},)"
         R"({"filterType":"MARKET_LOT_SIZE","minQty":"0.001","maxQty":"120","stepSize":"0.001"},)"
         R"({"filterType":"MIN_NOTIONAL","notional":"5"},)"
         R"({"filterType":"MAX_NUM_ORDERS","limit":200},)"
         R"({"filterType":"MAX_NUM_ALGO_ORDERS","limit":10}]})";
}

// BTCUSDT has one price, and none after it. Each of the crowd trades once a second for 20 s, and
// again from the start; 10 of them have 100 trades in one of the seconds: 1,000 together.
void StagedAster::write_tapes() const {
  const std::string head =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  const auto row = [](int id, const std::string& price, std::int64_t time) {
    return std::to_string(id) + "," + price + ",0.100,1,1," + std::to_string(time) + ",false\n";
  };
  constexpr std::int64_t kStart = 1'704'067'200'000;
  std::string prices = head + row(1, options_.price, kStart);
  if (options_.crowd > 0) prices += row(2, options_.price, kStart + 20'000);
  write_text(folder_ / "prices.csv", prices);
  for (int number = 0; number < options_.crowd; ++number) {
    std::string text = head;
    int id = 0;
    for (int second = 0; second < 20; ++second) {
      const int trades = number < 10 && second == 10 ? 100 : 1;
      for (int trade = 0; trade < trades; ++trade, ++id) {
        const std::string price = std::to_string(100 + number) + "." + std::to_string(id % 10);
        text += row(id + 1, price, kStart + second * 1'000 + trade * 10);
      }
    }
    write_text(folder_ / (crowd_symbol(number) + ".csv"), text);
  }
}

std::vector<std::string> StagedAster::words() const {
  std::vector<std::string> words{"--tape",        "BTCUSDT=" + (folder_ / "prices.csv").string(),
                                 "--accounts",    (folder_ / "accounts.toml").string(),
                                 "--instruments", (folder_ / "instruments.json").string()};
  for (int number = 0; number < options_.crowd; ++number) {
    const std::string symbol = crowd_symbol(number);
    words.insert(words.end(), {"--tape", symbol + "=" + (folder_ / (symbol + ".csv")).string()});
  }
  if (options_.crowd > 0) words.emplace_back("--loop");
  return words;
}

std::string StagedAster::right_keys() const {
  if (options_.hmac) {
    return "api_key = \"" + std::string(kHmacKey) + "\"\napi_secret = \"" +
           std::string(kHmacSecret) + "\"\n";
  }
  return "user = \"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e\"\nkey = \"0x" +
         std::string(kCanaryKey) + "\"\n";
}

std::string StagedAster::instrument_lines() const {
  std::string lines = "[instrument.BTCUSDT]\ntick_size = 0.1\nstep_size = 0.001\n";
  for (int number = 0; number < options_.crowd; ++number) {
    lines += "[instrument." + crowd_symbol(number) + "]\n";
  }
  return lines;
}

Quantity StagedAster::held(const Ask& ask, PositionSide side) {
  // Not with the program's keys: those may be wrong on purpose.
  write_text(folder_ / "own-keys.toml", right_keys());
  ::chmod((folder_ / "own-keys.toml").c_str(), 0600);
  const auto signer = aster::read_keys(folder_ / "own-keys.toml");
  EXPECT_TRUE(signer);
  // Two questions within a microsecond would have one nonce.
  nonce_ = std::max(
      nonce_ + 1, static_cast<std::uint64_t>((read_clocks().wall + ahead_).nanoseconds() / 1'000));
  const std::string query =
      (*signer)->sign({.parameters = "symbol=BTCUSDT", .microseconds = nonce_});
  ClientRequest question{.method = "GET", .target = "/fapi/v3/positionRisk?" + query};
  for (const HttpHeader& header : (*signer)->headers()) {
    question.headers.emplace_back(header.name, header.value);
  }
  const ClientAnswer answer = ask(std::move(question));
  const auto rows = aster::read_positions(answer.body);
  EXPECT_TRUE(rows) << answer.body;
  Quantity held;
  for (const aster::PositionRow& row : *rows) {
    const bool is_long = row.amount.is_positive();
    if (is_long == (side == PositionSide::Long)) held += is_long ? row.amount : -row.amount;
  }
  return held;
}

}  // namespace tranchet
