#include "adapters/cli/text_table.h"

#include <algorithm>
#include <ostream>

#include "events/ensure.h"

namespace tranchet {

void print_table(const std::vector<std::vector<std::string>>& rows, std::string_view sides,
                 std::ostream& out) {
  std::vector<std::size_t> widths(sides.size());
  for (const auto& row : rows) {
    ENSURE(row.size() == sides.size());
    for (std::size_t at = 0; at < row.size(); ++at) {
      widths[at] = std::max(widths[at], row[at].size());
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t at = 0; at < row.size(); ++at) {
      const std::string padding(widths[at] - row[at].size(), ' ');
      line += "  " + (sides[at] == 'r' ? padding + row[at] : row[at] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

}  // namespace tranchet
