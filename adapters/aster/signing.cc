#include "adapters/aster/signing.h"

#include <cryptopp/keccak.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <array>
#include <optional>

#include "events/ensure.h"

namespace tranchet::aster {
namespace {

using Word = std::array<unsigned char, 32>;

template <class Bytes>
Word keccak(const Bytes& bytes) {
  Word digest{};
  CryptoPP::Keccak_256 hash;
  hash.Update(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  hash.Final(digest.data());
  return digest;
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<unsigned char> digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned char>(letter - '0');
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned char>(letter - 'a' + 10);
  if (letter >= 'A' && letter <= 'F') return static_cast<unsigned char>(letter - 'A' + 10);
  return std::nullopt;
}

// `size` bytes from twice as many hex digits, with or without 0x before them.
template <std::size_t size>
bool from_hex(std::string_view text, std::array<unsigned char, size>& bytes) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.size() != size * 2) return false;
  for (std::size_t at = 0; at < size; ++at) {
    const auto high = digit_of(text[at * 2]);
    const auto low = digit_of(text[at * 2 + 1]);
    if (!high || !low) return false;
    bytes[at] = static_cast<unsigned char>(*high << 4 | *low);
  }
  return true;
}

Word word_of(std::uint64_t number) {
  Word word{};
  for (std::size_t at = 0; at < 8; ++at) {
    word[31 - at] = static_cast<unsigned char>(number >> (8 * at));
  }
  return word;
}

void append(std::string& text, const Word& word) {
  text.append(reinterpret_cast<const char*>(word.data()), word.size());
}

// EIP-712: the domain {AsterSignTransaction, 1, chain, 0x0}.
Word domain_separator(std::uint64_t chain) {
  std::string fields;
  append(fields, keccak(std::string_view("EIP712Domain(string name,string version,"
                                         "uint256 chainId,address verifyingContract)")));
  append(fields, keccak(std::string_view("AsterSignTransaction")));
  append(fields, keccak(std::string_view("1")));
  append(fields, word_of(chain));
  append(fields, Word{});
  return keccak(fields);
}

Word digest_of(std::string_view message, const Word& domain) {
  static const Word type = keccak(std::string_view("Message(string msg)"));
  std::string structure;
  append(structure, type);
  append(structure, keccak(message));
  std::string whole = "\x19\x01";
  append(whole, domain);
  append(whole, keccak(structure));
  return keccak(whole);
}

// ---- V3.

class WalletSigner final : public Signer {
 public:
  WalletSigner(std::string user, std::string signer, const Word& key, std::uint64_t chain)
      : user_(std::move(user)),
        signer_(std::move(signer)),
        key_(key),
        domain_(domain_separator(chain)),
        context_(secp256k1_context_create(SECP256K1_CONTEXT_SIGN)) {}
  ~WalletSigner() override {
    wipe(key_.data(), key_.size());
    secp256k1_context_destroy(context_);
  }
  WalletSigner(const WalletSigner&) = delete;
  WalletSigner& operator=(const WalletSigner&) = delete;

  std::string sign(const Unsigned& request) const override {
    std::string text = request.parameters;
    if (!text.empty()) text += '&';
    text +=
        "nonce=" + std::to_string(request.microseconds) + "&user=" + user_ + "&signer=" + signer_;
    const Word digest = digest_of(text, domain_);
    secp256k1_ecdsa_recoverable_signature signature;
    ENSURE(secp256k1_ecdsa_sign_recoverable(context_, &signature, digest.data(), key_.data(),
                                            nullptr, nullptr) == 1);
    std::array<unsigned char, 65> bytes{};
    int recovery = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context_, bytes.data(), &recovery,
                                                            &signature);
    bytes[64] = static_cast<unsigned char>(27 + recovery);
    return text + "&signature=0x" + hex(bytes);
  }
  std::string_view root() const override { return "/fapi/v3"; }
  std::vector<HttpHeader> headers() const override { return {}; }
  std::string account() const override { return lower_case(user_); }

 private:
  std::string user_;
  std::string signer_;
  Word key_;
  Word domain_;
  secp256k1_context* context_;
};

// The last 20 bytes of the hash of the public key; nullopt: no key.
std::optional<std::string> address_of(const Word& key) {
  secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
  secp256k1_pubkey point;
  std::optional<std::string> address;
  if (secp256k1_ec_pubkey_create(context, &point, key.data()) == 1) {
    std::array<unsigned char, 65> bytes{};
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(context, bytes.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
    const Word hash = keccak(std::string_view(reinterpret_cast<const char*>(bytes.data()) + 1, 64));
    address = "0x" + hex(hash).substr(24);
  }
  secp256k1_context_destroy(context);
  return address;
}

// ---- V1.

class HmacSigner final : public Signer {
 public:
  HmacSigner(std::string key, Secret secret) : key_(std::move(key)), secret_(std::move(secret)) {}

  std::string sign(const Unsigned& request) const override {
    std::string text = request.parameters;
    if (!text.empty()) text += '&';
    text += "recvWindow=5000&timestamp=" + std::to_string(request.microseconds / 1'000);
    return text + "&signature=" + hmac_sha256_hex(secret_, text);
  }
  std::string_view root() const override { return "/fapi/v1"; }
  std::vector<HttpHeader> headers() const override { return {{"X-MBX-APIKEY", key_}}; }
  std::string account() const override {
    Word digest{};
    ENSURE(EVP_Digest(key_.data(), key_.size(), digest.data(), nullptr, EVP_sha256(), nullptr) ==
           1);
    return hex(digest);
  }

 private:
  std::string key_;
  Secret secret_;
};

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return result;
}

std::string typed_data_digest(std::string_view message, std::uint64_t chain) {
  std::string digest;
  append(digest, digest_of(message, domain_separator(chain)));
  return digest;
}

std::string hmac_sha256_hex(const Secret& secret, std::string_view message) {
  Word digest{};
  unsigned int size = 0;
  const std::string_view key = secret.reveal();
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          digest.data(), &size);
  ENSURE(made != nullptr && size == digest.size());
  return hex(digest);
}

std::expected<std::unique_ptr<Signer>, std::string> make_wallet_signer(std::string_view user,
                                                                       std::string_view signer,
                                                                       const Secret& key,
                                                                       std::uint64_t chain) {
  std::array<unsigned char, 20> address{};
  if (!from_hex(user, address)) return std::unexpected("user is not an address (0x, 40 digits)");
  Word number{};
  if (!from_hex(key.reveal(), number)) return std::unexpected("the key is not 64 hex digits");
  const auto own = address_of(number);
  if (!own) {
    wipe(number.data(), number.size());
    return std::unexpected("the key is no private key of secp256k1");
  }
  const std::string name = signer.empty() ? *own : std::string(signer);
  if (lower_case(name) != *own) {
    wipe(number.data(), number.size());
    return std::unexpected("signer is not the address of the key; that one is " + *own);
  }
  auto made = std::make_unique<WalletSigner>(std::string(user), name, number, chain);
  wipe(number.data(), number.size());
  return made;
}

std::expected<std::unique_ptr<Signer>, std::string> make_hmac_signer(std::string_view api_key,
                                                                     Secret secret) {
  if (api_key.empty()) return std::unexpected("the API key is empty");
  if (secret.empty()) return std::unexpected("the API secret is empty");
  return std::make_unique<HmacSigner>(std::string(api_key), std::move(secret));
}

}  // namespace tranchet::aster
