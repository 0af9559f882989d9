// `tranchet manual`: the program's manual page, made of the same options that --help prints.
#pragma once

#include <iosfwd>
#include <string_view>

namespace CLI {
class App;
}

namespace tranchet {

// As roff, for man(1). `build`: what the foot of the page says.
void write_manual_page(const CLI::App& program, std::string_view build, std::ostream& out);

}  // namespace tranchet
