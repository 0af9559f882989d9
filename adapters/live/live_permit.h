// The right to trade with real money, as a value: there is no other way to a transport that carries
// orders, and a paper program has none.
//
// It is made of two things together: somebody asked for it by name (--live), and the keys are in a
// file that only its owner can read, or in systemd's credentials.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/aster/signing.h"

namespace tranchet {

class LivePermit {
 public:
  // The error says what is wrong with the file, never what is in it.
  static std::expected<LivePermit, std::string> from_keys(const std::filesystem::path& file);

  LivePermit(LivePermit&&) noexcept = default;
  LivePermit& operator=(LivePermit&&) noexcept = default;

  aster::Signer& signer() { return *signer_; }

 private:
  explicit LivePermit(std::unique_ptr<aster::Signer> signer) : signer_(std::move(signer)) {}
  std::unique_ptr<aster::Signer> signer_;
};

}  // namespace tranchet
