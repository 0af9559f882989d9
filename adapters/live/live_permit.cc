#include "adapters/live/live_permit.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "adapters/aster/keys.h"
#include "adapters/port/private_file.h"

namespace tranchet {

std::expected<LivePermit, std::string> LivePermit::from_keys(const std::filesystem::path& file) {
  // From here on this process holds a key: its memory is not to be dumped, nor looked into by
  // other processes of its user.
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  // A name alone is first looked for among systemd's credentials, which only the service can see.
  const bool is_name = !file.has_parent_path();
  const auto credential = is_name ? credential_file(file.string()) : std::nullopt;
  auto signer = aster::read_keys(credential.value_or(file));
  if (!signer) return std::unexpected(std::move(signer.error()));
  return LivePermit(std::move(*signer));
}

}  // namespace tranchet
