#include "adapters/cli/grid_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "adapters/cli/configuration_keys.h"
#include "adapters/cli/source_text.h"
#include "events/digest.h"

namespace tranchet {
namespace {

using Failure = std::optional<ConfigurationError>;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// A key of the configuration, and where it stands there.
struct KeyPlace {
  std::string section, symbol, name;
  KnownKey key;
};

KeyPlace place_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  KeyPlace place{std::string(key.substr(0, dot)), "", "", {}};
  if (dot == std::string_view::npos) return place;
  const std::size_t last = key.rfind('.');
  if (place.section == "instrument" && last != dot) {
    place.symbol = key.substr(dot + 1, last - dot - 1);
    place.name = key.substr(last + 1);
  } else {
    place.name = key.substr(dot + 1);
  }
  if (place.section != "instrument" || !place.symbol.empty()) {
    place.key = find_key(place.section, place.name);
  }
  return place;
}

// Empty, or the end of a sentence that starts with the value: "is above 99.9999 %".
std::string value_error(const KnownKey& key, const std::string& text) {
  if (key.setting != nullptr) return parse_setting(*key.setting, text).error;
  if (key.outside != nullptr) {
    Configuration scratch;
    return key.outside->read(text, scratch);
  }
  ConfiguredInstrument scratch;
  return key.instrument->read(text, scratch);
}

// What a logarithmic range is rounded to when the grid does not say.
std::string_view default_step(const KnownKey& key) {
  if (key.setting == nullptr) return "0.0001";
  switch (key.setting->kind) {
    case SettingKind::Count:
      return "1";
    case SettingKind::Time:
      return "1s";
    default:
      return "0.0001";
  }
}

class GridReader {
 public:
  GridReader(std::string source, const std::string& text)
      : source_(std::move(source)), lines_(text) {
    grid_.text = text;
  }

  std::expected<Grid, ConfigurationError> read(const toml::table& root) {
    Failure failure = check_tables(root);
    if (!failure) failure = read_parameters(root);
    if (!failure) failure = read_search(root);
    if (!failure) failure = read_statistics(root);
    if (failure) return std::unexpected(*std::move(failure));
    grid_.digest = digest();
    return std::move(grid_);
  }

 private:
  ConfigurationError error(const toml::node& node, std::string message) const {
    return {source_, node.source().begin.line, std::move(message)};
  }

  // `known` in order; anything else is refused with the nearest of them.
  Failure check_keys(const toml::table& table, std::string_view what,
                     std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      const std::string_view nearest = *std::ranges::min_element(
          known, {}, [&](std::string_view name) { return edit_distance(name, key.str()); });
      return error(node, "unknown " + std::string(what) + " " + in_quotes(key.str()) +
                             "; the nearest known one is " + in_quotes(nearest));
    }
    return {};
  }

  Failure check_tables(const toml::table& root) const {
    if (Failure failure = check_keys(root, "table", {"parameters", "search", "statistics"})) {
      return failure;
    }
    for (const auto& [key, node] : root) {
      if (!node.is_table()) {
        return error(node,
                     in_quotes(key.str()) + " must be a table: [" + std::string(key.str()) + "]");
      }
    }
    return {};
  }

  // A value as somebody wrote it; nullopt for what is no single value.
  std::optional<std::string> scalar(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (!node.is_floating_point()) return std::nullopt;
    return lines_.number_at(node.source().begin.line, node.source().begin.column);
  }

  // ---- [parameters]

  Failure read_parameters(const toml::table& root) {
    const toml::table* const table = root["parameters"].as_table();
    if (table == nullptr || table->empty()) {
      return ConfigurationError{source_, table == nullptr ? 0 : table->source().begin.line,
                                "has no parameters: the product is empty"};
    }
    if (Failure failure = read_keys(*table, "")) return failure;
    std::ranges::stable_sort(order_, {}, &std::pair<std::uint64_t, std::size_t>::first);
    for (const auto& [line, index] : order_) {
      grid_.space.parameters.push_back(std::move(parameters_[index]));
    }
    return {};
  }

