#include "adapters/legacy/bot_settings.h"

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace tranchet::legacy {
namespace {

namespace ondemand = simdjson::ondemand;

std::string_view trimmed(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view() : token.substr(0, last + 1);
}

class SettingsParser {
 public:
  explicit SettingsParser(std::string_view text) : padded_(text) {}

  std::expected<BotSettings, std::string> parse() {
    ondemand::document document;
    if (const auto error = parser_.iterate(padded_).get(document)) {
      return std::unexpected(refusal(error));
    }
    simdjson::error_code error = read(document);
    const char* place = nullptr;
    const bool has_place = document.current_location().get(place) == simdjson::SUCCESS;
    if (!error && !has_place) return std::move(result_);
    if (!error) error = simdjson::TAPE_ERROR;  // Something follows the document.
    return std::unexpected((has_place ? "line " + std::to_string(line_at(place)) + ": " : "") +
                           refusal(error));
  }

 private:
  static std::string refusal(simdjson::error_code error) {
    return std::string("is not JSON as the bot reads it: ") + simdjson::error_message(error);
  }

  std::uint64_t line_at(const char* place) const {
    const char* const begin = padded_.data();
    const char* const end = std::min(place, begin + padded_.size());
    return 1 + static_cast<std::uint64_t>(std::count(begin, std::max(begin, end), '\n'));
  }

  simdjson::error_code read(ondemand::document& document) {
    ondemand::object root;
    if (const auto error = document.get_object().get(root)) return error;
    for (auto field : root) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return error;
      const std::string name(key);
      ondemand::value value;
      if (const auto error = field.value().get(value)) return error;
      simdjson::error_code error = simdjson::SUCCESS;
      if (name == "globals") {
        error = read_table(value, result_.globals);
      } else if (name == "symbols") {
        error = read_symbols(value);
      } else {
        error = read_setting(name, value, result_.others);
      }
      if (error) return error;
    }
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_symbols(ondemand::value value) {
    ondemand::object symbols;
    if (const auto error = value.get_object().get(symbols)) return error;
    for (auto field : symbols) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return error;
      BotSymbol symbol{.symbol = std::string(key)};
      ondemand::value table;
      if (const auto error = field.value().get(table)) return error;
      symbol.line = line_at(table.raw_json_token().data());
      if (const auto error = read_table(table, symbol.settings)) return error;
      result_.symbols.push_back(std::move(symbol));
    }
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_table(ondemand::value value, std::vector<BotSetting>& out) {
    ondemand::object table;
    if (const auto error = value.get_object().get(table)) return error;
    for (auto field : table) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return error;
      const std::string name(key);
      ondemand::value setting;
      if (const auto error = field.value().get(setting)) return error;
      if (const auto error = read_setting(name, setting, out)) return error;
    }
    return simdjson::SUCCESS;
  }

  simdjson::error_code read_setting(const std::string& name, ondemand::value value,
                                    std::vector<BotSetting>& out) {
    BotSetting setting{.key = name, .line = line_at(value.raw_json_token().data())};
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    if (type == ondemand::json_type::string) {
      std::string_view text;
      if (const auto error = value.get_string().get(text)) return error;
      setting.kind = BotSetting::Kind::Text;
      setting.value = text;
    } else if (type == ondemand::json_type::number) {
      setting.kind = BotSetting::Kind::Number;
      setting.value = trimmed(value.raw_json_token());
      // Only this looks at the digits; the text is what counts.
      if (const auto error = value.get_double().error()) return error;
    } else if (type == ondemand::json_type::boolean) {
      bool flag = false;
      if (const auto error = value.get_bool().get(flag)) return error;
      setting.kind = BotSetting::Kind::Flag;
      setting.value = flag ? "true" : "false";
    } else {
      std::string_view raw;
      setting.kind = BotSetting::Kind::Other;
      if (const auto error = simdjson::to_json_string(value).get(raw)) return error;
      setting.value = raw;
    }
    // Of a key that stands twice the bot takes the last.
    std::erase_if(out, [&](const BotSetting& earlier) { return earlier.key == name; });
    out.push_back(std::move(setting));
    return simdjson::SUCCESS;
  }

  simdjson::padded_string padded_;
  ondemand::parser parser_;
  BotSettings result_;
};

}  // namespace

std::expected<BotSettings, std::string> parse_bot_settings(std::string_view text) {
  return SettingsParser(text).parse();
}

std::expected<BotSettings, std::string> read_bot_settings(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected("cannot be opened");
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  return parse_bot_settings(text);
}

}  // namespace tranchet::legacy
