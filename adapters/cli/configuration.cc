#include "adapters/cli/configuration.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "adapters/cli/configuration_keys.h"
#include "adapters/cli/source_text.h"

namespace tranchet {
namespace {

using Failure = std::optional<ConfigurationError>;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// One KEY = VALUE, wherever it was written. An empty name: the table itself, [instrument.SYM].
struct Assignment {
  std::string source;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::string section;
  std::string symbol;  // Of section "instrument".
  std::string name;
  std::string value;
  enum class Kind { Untyped, Scalar, Text, List } kind{};  // Untyped: KEY=VALUE.

  std::string key() const { return symbol.empty() ? section + "." + name : table() + "." + name; }
  std::string table() const { return symbol.empty() ? section : section + "." + symbol; }
  ConfigurationError error(std::string message) const { return {source, line, std::move(message)}; }
};

// ---- The file.

class FileReader {
 public:
  FileReader(std::string file, std::string_view text) : file_(std::move(file)), source_(text) {}

  // All assignments of the file, in its order.
  std::expected<std::vector<Assignment>, ConfigurationError> read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string section(key.str());
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return std::unexpected(stray(section, node.source().begin.line));
      }
      Failure failure =
          section == "instrument" ? read_instruments(*table) : read_table(*table, section, "");
      if (failure) return std::unexpected(*std::move(failure));
    }
    std::ranges::stable_sort(assignments_, {}, [](const Assignment& assignment) {
      return std::pair(assignment.line, assignment.column);
    });
    return std::move(assignments_);
  }

 private:
  ConfigurationError stray(const std::string& key, std::uint64_t line) const {
    const std::string nearest = nearest_key("", key);
    std::string message = "key " + in_quotes(key) + " stands outside of any table";
    if (!nearest.empty()) message += "; the nearest known key is " + in_quotes(nearest);
    return {file_, line, std::move(message)};
  }

  Failure read_instruments(const toml::table& tables) {
    for (const auto& [key, node] : tables) {
      const std::string symbol(key.str());
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        return ConfigurationError{file_, node.source().begin.line,
                                  "key " + in_quotes(symbol) +
                                      " in [instrument]: only tables "
                                      "[instrument.SYMBOL] stand there"};
      }
      Failure failure = read_table(*table, "instrument", symbol);
      if (failure) return failure;
    }
    return {};
  }

  Failure read_table(const toml::table& table, const std::string& section,
                     const std::string& symbol) {
    Assignment head{file_, table.source().begin.line, 0, section, symbol, "", "", {}};
    assignments_.push_back(head);
    for (const auto& [key, node] : table) {
      Assignment assignment = head;
      assignment.name = key.str();
      assignment.line = node.source().begin.line;
      assignment.column = node.source().begin.column;
      if (!read_value(node, assignment)) {
        return assignment.error("key " + in_quotes(assignment.key()) +
                                " must be a text, a number, true or false, or a list of texts");
      }
      assignments_.push_back(std::move(assignment));
    }
    return {};
  }

  bool read_value(const toml::node& node, Assignment& assignment) const {
    using Kind = Assignment::Kind;
    assignment.kind = Kind::Scalar;
    if (const auto* text = node.as_string()) {
      assignment.kind = Kind::Text;
      assignment.value = text->get();
    } else if (const auto* whole = node.as_integer()) {
      assignment.value = std::to_string(whole->get());
    } else if (node.is_floating_point()) {
      // As written: a double does not hold 0.1.
      assignment.value = source_.number_at(assignment.line, assignment.column);
    } else if (const auto* flag = node.as_boolean()) {
      assignment.value = flag->get() ? "true" : "false";
    } else if (const auto* list = node.as_array()) {
      assignment.kind = Kind::List;
      for (const toml::node& element : *list) {
        const auto* word = element.as_string();
        if (word == nullptr) return false;
        assignment.value += (assignment.value.empty() ? "" : ",") + word->get();
      }
    } else {
      return false;
    }
    return true;
  }

  std::string file_;
  SourceText source_;
  std::vector<Assignment> assignments_;
};