  Failure read_keys(const toml::table& table, const std::string& above) {
    for (const auto& [key, node] : table) {
      const std::string name =
          above.empty() ? std::string(key.str()) : above + "." + std::string(key.str());
      const toml::table* const inner = node.as_table();
      const bool is_range = inner != nullptr && inner->contains("from");
      Failure failure =
          inner != nullptr && !is_range ? read_keys(*inner, name) : read_parameter(name, node);
      if (failure) return failure;
    }
    return {};
  }

  Failure read_parameter(const std::string& name, const toml::node& node) {
    const KeyPlace place = place_of(name);
    if (!place.key.exists()) {
      const std::string nearest =
          nearest_key(place.section, place.name.empty() ? place.section : place.name);
      return error(node,
                   "unknown key " + in_quotes(name) +
                       (nearest.empty() ? "" : "; the nearest known key is " + in_quotes(nearest)));
    }
    if (std::ranges::find(parameters_, name, &Parameter::key) != parameters_.end()) {
      return error(node, "key " + in_quotes(name) + " stands there twice");
    }
    Parameter parameter{name, {}};
    const toml::table* const range = node.as_table();
    Failure failure = range != nullptr ? read_range(*range, name, place.key, parameter)
                                       : read_list(node, name, parameter);
    if (failure) return failure;
    for (const ParameterValue& value : parameter.values) {
      const std::string wrong = value_error(place.key, value.text);
      if (!wrong.empty()) return error(node, name + " " + in_quotes(value.text) + " " + wrong);
    }
    order_.emplace_back(node.source().begin.line, parameters_.size());
    parameters_.push_back(std::move(parameter));
    return {};
  }

  Failure read_list(const toml::node& node, const std::string& name, Parameter& parameter) const {
    const auto add = [&](const toml::node& element) -> Failure {
      const auto text = scalar(element);
      if (!text) {
        return error(element, name +
                                  " must be values, or {from, to, step}, or {from, to, count, "
                                  "scale = \"log\"}");
      }
      ParameterValue value = parameter_value(*text);
      for (const ParameterValue& other : parameter.values) {
        const bool same =
            other.kind == value.kind &&
            (value.kind == ValueKind::Word ? other.text == value.text : other.count == value.count);
        if (same) return error(element, name + " has the value " + in_quotes(*text) + " twice");
      }
      parameter.values.push_back(std::move(value));
      return {};
    };
    const toml::array* const list = node.as_array();
    if (list == nullptr) return add(node);
    if (list->empty()) return error(node, name + " has no values: the product is empty");
    for (const toml::node& element : *list) {
      if (Failure failure = add(element)) return failure;
    }
    return {};
  }

  Failure read_range(const toml::table& table, const std::string& name, const KnownKey& key,
                     Parameter& parameter) const {
    if (Failure failure = check_keys(table, "key", {"from", "to", "step", "count", "scale"})) {
      return failure;
    }
    std::string words[4];
    constexpr std::string_view kNames[] = {"from", "to", "step", "scale"};
    for (std::size_t index = 0; index < 4; ++index) {
      const toml::node* const node = table.get(kNames[index]);
      if (node != nullptr) words[index] = scalar(*node).value_or("");
    }
    const auto& [from, to, step, scale] = words;
    const auto count = table["count"].value<std::int64_t>();
    if (to.empty()) return error(table, name + ": a range needs from and to");
    std::expected<std::vector<ParameterValue>, std::string> values;
    if (scale == "log") {
      if (!count) return error(table, name + ": a logarithmic range needs count");
      values = log_range(from, to, *count < 0 ? 0 : static_cast<std::uint64_t>(*count),
                         step.empty() ? default_step(key) : step);
    } else if (!scale.empty() && scale != "linear") {
      return error(table, name + ": scale " + in_quotes(scale) + " is none of linear, log");
    } else if (step.empty() || count) {
      return error(table, name + ": a linear range needs from, to and step");
    } else {
      values = linear_range(from, to, step);
    }
    if (!values) return error(table, name + ": the range " + values.error());
    parameter.values = std::move(*values);
    return {};
  }

