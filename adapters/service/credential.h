// What systemd hands to a service and to nobody else (LoadCredential= of its unit): files in a
// folder of the service's own, which CREDENTIALS_DIRECTORY names.
//
// A file of secrets is otherwise its owner's alone, mode 0600. Of a credential systemd decides
// owner and mode, and who may look into the folder.
#pragma once

#include <filesystem>

namespace tranchet {

// The credential where `file` is the bare name of one, `file` itself otherwise.
std::filesystem::path credential_or_file(const std::filesystem::path& file);

bool is_credential(const std::filesystem::path& file);

}  // namespace tranchet
