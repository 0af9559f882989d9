#include "adapters/aster/keys.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "adapters/port/private_file.h"

namespace tranchet::aster {
namespace {

// A value of the file, wiped where the parser keeps it.
Secret take_text(toml::table& table, std::string_view key) {
  auto* const node = table.get_as<std::string>(key);
  if (node == nullptr) return {};
  std::string& text = node->get();
  Secret value(text);
  wipe(text.data(), text.size());
  return value;
}

std::expected<std::unique_ptr<Signer>, std::string> signer_of(toml::table& table) {
  constexpr auto kKeys =
      std::to_array<std::string_view>({"user", "signer", "key", "chain", "api_key", "api_secret"});
  std::string unknown;
  for (const auto& [key, value] : table) {
    const bool is_chain = key.str() == "chain";
    if (std::ranges::find(kKeys, key.str()) == kKeys.end()) {
      // Not repeated: what stands where a name should be may be a key.
      unknown = "names what is none of user, signer, key, chain, api_key, api_secret";
    } else if (is_chain ? !value.is_integer() : !value.is_string()) {
      unknown = std::string(key.str()) + (is_chain ? " is not a whole number" : " is not a text");
    }
  }
  const Secret user = take_text(table, "user");
  const Secret signer = take_text(table, "signer");
  const Secret key = take_text(table, "key");
  const Secret api_key = take_text(table, "api_key");
  Secret api_secret = take_text(table, "api_secret");
  if (!unknown.empty()) return std::unexpected(unknown);
  const bool has_wallet = !user.empty() || !key.empty();
  const bool has_api = !api_key.empty() || !api_secret.empty();
  if (has_wallet == has_api) {
    return std::unexpected("needs either user and key, or api_key and api_secret");
  }
  if (has_api) return make_hmac_signer(api_key.reveal(), std::move(api_secret));
  const std::int64_t chain = table["chain"].value_or(static_cast<std::int64_t>(kMainnetChain));
  if (chain != static_cast<std::int64_t>(kMainnetChain) &&
      chain != static_cast<std::int64_t>(kTestnetChain)) {
    return std::unexpected("chain is neither 1666 nor 714");
  }
  return make_wallet_signer(user.reveal(), signer.reveal(), key, static_cast<std::uint64_t>(chain));
}

}  // namespace

std::expected<std::unique_ptr<Signer>, std::string> read_keys(const std::filesystem::path& file) {
  const auto content = read_private_file(file);
  if (!content) return std::unexpected(content.error());
  try {
    toml::table table = toml::parse(content->reveal());
    auto signer = signer_of(table);
    if (!signer) return std::unexpected(file.string() + ": " + signer.error());
    return signer;
  } catch (const toml::parse_error& error) {
    // Its description may quote the text.
    return std::unexpected(file.string() + ":" + std::to_string(error.source().begin.line) +
                           ": is not TOML");
  }
}

}  // namespace tranchet::aster
