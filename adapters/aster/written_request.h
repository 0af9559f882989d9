// A call as an HTTP request: where its parameters stand, and signed where it has to be.
#pragma once

#include <cstdint>
#include <functional>

#include "adapters/aster/requests.h"
#include "adapters/aster/signing.h"

namespace tranchet::aster {

// `nonce` is asked only where something is signed. The request's id is left to the caller.
HttpRequest written_request(const Call& call, const Signer& signer,
                            const std::function<std::uint64_t()>& nonce);

}  // namespace tranchet::aster
