#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <iterator>
#include <vector>

#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Lower-case hexadecimal; nullopt: the file cannot be read.
std::optional<std::string> sha256_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  if (!file || context == nullptr || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    return std::nullopt;
  }
  std::vector<char> buffer(std::size_t{256} * 1'024);
  for (;;) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (count == 0) break;
    if (EVP_DigestUpdate(context.get(), buffer.data(), count) != 1) return std::nullopt;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (file.bad() || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
    return std::nullopt;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned int at = 0; at < size; ++at) {
    text.push_back(kDigits[digest[at] >> 4]);
    text.push_back(kDigits[digest[at] & 15]);
  }
  return text;
}

}  // namespace

std::expected<void, InputError> verify_checksum(const std::filesystem::path& path) {
  std::filesystem::path beside = path;
  beside += ".CHECKSUM";
  std::error_code failed;
  if (!std::filesystem::is_regular_file(beside, failed)) return {};

  std::ifstream file(beside, std::ios::binary);
  constexpr std::size_t kHexDigits = 64;
  std::string wanted(kHexDigits, ' ');
  file.read(wanted.data(), static_cast<std::streamsize>(kHexDigits));
  wanted.resize(static_cast<std::size_t>(file.gcount()));
  wanted = lower_case(wanted);
  if (wanted.size() != kHexDigits ||
      wanted.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return input_error(beside.string(), 1,
                       "does not begin with a SHA-256 sum: " + in_quotes(wanted));
  }
  const std::optional<std::string> sum = sha256_of(path);
  if (!sum) return input_error(path.string(), 0, "cannot read it to verify its checksum");
  if (*sum != wanted) {
    return input_error(path.string(), 0,
                       "its SHA-256 is " + *sum + ", but " + beside.filename().string() + " says " +
                           wanted + ": download it again");
  }
  return {};
}

}  // namespace tranchet
