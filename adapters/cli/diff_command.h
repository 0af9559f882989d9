// `tranchet log diff A B`: where two logs, and what the engine makes of them, first part.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace tranchet {

// 0: the same. 1: they differ. 2: not a log. 4: damaged.
int log_diff(const std::filesystem::path& a, const std::filesystem::path& b, bool json,
             std::ostream& out, std::ostream& err);

}  // namespace tranchet
