// What a misspelled key or table was probably meant to be.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "adapters/cli/configuration_keys.h"

namespace tranchet {

using View = std::string_view;

std::size_t edit_distance(View a, View b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

std::string nearest_key(std::string_view section, std::string_view name) {
  std::string best;
  // A key of the same table is nearer than the same name in another table, and what shares less
  // than half its letters is not near at all.
  std::size_t best_distance = name.size() * 2;
  for (const std::string& candidate : configuration_key_names()) {
    const std::size_t dot = candidate.find('.');
    const View its_section = View(candidate).substr(0, dot);
    const std::size_t letters = edit_distance(View(candidate).substr(dot + 1), name);
    if (letters > name.size() / 2 + 1) continue;
    const std::size_t distance = letters * 2 + (its_section == section ? 0 : 3);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string nearest_section(std::string_view section) {
  return std::string(std::ranges::min(configuration_sections(), [&](View a, View b) {
    return edit_distance(a, section) < edit_distance(b, section);
  }));
}

}  // namespace tranchet
