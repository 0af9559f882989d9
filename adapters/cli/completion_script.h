// `tranchet completion`: what bash needs to complete subcommands, options and files.
#pragma once

#include <iosfwd>

namespace CLI {
class App;
}

namespace tranchet {

void write_completion_script(const CLI::App& program, std::ostream& out);

}  // namespace tranchet
