// The settings.json of the Python bot as it stands: every key with its value and its line. What
// they mean is configuration_mapping's to say.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet::legacy {

struct BotSetting {
  enum class Kind : std::uint8_t { Number = 1, Flag, Text, Other };
  std::string key;
  Kind kind{};
  std::string value;       // As written; of a text without its quotes.
  std::uint64_t line = 0;  // From 1.
};

struct BotSymbol {
  std::string symbol;
  std::uint64_t line = 0;
  std::vector<BotSetting> settings;
};

struct BotSettings {
  std::vector<BotSetting> globals;
  std::vector<BotSymbol> symbols;
  std::vector<BotSetting> others;  // Beside "globals" and "symbols": nothing that the bot knows.
};

// The error says what is wrong with the file as a whole, with the line where one is known.
std::expected<BotSettings, std::string> read_bot_settings(const std::filesystem::path& file);
std::expected<BotSettings, std::string> parse_bot_settings(std::string_view text);

}  // namespace tranchet::legacy
