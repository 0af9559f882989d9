#include "adapters/aster/server/signatures.h"

#include <cryptopp/keccak.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <array>
#include <memory>

namespace tranchet::aster_venue {
namespace {

std::string keccak(std::string_view bytes) {
  std::string digest(32, '\0');
  CryptoPP::Keccak_256 hash;
  hash.Update(reinterpret_cast<const CryptoPP::byte*>(bytes.data()), bytes.size());
  hash.Final(reinterpret_cast<CryptoPP::byte*>(digest.data()));
  return digest;
}

std::string word_of(std::uint64_t number) {
  std::string word(32, '\0');
  for (std::size_t at = 0; at < 8; ++at) word[31 - at] = static_cast<char>(number >> (8 * at));
  return word;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char letter : bytes) {
    const auto byte = static_cast<unsigned char>(letter);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  const auto digit = [](char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    return -1;
  };
  const std::string low = lower_case(hex);
  if (low.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < low.size(); at += 2) {
    const int high = digit(low[at]);
    const int rest = digit(low[at + 1]);
    if (high < 0 || rest < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + rest);
  }
  return bytes;
}

struct ContextDeleter {
  void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};

const secp256k1_context* verifying() {
  static const std::unique_ptr<secp256k1_context, ContextDeleter> context(
      secp256k1_context_create(SECP256K1_CONTEXT_VERIFY));
  return context.get();
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return result;
}

std::string typed_digest(std::string_view message, std::uint64_t chain) {
  const std::string domain = keccak(
      keccak("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)") +
      keccak("AsterSignTransaction") + keccak("1") + word_of(chain) + word_of(0));
  return keccak("\x19\x01" + domain + keccak(keccak("Message(string msg)") + keccak(message)));
}

std::optional<std::string> recover_signer(std::string_view message, std::string_view signature,
                                          std::uint64_t chain) {
  if (signature.starts_with("0x") || signature.starts_with("0X")) signature.remove_prefix(2);
  const auto bytes = bytes_of(signature);
  if (!bytes || bytes->size() != 65) return std::nullopt;
  const auto last = static_cast<unsigned char>((*bytes)[64]);
  const int recovery = last >= 27 ? last - 27 : last;  // 27 and 28, or 0 and 1.
  if (recovery > 1) return std::nullopt;
  secp256k1_ecdsa_recoverable_signature parsed;
  const auto* raw = reinterpret_cast<const unsigned char*>(bytes->data());
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(verifying(), &parsed, raw, recovery) !=
      1) {
    return std::nullopt;
  }
  const std::string digest = typed_digest(message, chain);
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recover(verifying(), &key, &parsed,
                              reinterpret_cast<const unsigned char*>(digest.data())) != 1) {
    return std::nullopt;
  }
  std::array<unsigned char, 65> point{};
  std::size_t size = point.size();
  secp256k1_ec_pubkey_serialize(verifying(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  // Without the leading 4; the address is the end of the hash.
  const std::string hash =
      keccak(std::string_view(reinterpret_cast<const char*>(point.data()) + 1, 64));
  return "0x" + hex_of(std::string_view(hash).substr(12));
}

bool hmac_matches(std::string_view secret, std::string_view message, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
       &size);
  const std::string expected =
      hex_of(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
  const std::string given = lower_case(signature);
  return given.size() == expected.size() &&
         CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

}  // namespace tranchet::aster_venue