  // ---- [search]

  Failure read_search(const toml::table& root) {
    static const toml::table kNone;
    const toml::table& table = root["search"].is_table() ? *root["search"].as_table() : kNone;
    if (Failure failure =
            check_keys(table, "key of [search]",
                       {"method", "count", "seed", "objective", "direction", "constraints"})) {
      return failure;
    }
    if (Failure failure = read_method(table)) return failure;
    if (Failure failure = read_objective(table)) return failure;
    return read_constraints(table);
  }

  Failure read_whole(const toml::table& table, std::string_view name, std::uint64_t low,
                     std::uint64_t high, std::uint64_t& into) const {
    const toml::node* const node = table.get(name);
    if (node == nullptr) return {};
    const auto number = node->value_exact<std::int64_t>();
    if (number && *number >= 0 && static_cast<std::uint64_t>(*number) >= low &&
        static_cast<std::uint64_t>(*number) <= high) {
      into = static_cast<std::uint64_t>(*number);
      return {};
    }
    return error(*node, std::string(name) + " " + in_quotes(scalar(*node).value_or("")) +
                            " is no whole number from " + std::to_string(low) + " to " +
                            std::to_string(high));
  }

  Failure read_method(const toml::table& table) {
    if (const toml::node* const node = table.get("method")) {
      const std::string name = node->value_or(std::string());
      const auto method = method_named(name);
      if (!method) {
        return error(
            *node, "method " + in_quotes(name) + " is none of grid, random, latin_hypercube, tpe");
      }
      grid_.search.method = *method;
    }
    if (Failure failure = read_whole(table, "count", 1, kTrialLimit, grid_.search.count)) {
      return failure;
    }
    constexpr std::uint64_t kSeedLimit = std::uint64_t{1} << 62;
    if (Failure failure = read_whole(table, "seed", 0, kSeedLimit, grid_.search.seed)) {
      return failure;
    }
    const bool is_grid = grid_.search.method == Method::Grid;
    if (is_grid == (grid_.search.count == 0)) return {};
    return ConfigurationError{source_, table.source().begin.line,
                              is_grid ? "count beside method = \"grid\", which runs every point"
                                      : "method = " + in_quotes(name_of(grid_.search.method)) +
                                            " needs count, the number of trials"};
  }

  Failure read_objective(const toml::table& table) {
    bool maximize = true;
    if (const toml::node* const node = table.get("direction")) {
      const std::string direction = node->value_or(std::string());
      if (direction != "maximize" && direction != "minimize") {
        return error(*node, "direction " + in_quotes(direction) + " is none of maximize, minimize");
      }
      maximize = direction == "maximize";
    }
    const toml::node* const node = table.get("objective");
    auto objective =
        parse_objective(node == nullptr ? "net_pnl" : node->value_or(std::string()), maximize);
    if (!objective) return error(*node, "objective: " + objective.error());
    grid_.search.objective = std::move(*objective);
    return {};
  }

  Failure read_constraints(const toml::table& table) {
    const toml::node* const node = table.get("constraints");
    if (node == nullptr) return {};
    const toml::array* const list = node->as_array();
    if (list == nullptr) return error(*node, "constraints must be a list of texts");
    for (const toml::node& element : *list) {
      const std::string text = element.value_or(std::string());
      auto constraint = parse_constraint(text, grid_.space.parameters);
      if (!constraint) {
        return error(element, "constraint " + in_quotes(text) + ": " + constraint.error());
      }
      grid_.space.constraints.push_back(std::move(*constraint));
    }
    return {};
  }

  // ---- [statistics]

