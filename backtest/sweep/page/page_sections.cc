#include "backtest/sweep/page/page_sections.h"

#include <array>
#include <charconv>
#include <cmath>

#include "backtest/report/figures.h"
#include "backtest/report/html.h"
#include "events/digest.h"

namespace tranchet {
namespace {

std::string section(std::string_view heading, std::string_view body) {
  return "<section>\n<h2>" + html_text(heading) + "</h2>\n" + std::string(body) + "</section>\n";
}

std::string figure(std::string_view name, std::string_view value, std::string_view note = {}) {
  std::string out = "<div><dt>" + html_text(name) + "</dt><dd>" + html_text(value);
  if (!note.empty()) out += "<small>" + html_text(note) + "</small>";
  return out + "</dd></div>\n";
}

std::string annual(double sharpe, const Honesty& honesty) {
  return fixed(sharpe * std::sqrt(honesty.periods_per_year), 2);
}

std::string fold_table(std::string_view heading, std::string_view what,
                       const std::vector<FoldResult>& folds, const Honesty& honesty) {
  if (folds.empty()) return {};
  std::string out = "<h3>" + html_text(heading) + "</h3>\n<p class=\"soft\">" + html_text(what) +
                    "</p>\n<div class=\"scroll\"><table>\n<tr><th>tested (UTC)</th>"
                    "<th class=\"n\">trained on</th><th class=\"n\">chosen</th>"
                    "<th class=\"n\">in-sample SR</th><th class=\"n\">out-of-sample SR</th>"
                    "<th class=\"n\">out-of-sample return</th><th class=\"n\">were better</th>"
                    "</tr>\n";
  double total = 0;
  for (const FoldResult& fold : folds) {
    total += fold.out_of_sample_return;
    out += "<tr><td>" + day_and_minute(fold.test_from) + " to " + day_and_minute(fold.test_to) +
           "</td><td class=\"n\">" + std::to_string(fold.train_periods) +
           " periods</td><td class=\"n\">trial " + std::to_string(fold.chosen) +
           "</td><td class=\"n\">" + annual(fold.in_sample_sharpe, honesty) +
           "</td><td class=\"n\">" + annual(fold.out_of_sample_sharpe, honesty) +
           "</td><td class=\"n " + (fold.out_of_sample_return < 0 ? "bad" : "good") + "\">" +
           percent_of_one(fold.out_of_sample_return) + "</td><td class=\"n\">" +
           percent_of_one(fold.better_share) + "</td></tr>\n";
  }
  return out +
         "<tr><td>all tests, out-of-sample only</td><td></td><td></td><td></td><td></td>"
         "<td class=\"n " +
         std::string(total < 0 ? "bad" : "good") + "\">" + percent_of_one(total) +
         "</td><td></td></tr>\n</table></div>\n";
}

std::string deflated_words(double deflated) {
  if (deflated >= 0.95) return "the best result stands out from luck";
  if (deflated >= 0.5) return "the best result could well be luck";
  return "luck alone would bring as much";
}

std::string figures_of_honesty(const Honesty& honesty) {
  std::string out = "<dl>\n";
  out += figure("Sharpe ratio of the best", annual(honesty.moments.sharpe, honesty),
                "annual, in-sample, " + grouped(honesty.periods) + " periods");
  out += figure("Luck alone would bring", annual(honesty.expected_maximum, honesty),
                "the best of " + grouped(honesty.trials_counted) + " trials without skill");
  out += figure("Deflated Sharpe ratio", percent_of_one(honesty.deflated),
                deflated_words(honesty.deflated));
  out +=
      figure("Above zero", percent_of_one(honesty.probabilistic), "the same for one trial alone");
  if (honesty.overfitting_missing.empty()) {
    out += figure("Probability of overfitting", percent_of_one(honesty.overfitting.probability),
                  grouped(honesty.overfitting.splits) + " splits; 50 % is pure chance");
    out += figure("Loses out-of-sample", percent_of_one(honesty.overfitting.loss),
                  "of the splits, the best in-sample");
  } else {
    out += figure("Probability of overfitting", "-", honesty.overfitting_missing);
  }
  return out +
         figure("Trials counted", grouped(honesty.trials_counted),
                "on this data, with earlier sweeps") +
         "</dl>\n";
}

}  // namespace

std::string fixed(double value, int places) {
  std::array<char, 64> text{};
  if (!std::isfinite(value) || std::fabs(value) > 1e30) return "-";
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, places)
          .ptr;
  return {text.data(), end};
}

