#include "adapters/aster/server/accounts_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>

#include "adapters/aster/server/signatures.h"

namespace tranchet::aster_venue {
namespace {

using Failure = std::unexpected<std::string>;

Failure at(const std::filesystem::path& file, const toml::node& node, const std::string& message) {
  return Failure(file.string() + ":" + std::to_string(node.source().begin.line) + ": " + message);
}

bool is_address(std::string_view text) {
  return text.size() == 42 && text.starts_with("0x") &&
         std::ranges::all_of(text.substr(2), [](char letter) {
           return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
         });
}

// A number may be written as one, or as a text.
std::optional<Money> balance_of(const toml::node& node) {
  std::optional<Money> balance;
  if (const auto text = node.value_exact<std::string>()) balance = parse<Money>(*text);
  if (const auto whole = node.value_exact<std::int64_t>()) {
    balance = parse<Money>(std::to_string(*whole));
  }
  return balance && balance->raw() >= 0 ? balance : std::nullopt;
}

// Null: fine; else what is wrong with the value.
std::optional<std::string> read_value(std::string_view key, const toml::node& node,
                                      AccountSpec& account) {
  if (key == "balance") {
    const auto balance = balance_of(node);
    if (!balance) return "is no amount of 0 or more";
    account.balance = *balance;
    return std::nullopt;
  }
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty()) return "is no text";
  if (key == "user" || key == "signer") {
    const std::string address = lower_case(*text);
    if (!is_address(address)) return "\"" + *text + "\" is no address (0x and 40 hex digits)";
    (key == "user" ? account.user : account.signer) = address;
  } else if (key == "hmac_key") {
    account.hmac_key = *text;
  } else if (key == "hmac_secret") {
    account.hmac_secret = *text;
  } else if (*text == "hedge" || *text == "one_way") {
    account.position_mode = *text == "hedge" ? PositionMode::Hedge : PositionMode::OneWay;
  } else {
    return "\"" + *text + "\" is neither \"hedge\" nor \"one_way\"";
  }
  return std::nullopt;
}

std::expected<AccountSpec, std::string> read_account(const std::filesystem::path& file,
                                                     const toml::table& table) {
  constexpr std::array<std::string_view, 6> kKeys = {"user",    "signer",        "hmac_key",
                                                     "balance", "position_mode", "hmac_secret"};
  AccountSpec account;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::ranges::find(kKeys, name) == kKeys.end()) {
      return at(file, node,
                "\"" + name +
                    "\" is none of user, signer, hmac_key, hmac_secret, balance, "
                    "position_mode");
    }
    if (const auto wrong = read_value(name, node, account)) {
      return at(file, node, name + " " + *wrong);
    }
  }
  if (account.hmac_key.empty() != account.hmac_secret.empty()) {
    return at(file, table, "hmac_key and hmac_secret go together");
  }
  // A wallet that names no other signs for itself.
  if (account.signer.empty()) account.signer = account.user;
  if (account.signer.empty() && account.hmac_key.empty()) {
    return at(file, table,
              "an account needs a signer (or a user), or an hmac_key: nobody could "
              "use it");
  }
  return account;
}

}  // namespace

std::expected<std::vector<AccountSpec>, std::string> read_accounts(
    const std::filesystem::path& file) {
  try {
    const toml::table document = toml::parse_file(file.string());
    std::vector<AccountSpec> accounts;
    for (const auto& [key, node] : document) {
      if (key.str() != "account" || !node.is_array_of_tables()) {
        return at(file, node, "\"" + std::string(key.str()) + "\" is no [[account]] table");
      }
      for (const toml::node& item : *node.as_array()) {
        auto account = read_account(file, *item.as_table());
        if (!account) return std::unexpected(account.error());
        accounts.push_back(std::move(*account));
      }
    }
    if (accounts.empty()) return Failure(file.string() + ": has no [[account]]");
    return accounts;
  } catch (const toml::parse_error& error) {
    return Failure(file.string() + ":" + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
}

std::vector<AccountSpec> demo_accounts() {
  // Aster finance futures API v3 and v1, the examples of "Authentication signature".
  return {{.user = "",
           .signer = "0x21cf8ae13bb72632562c6fff438652ba1a151bb0",
           .hmac_key = "dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83",
           .hmac_secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"}};
}

}  // namespace tranchet::aster_venue
