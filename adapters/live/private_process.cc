#include "adapters/live/private_process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "adapters/port/private_file.h"

namespace tranchet {

void keep_process_private() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

std::filesystem::path place_of_keys(const std::filesystem::path& file) {
  if (file.has_parent_path()) return file;
  return credential_file(file.string()).value_or(file);
}

}  // namespace tranchet
