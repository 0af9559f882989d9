// The dashboard: one page with everything in it, made from `page/` when the program is built.
#pragma once

#include <string_view>

namespace tranchet {

// HTML, UTF-8. A word of explanation instead, where the build had no Node.
std::string_view dashboard_page();
// What its script must have come to: "sha256-...", for the page's content security policy. Empty
// where there is no script.
std::string_view dashboard_script_hash();

}  // namespace tranchet
