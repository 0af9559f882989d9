// The keys of an account, from a file that nobody else can read.
//
//   # wallet (V3)                               # API key (V1, older accounts)
//   user = "0x63DD..."    # the main wallet     api_key = "..."
//   signer = "0x21cF..."  # optional            api_secret = "..."
//   key = "4fd0..."       # of the signer
//   chain = 1666          # optional; 714: test net
//
// A file must be a regular one, belong to whoever runs the program, and have mode 0600 or less. One
// in the credentials directory of systemd is as systemd has made it. No error quotes a value.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/aster/signing.h"

namespace tranchet::aster {

// The error names the file, and the line or the key.
std::expected<std::unique_ptr<Signer>, std::string> read_keys(const std::filesystem::path& file);

}  // namespace tranchet::aster
