#include "adapters/live/live_permit.h"

#include "adapters/aster/keys.h"
#include "adapters/live/private_process.h"
#include "adapters/service/credential.h"

namespace tranchet {

std::expected<LivePermit, std::string> LivePermit::from_keys(const std::filesystem::path& file) {
  keep_process_private();
  auto signer = aster::read_keys(credential_or_file(file));
  if (!signer) return std::unexpected(std::move(signer.error()));
  return LivePermit(std::move(*signer));
}

}  // namespace tranchet
