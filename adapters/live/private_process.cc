#include "adapters/live/private_process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace tranchet {

void keep_process_private() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace tranchet
