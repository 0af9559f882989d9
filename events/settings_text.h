// The settings of a run as text, one `section.key = value` a line, and back. A log keeps this text
// in RunStarted; its digest says whether two runs were set the same.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "events/names.h"
#include "events/settings.h"

namespace tranchet {

// Canonical: all settings in the order of their numbers, then what single instruments say instead,
// by symbol and number, as `instrument.BTCUSDT.take_profit_pct = 0.8`. The same settings give the
// same text whatever numbers the symbols have in `names`.
std::string settings_lines(const Settings& settings, const Names& names);

struct SettingsTextError {
  std::uint64_t line = 0;  // From 1.
  std::string message;     // Names the key or the value.
};

// Settings that the text leaves out keep their defaults, so that a newer program reads older logs.
// Unknown or repeated keys and values out of range are errors.
std::expected<Settings, SettingsTextError> parse_settings_lines(std::string_view text,
                                                                Names& names);

std::uint64_t settings_digest(const Settings& settings, const Names& names);

}  // namespace tranchet
