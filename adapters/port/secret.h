// A text that must not get out: it cannot be printed, compared, copied or serialized, and its bytes
// are overwritten when it ends.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace tranchet {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  bool empty() const { return bytes_.empty(); }
  // For the signer alone. The view ends with this object.
  std::string_view reveal() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<char> bytes_;  // Not a string: a short string would be kept in place and copied.
};

// Overwrites memory in a way that the optimizer keeps.
void wipe(void* memory, std::size_t size);

}  // namespace tranchet
