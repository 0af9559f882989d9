#include "adapters/port/secret.h"

#include <openssl/crypto.h>

namespace tranchet {

void wipe(void* memory, std::size_t size) {
  OPENSSL_cleanse(memory, size);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_.data(), bytes_.size());
  bytes_ = std::move(other.bytes_);
  other.bytes_.clear();
  return *this;
}

Secret::~Secret() {
  wipe(bytes_.data(), bytes_.size());
}

}  // namespace tranchet
