// A client of the twin for tests: signs by V3 or V1 with keys that everybody knows, and drives a
// front desk on a clock of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/aster/server/front_desk.h"
#include "adapters/aster/server/signatures.h"

namespace tranchet::aster_venue {

// Of Aster's documentation.
inline constexpr std::string_view kExampleKey =
    "4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";
inline constexpr std::string_view kExampleSigner = "0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0";
inline constexpr std::string_view kExampleUser = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e";

// "0x" and 130 digits: r, s, v of the message as typed data. `key`: 64 hex digits.
std::string sign_typed(std::string_view message, std::string_view key,
                       std::uint64_t chain = kMainnetChain);
std::string hmac_hex(std::string_view secret, std::string_view message);
// The parameters with nonce, user, signer and signature behind them.
std::string signed_form(std::string parameters, std::uint64_t nonce,
                        std::string_view key = kExampleKey,
                        std::string_view signer = kExampleSigner);

// BTCUSDT: tick 0.1, step 0.001, minimum 5 USDT, at most 3 stops, prices within 10 % of the mark.
DeskOptions example_options(PositionMode mode = PositionMode::OneWay);

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
#define EXPECT_HAS(text, part) EXPECT_TRUE(has(text, part)) << text

// Of an answer that is an error; else 0.
inline int code_of(const DeskAnswer& answer) {
  const std::size_t at = answer.body.find("{\"code\":");
  return at == 0 ? std::stoi(answer.body.substr(8)) : 0;
}

class Trader {
 public:
  explicit Trader(const DeskOptions& options = example_options());

  AsterFrontDesk& desk() { return desk_; }
  Timestamp now() const { return now_; }
  void wait(Duration duration);
  void show(std::string_view price);  // A trade and the mark.

  // Signed by V3. POST, PUT and DELETE send a form.
  DeskAnswer ask(std::string_view method, std::string_view endpoint, std::string parameters = "");
  DeskAnswer send(std::string_view method, const std::string& target, const std::string& body = "",
                  std::string_view api_key = "");
  std::uint64_t next_nonce();

  // Listens to the user stream from now on.
  StreamId listen();
  std::string take_texts();  // Of all streams, a line each.
  bool was_hung_up() const { return hung_up_; }

 private:
  Timestamp now_ = Timestamp::from_nanoseconds(1'767'571'200'000'000'000);
  std::uint64_t nonce_ = 0;
  bool hung_up_ = false;
  AsterFrontDesk desk_;
};

}  // namespace tranchet::aster_venue
