// The file with the keys of a venue account: TOML of the simplest kind, `name = "value"` lines and
// comments, read without leaving copies of its bytes behind.
//
//   user = "0x63DD..."          # V3: the main wallet's address
//   signer = "0x21cF..."        # the API wallet's address; may be left out
//   private_key = "..."         # the API wallet's key, 64 hex digits
//   chain = "1666"              # 714 for the test net; 1666 if left out
// or
//   api_key = "..."             # V1, of older accounts
//   api_secret = "..."
//
// It must be a file of its own user (or root) that nobody else can read (mode 0600 or less). A name
// without a folder is looked for in systemd's credentials, $CREDENTIALS_DIRECTORY, which only the
// service can see.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/aster/signing.h"

namespace tranchet {

// The error names the file and what is wrong, never a value.
std::expected<std::unique_ptr<aster::Signer>, std::string> read_keys(
    const std::filesystem::path& file);

}  // namespace tranchet
