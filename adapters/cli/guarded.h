// Work on a log that nobody has looked at before: damage can crash the store's own code, so a child
// process does it.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string_view>

namespace tranchet {

// What `work` prints and returns, at its end. A child that dies is damage of `log`, told as
// `command`'s words.
int in_child(const std::filesystem::path& log, std::string_view command,
             const std::function<int(std::ostream& out, std::ostream& err)>& work,
             std::ostream& out, std::ostream& err);

}  // namespace tranchet
