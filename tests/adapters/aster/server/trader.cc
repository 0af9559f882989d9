#include "tests/adapters/aster/server/trader.h"

#include <openssl/hmac.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <array>

#include "adapters/aster/server/signatures.h"
#include "events/ensure.h"

namespace tranchet::aster_venue {
namespace {

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < size; ++at) {
    text += kDigits[bytes[at] >> 4];
    text += kDigits[bytes[at] & 15];
  }
  return text;
}

}  // namespace

std::string sign_typed(std::string_view message, std::string_view key, std::uint64_t chain) {
  std::array<unsigned char, 32> number{};
  for (std::size_t at = 0; at < 32; ++at) {
    number[at] =
        static_cast<unsigned char>(std::stoul(std::string(key.substr(at * 2, 2)), nullptr, 16));
  }
  secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
  const std::string digest = typed_digest(message, chain);
  secp256k1_ecdsa_recoverable_signature signature;
  ENSURE(secp256k1_ecdsa_sign_recoverable(context, &signature,
                                          reinterpret_cast<const unsigned char*>(digest.data()),
                                          number.data(), nullptr, nullptr) == 1);
  std::array<unsigned char, 65> bytes{};
  int recovery = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context, bytes.data(), &recovery,
                                                          &signature);
  bytes[64] = static_cast<unsigned char>(27 + recovery);
  secp256k1_context_destroy(context);
  return "0x" + hex_of(bytes.data(), bytes.size());
}

std::string hmac_hex(std::string_view secret, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
       &size);
  return hex_of(digest.data(), size);
}

std::string signed_form(std::string parameters, std::uint64_t nonce, std::string_view key,
                        std::string_view signer) {
  if (!parameters.empty()) parameters += '&';
  parameters += "nonce=" + std::to_string(nonce) + "&user=" + std::string(kExampleUser) +
                "&signer=" + std::string(signer);
  return parameters + "&signature=" + sign_typed(parameters, key);
}

DeskOptions example_options(PositionMode mode) {
  using namespace literals;
  ListedSymbol listed;
  listed.symbol = "BTCUSDT";
  listed.rules.instrument = InstrumentId{1};
  listed.rules.tick_size = 0.1_px;
  listed.rules.step_size = 0.001_qty;
  listed.rules.min_quantity = 0.001_qty;
  listed.rules.max_quantity = 100_qty;
  listed.rules.market_max_quantity = 10_qty;
  listed.rules.min_notional = 5_usd;
  listed.rules.max_conditional_orders = 3;
  listed.terms.multiplier_up = 1'100'000;
  listed.terms.multiplier_down = 900'000;
  DeskOptions options;
  options.symbols = {listed};
  options.accounts = {{.user = lower_case(kExampleUser),
                       .signer = lower_case(kExampleSigner),
                       .hmac_key = "api-key",
                       .hmac_secret = "secret",
                       .balance = 10'000_usd,
                       .position_mode = mode}};
  return options;
}

Trader::Trader(const DeskOptions& options) : desk_(options) {
  show("45000");
}

void Trader::wait(Duration duration) {
  now_ = now_ + duration;
  desk_.advance(now_);
}

void Trader::show(std::string_view price) {
  const Price shown = *parse<Price>(price);
  desk_.observe(MarkPrice{InstrumentId{1}, shown}, now_);
  desk_.observe(TradePrinted{.instrument = InstrumentId{1},
                             .quantity = Quantity::from_raw(kDecimalOne),
                             .price = shown,
                             .aggressor = 1},
                now_);
}

std::uint64_t Trader::next_nonce() {
  const auto clock = static_cast<std::uint64_t>(now_.nanoseconds() / 1'000);
  return nonce_ = std::max(nonce_ + 1, clock);
}

DeskAnswer Trader::send(std::string_view method, const std::string& target, const std::string& body,
                        std::string_view api_key) {
  return desk_.answer(
      {.method = method, .target = target, .body = body, .api_key = api_key, .peer = "127.0.0.1"},
      now_);
}

DeskAnswer Trader::ask(std::string_view method, std::string_view endpoint, std::string parameters) {
  const std::string form = signed_form(std::move(parameters), next_nonce());
  const std::string target = "/fapi/v3/" + std::string(endpoint);
  return method == "GET" ? send(method, target + "?" + form) : send(method, target, form);
}

StreamId Trader::listen() {
  const std::string body = ask("POST", "listenKey").body;
  const std::size_t begin = body.find(":\"") + 2;
  return desk_.open_stream("/ws/" + body.substr(begin, body.find('"', begin) - begin), now_);
}

std::string Trader::take_texts() {
  std::string texts;
  for (const StreamOutput& output : desk_.take_output()) {
    hung_up_ = hung_up_ || output.hang_up;
    if (!output.text.empty()) texts += output.text + "\n";
  }
  return texts;
}

}  // namespace tranchet::aster_venue
