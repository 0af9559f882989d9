// The accounts of the venue, from a TOML file: a table each.
//
//   [[account]]
//   user = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e"     # main wallet
//   signer = "0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0"   # API wallet: V3
//   hmac_key = "..."                                        # V1
//   hmac_secret = "..."
//   balance = "10000"
//   position_mode = "hedge"                                 # or "one_way", the default
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/aster/server/account_desk.h"

namespace tranchet::aster_venue {

// The error names file, line, key and value.
std::expected<std::vector<AccountSpec>, std::string> read_accounts(
    const std::filesystem::path& file);

// One account of 10,000 USDT that trusts the example key of Aster's documentation, as API wallet of
// any user, and the example pair of V1. Everybody knows these keys.
std::vector<AccountSpec> demo_accounts();

}  // namespace tranchet::aster_venue
