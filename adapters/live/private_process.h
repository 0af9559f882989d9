// A process that holds a key.
#pragma once

namespace tranchet {

// From here on its memory is not to be dumped, nor looked into by other processes of its user.
void keep_process_private();

}  // namespace tranchet
