// The SHA-256 chain over everything a log holds: each commit's hash covers the hash before it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace tranchet {

using ChainHash = std::array<std::byte, 32>;

class ChainHasher {
 public:
  ChainHasher();
  ~ChainHasher();
  ChainHasher(const ChainHasher&) = delete;
  ChainHasher& operator=(const ChainHasher&) = delete;

  // Starts over, from the hash of the commit before.
  void start(const ChainHash& previous);
  void add(std::span<const std::byte> bytes);
  ChainHash finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 hexadecimal digits.
std::string hash_text(const ChainHash& hash);

}  // namespace tranchet
