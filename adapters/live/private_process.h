// A process that holds a key.
#pragma once

#include <filesystem>

namespace tranchet {

// From here on its memory is not to be dumped, nor looked into by other processes of its user.
void keep_process_private();

// Where a file of keys is: a name alone is first looked for among systemd's credentials, which only
// the service can see.
std::filesystem::path place_of_keys(const std::filesystem::path& file);

}  // namespace tranchet
