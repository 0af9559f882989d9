#include "backtest/sweep/results_csv.h"

#include <fstream>
#include <system_error>

#include "events/digest.h"

namespace tranchet {
namespace {

// Values with a comma stand in quotes: account.instruments may have one.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string value_or_nothing(const std::optional<Value>& value) {
  return value ? value_text(*value) : std::string();
}

}  // namespace

std::expected<void, std::string> replace_file(const std::filesystem::path& file,
                                              const std::string& text) {
  std::filesystem::path beside = file;
  beside += ".new";
  std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  std::error_code error;
  if (stream) std::filesystem::rename(beside, file, error);
  if (!stream || error) return std::unexpected(file.string() + ": cannot be written");
  return {};
}

std::expected<void, std::string> write_results_csv(
    const std::filesystem::path& file, const SearchSpace& space,
    const std::map<std::uint64_t, TrialResult>& results) {
  std::string text = "trial,objective";
  for (const Parameter& parameter : space.parameters) text += "," + field(parameter.key);
  for (const FigureInfo& figure : all_figures()) text += "," + std::string(figure.name);
  text += ",state_digest,command_digest\n";
  for (const auto& [number, result] : results) {
    text += std::to_string(number) + "," + value_or_nothing(result.objective);
    for (std::size_t index = 0; index < space.parameters.size(); ++index) {
      text += "," + field(space.parameters[index].values[result.trial.point[index]].text);
    }
    for (const std::optional<Value>& figure : result.figures) {
      text += "," + value_or_nothing(figure);
    }
    text +=
        "," + digest_text(result.state_digest) + "," + digest_text(result.command_digest) + "\n";
  }
  return replace_file(file, text);
}

}  // namespace tranchet