std::expected<std::vector<Assignment>, ConfigurationError> read_file(
    const std::filesystem::path& path) {
  const auto fail = [&](std::uint64_t line, std::string message) {
    return std::unexpected(ConfigurationError{path.string(), line, std::move(message)});
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return fail(0, "is a directory, not a file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(0, "cannot be opened");
  std::ostringstream buffer;
  if (stream.peek() != std::ifstream::traits_type::eof()) buffer << stream.rdbuf();
  if (!stream || !buffer) return fail(0, "cannot be read");
  const std::string text = std::move(buffer).str();
  try {
    const toml::table root = toml::parse(text, path.string());
    return FileReader(path.string(), text).read(root);
  } catch (const toml::parse_error& wrong) {
    return fail(wrong.source().begin.line, "is not TOML: " + std::string(wrong.description()));
  }
}

// ---- KEY=VALUE.

std::expected<Assignment, ConfigurationError> parse_set(std::string_view text,
                                                        std::string_view source) {
  const auto fail = [&](std::string message) {
    return std::unexpected(ConfigurationError{std::string(source), 0, std::move(message)});
  };
  const auto trimmed = [](std::string_view part) {
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    return std::string(part);
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return fail(in_quotes(text) + " is not KEY=VALUE");
  const std::string key = trimmed(text.substr(0, equals));
  Assignment assignment{std::string(source), 0, 0, "", "", key, "", {}};
  assignment.value = trimmed(text.substr(equals + 1));
  const std::size_t dot = key.find('.');
  if (dot != std::string::npos) {
    assignment.section = key.substr(0, dot);
    assignment.name = key.substr(dot + 1);
    if (assignment.section != "instrument") return assignment;
    const std::size_t last = key.rfind('.');
    if (last == dot) return fail(in_quotes(key) + " is not instrument.SYMBOL.KEY");
    assignment.symbol = key.substr(dot + 1, last - dot - 1);
    assignment.name = key.substr(last + 1);
    return assignment;
  }
  std::string places;
  std::size_t count = 0;
  for (const std::string_view section : configuration_sections()) {
    if (section == "instrument" || !find_key(section, key).exists()) continue;
    assignment.section = section;
    places += (count++ == 0 ? "" : ", ") + std::string(section) + "." + key;
  }
  if (count > 1) return fail(in_quotes(key) + " could be " + places);
  if (count == 0 && find_key("instrument", key).exists()) {
    return fail(in_quotes(key) + " needs its instrument: instrument.SYMBOL." + key);
  }
  if (count == 1) return assignment;
  const std::string nearest = nearest_key("", key);
  return fail("unknown key " + in_quotes(key) +
              (nearest.empty() ? "" : "; the nearest known key is " + in_quotes(nearest)));
}

// Pieces between commas and new lines; one without "=" goes on with the value before it, so that
// account.instruments=BTCUSDT,ETHUSDT is one.
std::vector<std::string> split_environment(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(",\n");
    const std::string piece(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (piece.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (piece.find('=') == std::string::npos && !pieces.empty()) {
      pieces.back() += "," + piece;
    } else {
      pieces.push_back(piece);
    }
  }
  return pieces;
}

// ---- Taking assignments in.

bool is_symbol(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7F && c != '=' && c != '"' && c != ',';
  });
}

class Builder {
 public:
  explicit Builder(Names& names) : names_(names) {}

  Failure take(const Assignment& assignment) {
    if (!assignment.symbol.empty() || assignment.section == "instrument") {
      if (!is_symbol(assignment.symbol)) {
        return assignment.error(in_quotes(assignment.symbol) + " is not a symbol");
      }
      instrument_of(assignment.symbol);
    }
    if (assignment.name.empty()) return check_section(assignment);
    const KnownKey key = find_key(assignment.section, assignment.name);
    if (!key.exists()) return unknown(assignment);
    if (Failure failure = check_kind(assignment, key)) return failure;
    std::string error = read(assignment, key);
    if (error.empty()) return {};
    return assignment.error(assignment.key() + " " + in_quotes(assignment.value) + " " + error);
  }

  std::expected<Configuration, ConfigurationError> finish() {
    fill_in_addresses();
    Settings& settings = configuration_.settings;
    const std::int64_t everywhere = settings.get(Setting::EntriesAllowed);
    for (const std::string& symbol : configuration_.account_instruments) {
      if (!is_symbol(symbol)) {
        return std::unexpected(
            ConfigurationError{"account.instruments", 0, in_quotes(symbol) + " is not a symbol"});
      }
      const InstrumentId id = instrument_of(symbol).instrument;
      if (!configuration_.written.contains({id, Setting::EntriesAllowed})) {
        settings.set(Setting::EntriesAllowed, id, everywhere);
      }
    }
    if (!configuration_.account_instruments.empty()) {
      settings.set(Setting::EntriesAllowed, InstrumentId::None, 0);
    }
    settle_products();
    if (Failure failure = check_session()) return std::unexpected(*std::move(failure));
    return std::move(configuration_);
  }

 private:
  // The addresses belong to the name, unless somebody wrote down others.
  void fill_in_addresses() {
    VenueSettings& venue = configuration_.venue;
    const VenueSettings others;
    if (venue.name != "fyers") return;
    if (venue.rest == others.rest) venue.rest = "https://api-t1.fyers.in";
    if (venue.stream == others.stream) venue.stream = "wss://socket.fyers.in";
  }

  // What one instrument is held as goes before session.product: shares that are bought as CNC are
  // never squared off with the rest.
  void settle_products() {
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      const std::string word = configured.product.value_or("");
      const bool is_carried = word == "CNC" || word == "MARGIN" || word == "carry";
      if (!is_carried && word != "intraday") continue;
      const auto choice = is_carried ? ProductChoice::Carry : ProductChoice::Intraday;
      configuration_.settings.set(Setting::Product, configured.instrument,
                                  static_cast<std::int64_t>(choice));
    }
  }

  // The times of a session come in their order.
  Failure check_session() const {
    std::vector<InstrumentId> instruments{InstrumentId::None};
    for (const ConfiguredInstrument& configured : configuration_.instruments) {
      instruments.push_back(configured.instrument);
    }
    for (const InstrumentId id : instruments) {
      const auto product = configuration_.settings.choice<ProductChoice>(Setting::Product, id);
      std::vector<Setting> order{Setting::SessionStart, Setting::SessionEnd};
      if (product == ProductChoice::Intraday) {
        order = {Setting::SessionStart, Setting::LastEntry, Setting::SquareOff,
                 Setting::SessionEnd};
      }
      for (std::size_t at = 1; at < order.size(); ++at) {
        if (Failure failure = check_order(order[at - 1], order[at], id)) return failure;
      }
    }
    return {};
  }
  Failure check_order(Setting first, Setting second, InstrumentId id) const {
    const Settings& settings = configuration_.settings;
    if (settings.get(first, id) < settings.get(second, id)) return {};
    const auto key = [](Setting setting) {
      return std::string(info(setting).section) + "." + std::string(info(setting).name);
    };
    const auto text = [&](Setting setting) {
      return in_quotes(setting_text(info(setting), settings.get(setting, id)));
    };
    return ConfigurationError{key(second), 0,
                              text(second) + " is not after " + key(first) + " " + text(first)};
  }

  ConfiguredInstrument& instrument_of(const std::string& symbol) {
    for (ConfiguredInstrument& known : configuration_.instruments) {
      if (known.symbol == symbol) return known;
    }
    ConfiguredInstrument added;
    added.symbol = symbol;
    added.instrument = names_.instrument(symbol);
    return configuration_.instruments.emplace_back(std::move(added));
  }

  static Failure check_section(const Assignment& assignment) {
    if (std::ranges::count(configuration_sections(), assignment.section) != 0) return {};
    return assignment.error("unknown table [" + assignment.table() +
                            "]; the nearest known one is [" + nearest_section(assignment.section) +
                            "]");
  }

  static Failure unknown(const Assignment& assignment) {
    if (Failure failure = check_section(assignment)) return failure;
    std::string message =
        "unknown key " + in_quotes(assignment.name) + " in [" + assignment.table() + "]";
    std::string nearest = nearest_key(assignment.section, assignment.name);
    const std::string own = assignment.section + ".";
    if (nearest.starts_with(own)) nearest = nearest.substr(own.size());
    if (!nearest.empty()) message += "; the nearest known key is " + in_quotes(nearest);
    return assignment.error(std::move(message));
  }

  static Failure check_kind(const Assignment& assignment, const KnownKey& key) {
    using Kind = Assignment::Kind;
    using Shape = OutsideKey::Shape;
    const Shape shape = key.outside != nullptr ? key.outside->shape : Shape::Scalar;
    if (assignment.kind == Kind::Untyped) return {};
    const auto fail = [&](std::string_view what) -> Failure {
      return assignment.error(assignment.key() + " " + in_quotes(assignment.value) + " must be " +
                              std::string(what));
    };
    if (shape == Shape::List && assignment.kind != Kind::List) {
      return fail("a list of texts, such as [\"BTCUSDT\"]");
    }
    if (shape != Shape::List && assignment.kind == Kind::List) return fail("one value, not a list");
    if (shape == Shape::Text && assignment.kind != Kind::Text) return fail("a text in quotes");
    return {};
  }

  // Empty, or the end of a sentence that starts with key and value.
  std::string read(const Assignment& assignment, const KnownKey& key) {
    if (key.outside != nullptr) return key.outside->read(assignment.value, configuration_);
    if (key.instrument != nullptr) {
      return key.instrument->read(assignment.value, instrument_of(assignment.symbol));
    }
    ParsedSetting parsed = parse_setting(*key.setting, assignment.value);
    if (!parsed.error.empty()) return std::move(parsed.error);
    const InstrumentId instrument = assignment.symbol.empty()
                                        ? InstrumentId::None
                                        : instrument_of(assignment.symbol).instrument;
    configuration_.settings.set(key.setting->id, instrument, parsed.value);
    configuration_.written.insert({instrument, key.setting->id});
    return {};
  }

  Names& names_;
  Configuration configuration_;
};

}  // namespace

