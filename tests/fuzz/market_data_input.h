// Arbitrary bytes as market data. Returns only if reading them kept its promises; aborts otherwise.
#pragma once

#include <string_view>

namespace tranchet {

// As a text of whatever format it looks like, read in small stretches so that lines cross them.
void read_as_text(std::string_view bytes);
// As lines of a CSV format: the first byte chooses which, and so which columns are expected.
void read_as_csv(std::string_view bytes);
// As messages of a captured stream.
void read_as_capture(std::string_view bytes);

}  // namespace tranchet
