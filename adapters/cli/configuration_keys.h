// The keys of the configuration: where each stands, what it means and how its text is read. Keys
// that decisions depend on are in events/settings.h; here are the others.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "adapters/cli/configuration.h"

namespace tranchet {

// A key of the outside world.
struct OutsideKey {
  std::string_view section;
  std::string_view name;
  std::string_view meaning;  // With unit and range.
  enum class Shape : std::uint8_t { Scalar = 1, Text, List } shape{};
  // Empty, or the end of a sentence that starts with the value: "is not a whole number".
  std::string (*read)(std::string_view text, Configuration& configuration);
  std::string (*write)(const Configuration& configuration);  // As TOML.
};
std::span<const OutsideKey> outside_keys();

// A field of InstrumentListed in [instrument.SYM].
struct InstrumentKey {
  std::string_view name;
  std::string_view meaning;
  std::string (*read)(std::string_view text, ConfiguredInstrument& instrument);
  std::string (*write)(const ConfiguredInstrument& instrument);  // "": not given.
};
std::span<const InstrumentKey> instrument_keys();

// A key by its place; at most one of the pointers is set.
struct KnownKey {
  const SettingInfo* setting = nullptr;
  const OutsideKey* outside = nullptr;
  const InstrumentKey* instrument = nullptr;
  bool exists() const { return setting || outside || instrument; }
};
// `section` is "instrument" for [instrument.SYM].
KnownKey find_key(std::string_view section, std::string_view name);

// The tables, in the order in which a file has them.
std::span<const std::string_view> configuration_sections();
// "section.name" of every key.
std::span<const std::string> configuration_key_names();

// Levenshtein: the fewest letters to add, drop or change.
std::size_t edit_distance(std::string_view a, std::string_view b);
// "section.name" of the key nearest to what was written, by edit distance; "" when none is near.
std::string nearest_key(std::string_view section, std::string_view name);
std::string nearest_section(std::string_view section);

// A text as a TOML string.
std::string toml_string(std::string_view text);

}  // namespace tranchet
