#include "adapters/live/live_permit.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "adapters/aster/keys.h"
#include "adapters/service/credential.h"

namespace tranchet {

std::expected<LivePermit, std::string> LivePermit::from_keys(const std::filesystem::path& file) {
  // From here on this process holds a key: its memory is not to be dumped, nor looked into by
  // other processes of its user.
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  auto signer = aster::read_keys(credential_or_file(file));
  if (!signer) return std::unexpected(std::move(signer.error()));
  return LivePermit(std::move(*signer));
}

}  // namespace tranchet