bool Configuration::was_set(Setting setting, InstrumentId instrument) const {
  return written.contains({InstrumentId::None, setting}) || written.contains({instrument, setting});
}

std::string to_text(const ConfigurationError& error) {
  const std::string line = error.line == 0 ? "" : ":" + std::to_string(error.line);
  return error.source + line + ": " + error.message;
}

std::expected<Configuration, ConfigurationError> load_configuration(
    const std::filesystem::path& path, std::span<const std::string> sets, Names& names) {
  std::expected<std::vector<Assignment>, ConfigurationError> assignments;
  if (!path.empty()) assignments = read_file(path);
  if (!assignments) return std::unexpected(std::move(assignments.error()));
  const auto append = [&](std::span<const std::string> texts, std::string_view source) -> Failure {
    for (const std::string& text : texts) {
      auto assignment = parse_set(text, source);
      if (!assignment) return std::move(assignment.error());
      assignments->push_back(*std::move(assignment));
    }
    return {};
  };
  const char* environment = std::getenv("TRANCHET_SET");
  if (environment != nullptr) {
    if (Failure failure = append(split_environment(environment), "TRANCHET_SET")) {
      return std::unexpected(*std::move(failure));
    }
  }
  if (Failure failure = append(sets, "--set")) return std::unexpected(*std::move(failure));
  Builder builder(names);
  for (const Assignment& assignment : *assignments) {
    if (Failure failure = builder.take(assignment)) return std::unexpected(*std::move(failure));
  }
  return builder.finish();
}

}  // namespace tranchet
