#include "events/log/chain.h"

#include <openssl/evp.h>

#include "events/ensure.h"

namespace tranchet {

struct ChainHasher::State {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

ChainHasher::ChainHasher() : state_(std::make_unique<State>()) {
  ENSURE(state_->algorithm != nullptr && state_->context != nullptr);
}
ChainHasher::~ChainHasher() = default;

void ChainHasher::start(const ChainHash& previous) {
  ENSURE(EVP_DigestInit_ex2(state_->context, state_->algorithm, nullptr) == 1);
  add(previous);
}

void ChainHasher::add(std::span<const std::byte> bytes) {
  ENSURE(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

ChainHash ChainHasher::finish() {
  ChainHash hash;
  unsigned size = 0;
  ENSURE(EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(hash.data()),
                            &size) == 1);
  ENSURE(size == hash.size());
  return hash;
}

std::string hash_text(const ChainHash& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : hash) {
    text += kDigits[static_cast<unsigned>(byte) >> 4];
    text += kDigits[static_cast<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace tranchet
