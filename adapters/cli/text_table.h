// Columns for people: each as wide as its widest cell.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet {

// `sides` has a letter a column: l or r. Rows have as many cells; the first is the heading.
void print_table(const std::vector<std::vector<std::string>>& rows, std::string_view sides,
                 std::ostream& out);

}  // namespace tranchet