std::string percent_of_one(double share) {
  return fixed(share * 100, 2) + " %";
}

std::string rounded(Value value) {
  constexpr Value kOne = static_cast<Value>(kDecimalOne) * kDecimalOne;
  if (value >= 0 && value % kOne == 0) return grouped(static_cast<std::uint64_t>(value / kOne));
  const Value size = value < 0 ? -value : value;
  // From 100 on cents are enough; below, four decimals.
  constexpr Value kHundred = 100 * kOne;
  if (size >= kHundred) return cents(to_money(value));
  constexpr Value kPlace = static_cast<Value>(10'000) * kDecimalOne;
  return value_text(divide_half_away(value, kPlace) * kPlace);
}

std::string sweep_header(const SweepIdentity& identity, const SearchSpace& space,
                         const Search& search, const std::map<std::uint64_t, TrialResult>& results,
                         const Honesty& honesty) {
  std::string out = "<h1>Sweep</h1>\n<p class=\"soft\">" + html_text(identity.data) + " &middot; " +
                    std::string(name_of(search.method)) + ", " + grouped(results.size()) +
                    " trials</p>\n";
  const auto found = results.find(honesty.best);
  if (found == results.end() || !found->second.objective) {
    return out + "<p class=\"net\">no result</p>\n";
  }
  const TrialResult& best = found->second;
  const bool good = *best.objective > 0;
  out += "<p class=\"net " + std::string(good ? "good" : "bad") + "\">" + rounded(*best.objective) +
         "</p>\n<p class=\"soft\">" + (search.objective.maximize ? "highest " : "lowest ") +
         html_text(search.objective.text) + ", trial " + std::to_string(honesty.best) +
         ". It is chosen with the same data, so it is in-sample.</p>\n";
  std::string body = "<dl>\n";
  for (std::size_t index = 0; index < space.parameters.size(); ++index) {
    const Parameter& parameter = space.parameters[index];
    body += figure(parameter.key, parameter.values[best.trial.point[index]].text);
  }
  const auto value = [&](std::string_view name) {
    for (std::size_t index = 0; index < all_figures().size(); ++index) {
      if (all_figures()[index].name == name && best.figures[index]) {
        return rounded(*best.figures[index]);
      }
    }
    return std::string("-");
  };
  body += figure("Net profit", value("net_pnl"));
  body += figure("Deepest drawdown", value("max_drawdown"), value("max_drawdown_pct") + " %");
  body += figure("Tranches closed", value("trades"), value("win_pct") + " % won");
  return out + section("The best trial", body + "</dl>\n");
}

std::string honesty_section(const Honesty& honesty) {
  if (!honesty.missing.empty()) {
    return section("How much of it is luck",
                   "<p class=\"soft\">Not known: " + html_text(honesty.missing) + "</p>\n");
  }
  std::string body = figures_of_honesty(honesty);
  body += fold_table("Walk-forward",
                     "Each stretch is traded by the trial that was best before it, by its Sharpe "
                     "ratio. What was known and what came of it stand apart.",
                     honesty.walk_forward, honesty);
  body += fold_table("Purged cross-validation",
                     "Each stretch is judged by a choice made on all others, without what is held "
                     "across the borders.",
                     honesty.cross_validation, honesty);
  body +=
      "<p class=\"soft\">Sharpe ratios (SR) are annual, of returns a period on a fixed capital. "
      "Deflated Sharpe ratio: Bailey and L&oacute;pez de Prado 2014. Probability of overfitting, "
      "by "
      "CSCV: Bailey, Borwein, L&oacute;pez de Prado and Zhu 2017. Trials that resemble one another "
      "count fully, so that luck is rather over- than underestimated.</p>\n";
  return section("How much of it is luck", body);
}

std::string provenance_section(const SweepIdentity& identity) {
  return section("To repeat it",
                 "<p>program <code>" + html_text(identity.program) + "</code></p>\n<p>data <code>" +
                     digest_text(identity.data_digest) + "</code> configuration <code>" +
                     digest_text(identity.configuration_digest) + "</code> grid <code>" +
                     digest_text(identity.grid_digest) +
                     "</code></p>\n<details><summary>The grid</summary><pre>" +
                     html_text(identity.grid) + "</pre></details>\n");
}

}  // namespace tranchet
