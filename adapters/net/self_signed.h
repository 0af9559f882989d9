// A TLS identity for tests and laptops: valid for 127.0.0.1, ::1 and localhost, for a year, and its
// own issuer, so that a client that is told to trust the certificate verifies it and the host.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "adapters/net/server.h"

namespace tranchet {

// Writes certificate.pem and key.pem (mode 0600) into `folder`, which is made if need be. What is
// there already is kept and used again.
std::expected<ServerIdentity, std::string> self_signed_identity(
    const std::filesystem::path& folder);

}  // namespace tranchet