  Failure read_time(const toml::table& table, std::string_view name, Duration& into) const {
    const toml::node* const node = table.get(name);
    if (node == nullptr) return {};
    const auto text = scalar(*node).value_or("");
    const auto duration = parse_duration(text);
    if (!duration || duration->count() % Duration::hours(1).count() != 0) {
      return error(*node, std::string(name) + " " + in_quotes(text) +
                              " is no number of whole hours, such as 24h or 7d");
    }
    into = *duration;
    return {};
  }

  Failure read_statistics(const toml::table& root) {
    const toml::table* const table = root["statistics"].as_table();
    if (table == nullptr) return {};
    if (Failure failure = check_keys(*table, "key of [statistics]",
                                     {"period", "folds", "purge", "embargo", "partitions"})) {
      return failure;
    }
    ValidationOptions& options = grid_.validation;
    for (const auto& [name, into] : {std::pair("period", &options.period),
                                     {"purge", &options.purge},
                                     {"embargo", &options.embargo}}) {
      if (Failure failure = read_time(*table, name, *into)) return failure;
    }
    std::uint64_t folds = options.folds;
    std::uint64_t partitions = options.partitions;
    if (Failure failure = read_whole(*table, "folds", 0, 1'000, folds)) return failure;
    // 20 partitions make 184,756 ways to choose half of them.
    if (Failure failure = read_whole(*table, "partitions", 2, 20, partitions)) return failure;
    if (partitions % 2 != 0) {
      return error(*table->get("partitions"),
                   "partitions must be even: half of them are in-sample");
    }
    options.folds = static_cast<std::uint32_t>(folds);
    options.partitions = static_cast<std::uint32_t>(partitions);
    return {};
  }

  std::uint64_t digest() const {
    Digest digest;
    for (const Parameter& parameter : grid_.space.parameters) {
      digest.add_text(parameter.key);
      digest.add(std::uint64_t{parameter.values.size()});
      for (const ParameterValue& value : parameter.values) digest.add_text(value.text);
    }
    for (const Constraint& constraint : grid_.space.constraints) digest.add_text(constraint.text);
    const Search& search = grid_.search;
    digest.add_text(name_of(search.method));
    digest.add(search.count);
    digest.add(search.seed);
    digest.add_text(search.objective.text);
    digest.add(std::uint64_t{search.objective.maximize});
    const ValidationOptions& validation = grid_.validation;
    for (const Duration duration : {validation.period, validation.purge, validation.embargo}) {
      digest.add(duration.count());
    }
    digest.add(validation.folds);
    digest.add(validation.partitions);
    return digest.value();
  }

  std::string source_;
  SourceText lines_;
  Grid grid_;
  std::vector<Parameter> parameters_;
  std::vector<std::pair<std::uint64_t, std::size_t>> order_;  // Line, place in parameters_.
};

}  // namespace

std::expected<Grid, ConfigurationError> parse_grid(const std::string& text,
                                                   const std::string& source) {
  try {
    const toml::table root = toml::parse(text, source);
    return GridReader(source, text).read(root);
  } catch (const toml::parse_error& wrong) {
    return std::unexpected(ConfigurationError{source, wrong.source().begin.line,
                                              "is not TOML: " + std::string(wrong.description())});
  }
}

std::expected<Grid, ConfigurationError> read_grid(const std::filesystem::path& file) {
  std::error_code error;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (std::filesystem::is_directory(file, error) || !stream) {
    return std::unexpected(ConfigurationError{file.string(), 0, "cannot be opened"});
  }
  text << stream.rdbuf();
  return parse_grid(text.str(), file.string());
}

std::vector<std::string> assignments_of(const SearchSpace& space, const Point& point) {
  std::vector<std::string> assignments;
  for (std::size_t index = 0; index < space.parameters.size(); ++index) {
    const Parameter& parameter = space.parameters[index];
    assignments.push_back(parameter.key + "=" + parameter.values[point[index]].text);
  }
  return assignments;
}

}  // namespace tranchet
