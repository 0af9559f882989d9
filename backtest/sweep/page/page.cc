#include "backtest/sweep/page/page.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include <sweep_page_parts.h>

#include "backtest/report/figures.h"
#include "backtest/report/html.h"
#include "backtest/report/page_style.h"
#include "backtest/sweep/page/page_sections.h"

namespace tranchet {
namespace {

constexpr std::size_t kPageTrials = 20'000;  // A page with more would not open on a phone.

// JSON inside a script element: "</script>" in a text must not end it.
std::string script_string(std::string_view text) {
  std::string out;
  for (const char c : json_string(text)) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number_or_null(const std::optional<Value>& value) {
  return value ? value_text(*value) : std::string("null");
}

template <class Range, class Text>
std::string list(const Range& range, Text text) {
  std::string out;
  for (const auto& element : range) out += (out.empty() ? "" : ",") + text(element);
  return "[" + out + "]";
}

std::string trial_json(const TrialResult& result) {
  return "[" + std::to_string(result.trial.number) + "," +
         list(result.trial.point, [](std::uint32_t place) { return std::to_string(place); }) + "," +
         number_or_null(result.objective) + "," + list(result.figures, number_or_null) + "]\n";
}

std::string parameter_json(const Parameter& parameter) {
  const bool ordered = std::ranges::all_of(
      parameter.values, [](const ParameterValue& value) { return value.kind != ValueKind::Word; });
  return "{\"key\":" + script_string(parameter.key) +
         ",\"ordered\":" + (ordered ? "true" : "false") + ",\"values\":" +
         list(parameter.values,
              [](const ParameterValue& value) { return script_string(value.text); }) +
         "}";
}

std::string data_json(const SearchSpace& space, const Search& search,
                      const std::map<std::uint64_t, TrialResult>& results, std::uint64_t best) {
  std::string trials;
  std::size_t count = 0;
  for (const auto& [number, result] : results) {
    if (++count > kPageTrials && number != best) continue;
    trials += (trials.empty() ? "" : ",") + trial_json(result);
  }
  return "{\"objective\":" + script_string(search.objective.text) +
         ",\"maximize\":" + (search.objective.maximize ? "true" : "false") +
         ",\"best\":" + std::to_string(best) +
         ",\"parameters\":" + list(space.parameters, parameter_json) + ",\"figures\":" +
         list(all_figures(),
              [](const FigureInfo& figure) {
                return "[" + script_string(figure.name) + "," + script_string(figure.unit) + "," +
                       script_string(figure.meaning) + "]";
              }) +
         ",\"trials\":[" + trials + "]}";
}

}  // namespace

std::string sweep_page(const SweepIdentity& identity, const SearchSpace& space,
                       const Search& search, const std::map<std::uint64_t, TrialResult>& results,
                       const Honesty& honesty) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Sweep: ";
  page += html_text(identity.data) + "</title>\n<style>" + std::string(kPageStyle) +
          std::string(kSweepStyle) + "</style>\n<main>\n";
  page += sweep_header(identity, space, search, results, honesty);
  page += honesty_section(honesty);
  if (results.size() > kPageTrials) {
    page += "<section><p>The charts and the table show the first " + grouped(kPageTrials) + " of " +
            grouped(results.size()) +
            " trials; all are in the SQLite file and the CSV.</p>"
            "</section>\n";
  }
  page += std::string(kSweepBody);
  page += provenance_section(identity);
  page += "</main>\n<script type=\"application/json\" id=\"data\">" +
          data_json(space, search, results, honesty.best) + "</script>\n<script>" +
          std::string(kSweepScript) + "</script>\n</html>\n";
  return page;
}

}  // namespace tranchet
