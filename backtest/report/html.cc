#include "backtest/report/html.h"

#include <utility>
#include <vector>

#include "backtest/report/charts.h"
#include "backtest/report/figures.h"
#include "backtest/report/page_style.h"
#include "backtest/report/row_files.h"
#include "events/digest.h"

namespace tranchet {
namespace {

// A figure, with a minus sign as long as a plus instead of a hyphen.
std::string number_text(std::string_view text) {
  if (!text.starts_with('-') || text.size() == 1) return html_text(text);
  return "&minus;" + html_text(text.substr(1));
}

// A price with seven digits: 40.02732, 45123.45. The rest is in tranches.csv.
std::string short_price(Maybe<Price> price) {
  if (!price) return {};
  const std::int64_t raw = (*price).raw();
  std::int64_t step = 1;
  while (step < kDecimalOne && raw / step >= 10'000'000) step *= 10;
  return decimal_text(static_cast<std::int64_t>(divide_half_away(raw, step)) * step);
}

// "take profit", "merged"; empty while it is open.
std::string_view end_words(const TrancheRow& row) {
  if (row.end == TrancheEnd::Exited && row.exit_reason) return exit_words(*row.exit_reason);
  if (row.end == TrancheEnd::Merged) return "merged";
  return row.end == TrancheEnd::Correction ? "corrected" : "";
}

std::string section(std::string_view heading, std::string_view body) {
  return "<section>\n<h2>" + html_text(heading) + "</h2>\n" + std::string(body) + "</section>\n";
}

std::string figure(std::string_view name, std::string_view value, std::string_view note = {}) {
  std::string out = "<div><dt>" + html_text(name) + "</dt><dd>" + number_text(value);
  if (!note.empty()) out += "<small>" + html_text(note) + "</small>";
  return out + "</dd></div>\n";
}

std::string_view mood(Money money) {
  if (money.is_zero()) return "";
  return money.is_positive() ? "good" : "bad";
}

std::string cell(std::string_view text, std::string_view style = {}) {
  const std::string attribute = style.empty() ? "" : " class=\"" + std::string(style) + "\"";
  const bool is_number = style.starts_with('n');
  return "<td" + attribute + ">" + (is_number ? number_text(text) : html_text(text)) + "</td>";
}

std::string table(const std::vector<std::pair<std::string_view, std::string_view>>& heads,
                  std::string_view rows) {
  std::string out = "<div class=\"scroll\"><table>\n<tr>";
  for (const auto& [text, style] : heads) {
    out += style.empty() ? "<th>" : "<th class=\"" + std::string(style) + "\">";
    out += html_text(text) + "</th>";
  }
  return out + "</tr>\n" + std::string(rows) + "</table></div>\n";
}

std::string header(const Summary& summary) {
  const AccountResult& account = summary.account;
  std::string out =
      "<header>\n<p class=\"brand\"><span class=\"rungs\"><i></i><i></i><i></i></span>Tranchet"
      "</p>\n<h1>" +
      html_text(summary.instrument) + "</h1>\n<p class=\"soft\">" +
      html_text(summary.strategy + " on " + summary.source) + " &middot; " +
      html_text(period_text(summary)) + "</p>\n";
  out += "<p class=\"net " + std::string(mood(account.net_pnl)) + "\">" +
         number_text(signed_cents(account.net_pnl)) + "</p>\n<p class=\"soft\">net profit, " +
         number_text(share_text(account.net_pnl.raw(), account.initial_balance.raw())) + " of " +
         cents(account.initial_balance) + "</p>\n";
  if (summary.interval) {
    out += "<p class=\"soft\">between " + number_text(signed_cents(summary.interval->pessimistic)) +
           " and " + number_text(signed_cents(summary.interval->optimistic)) +
           ", by the order of the extremes inside the bars (" + grouped(summary.ambiguous_bars) +
           " ambiguous)</p>\n";
  }
  for (const std::string& note : summary.notes) {
    out += "<p class=\"note\">" + html_text(note) + "</p>\n";
  }
  return out + "</header>\n";
}

std::string figures(const Summary& summary) {
  const AccountResult& account = summary.account;
  std::string out = "<dl>\n";
  out += figure("Final equity", cents(account.final_equity));
  out += figure("Realized", signed_cents(account.realized_pnl), "before fees and funding");
  out += figure("Unrealized", signed_cents(account.unrealized_pnl), "at the last price");
  std::string charges;
  for (const auto& [name, amount] : summary.charges) {
    charges += (charges.empty() ? "" : ", ") + name + " " + cents(amount);
  }
  out += figure("Fees", signed_cents(-account.fees), charges);
  out += figure("Funding", signed_cents(account.funding));
  out += figure("Deepest drawdown", cents(account.max_drawdown),
                share_text(account.max_drawdown_share, kPpmOne));
  out += figure("Tranches closed", grouped(account.trades),
                grouped(account.wins) + " won, " + grouped(account.losses) + " lost, " +
                    share_text(account.wins, account.trades) + " won");
  out += figure("Tranches opened", grouped(account.tranches_opened),
                "at most " + grouped(account.tranches_live_max) + " at once");
  out += figure("Without a stop", cents(to_money(account.naked_quantity_seconds)),
                "quantity x seconds");
  return section("Figures", out + "</dl>\n");
}

std::string instruments(const Summary& summary) {
  if (summary.instruments.empty()) return {};
  std::string rows;
  for (const auto& [symbol, part] : summary.instruments) {
    rows += "<tr>" + cell(symbol) +
            cell(signed_cents(part.net_pnl), std::string("n ") + std::string(mood(part.net_pnl))) +
            cell(signed_cents(part.realized_pnl), "n") +
            cell(signed_cents(part.unrealized_pnl), "n") + cell(signed_cents(-part.fees), "n") +
            cell(signed_cents(part.funding), "n") + cell(grouped(part.tranches_opened), "n") +
            cell(grouped(part.trades), "n") + cell(share_text(part.wins, part.trades), "n") +
            "</tr>\n";
  }
  return section("Instruments", table({{"instrument", ""},
                                       {"net profit", "n"},
                                       {"realized", "n"},
                                       {"unrealized", "n"},
                                       {"fees", "n"},
                                       {"funding", "n"},
                                       {"opened", "n"},
                                       {"closed", "n"},
                                       {"won", "n"}},
                                      rows));
}

std::string prices(const RowSample& sample) {
  const std::string chart = price_chart(sample.prices().stretches(), sample.marks());
  if (chart.empty()) return {};
  std::string legend =
      "<p class=\"legend\"><span class=\"enter\">entry</span><span class=\"gain\">exit with a "
      "gain</span><span class=\"loss\">exit with a loss</span><span>up: bought, down: sold</span>";
  if (sample.fills_per_mark() > 1) {
    legend += "<span>one in " + grouped(sample.fills_per_mark()) + " fills is marked</span>";
  }
  return section("Price, entries and exits", chart + legend + "</p>\n");
}

std::string months(const AccountResult& account, const RowSample& sample) {
  if (sample.months().empty()) return {};
  std::string rows;
  Money before = account.initial_balance;  // The run begins before its first row.
  for (const RowSample::Month& month : sample.months()) {
    const Money net = month.after - before;
    rows +=
        "<tr>" +
        cell(std::to_string(month.year) + (month.month < 10 ? "-0" : "-") +
             std::to_string(month.month)) +
        cell(signed_cents(net), std::string("n ") + std::string(mood(net))) +
        cell(share_text(net.raw(), before.raw()), "n") + cell(cents(month.drawdown), "n") +
        cell(grouped(month.trades), "n") +
        cell(share_text(static_cast<Int128>(month.wins), static_cast<Int128>(month.trades)), "n") +
        cell(cents(month.after), "n") + "</tr>\n";
    before = month.after;
  }
  return section("Months", table({{"month (UTC)", ""},
                                  {"result", "n"},
                                  {"of equity", "n"},
                                  {"drawdown", "n"},
                                  {"closed", "n"},
                                  {"won", "n"},
                                  {"equity", "n"}},
                                 rows));
}

std::string assumptions(const Summary& summary) {
  if (summary.assumptions.empty()) return {};
  std::string rows;
  for (const auto& [what, how] : summary.assumptions) {
    rows += "<tr>" + cell(what) + cell(how, "path") + "</tr>\n";
  }
  rows += "<tr>" + cell("Mark") + cell(summary.mark_source, "path") + "</tr>\n";
  return section("Assumptions",
                 "<div class=\"scroll\"><table class=\"pairs\">\n" + rows + "</table></div>\n");
}

std::string exits(const AccountResult& account) {
  std::vector<std::pair<std::string_view, std::uint64_t>> bars;
  for (std::size_t index = 0; index < account.exits.size(); ++index) {
    if (account.exits[index] == 0) continue;
    bars.emplace_back(exit_words(static_cast<ExitReason>(index + 1)), account.exits[index]);
  }
  if (account.merged != 0) bars.emplace_back("merged", account.merged);
  return section("How tranches ended",
                 bars.empty() ? "<p class=\"soft\">None ended.</p>\n" : bar_list(bars));
}

std::string tranche_row(const TrancheRow& row, const Names& names) {
  const bool ended = row.end != TrancheEnd::Open;
  const Money earned = row.realized_pnl - row.fees + row.funding;
  std::string out = "<tr>" + cell(std::to_string(static_cast<std::uint64_t>(row.tranche_id)), "n");
  out += cell(std::to_string(row.tranche), "n") + cell(names.symbol(row.key.instrument));
  out += cell(to_text(row.key.side)) + cell(day_and_minute(row.opened));
  out += cell(ended ? length_text(row.closed - row.opened) : "open");
  out += cell(to_text(row.quantity), "n");
  out += cell(short_price(row.average_entry), "n") + cell(short_price(row.average_exit), "n");
  out += cell(end_words(row));
  out += cell(signed_cents(earned), std::string("n ") + std::string(mood(earned)));
  out += cell(signed_cents(row.mae), "n") + cell(signed_cents(row.mfe), "n");
  return out + "</tr>\n";
}

std::string tranches(const RowSample& sample, const Names& names) {
  if (sample.tranches().empty()) return section("Tranches", "<p class=\"soft\">None.</p>\n");
  std::string rows;
  for (const TrancheRow& row : sample.tranches()) rows += tranche_row(row, names);
  std::string body = table({{"id", "n"},
                            {"tranche", "n"},
                            {"instrument", ""},
                            {"side", ""},
                            {"opened (UTC)", ""},
                            {"held", ""},
                            {"quantity", "n"},
                            {"average entry", "n"},
                            {"average exit", "n"},
                            {"exit", ""},
                            {"net", "n"},
                            {"MAE", "n"},
                            {"MFE", "n"}},
                           rows);
  body += "<p class=\"soft\">MAE and MFE: the worst and the best result while it was open.</p>\n";
  const std::uint64_t cut = sample.tranche_rows() - sample.tranches().size();
  if (cut != 0) {
    body += "<p class=\"soft\">The first " + grouped(sample.tranches().size()) + " of " +
            grouped(sample.tranche_rows()) + "; all are in tranches.csv.</p>\n";
  }
  return section("Tranches", body);
}

std::string data(const Summary& summary) {
  std::string rows;
  for (const DataProvenance& data : summary.data) {
    std::string files;
    for (const std::string& file : data.files) files += (files.empty() ? "" : ", ") + file;
    rows += "<tr>" + cell(data.instrument) + cell(data.format) + cell(grouped(data.rows), "n") +
            cell(grouped(data.used), "n") + cell(grouped(data.ignored), "n") +
            cell(grouped(data.duplicates), "n") + cell(grouped(data.bad), "n") +
            cell(grouped(data.gaps), "n") + cell(files, "path") + "</tr>\n";
  }
  return section("Data", table({{"instrument", ""},
                                {"format", ""},
                                {"rows", "n"},
                                {"used", "n"},
                                {"ignored", "n"},
                                {"duplicates", "n"},
                                {"bad", "n"},
                                {"gaps", "n"},
                                {"files", ""}},
                               rows));
}

std::string parameters(const Summary& summary) {
  std::string rows;
  std::string_view left = summary.settings;
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    const std::size_t assign = line.find(" = ");
    if (assign == std::string_view::npos) continue;
    rows +=
        "<tr>" + cell(line.substr(0, assign)) + cell(line.substr(assign + 3), "path") + "</tr>\n";
  }
  return "<section><details><summary>Parameters used</summary>\n" +
         table({{"key", ""}, {"value", ""}}, rows) + "</details></section>\n";
}

std::string proof(const Summary& summary) {
  return section(
      "Proof",
      "<p>Commands <code>" + digest_text(summary.command_digest) + "</code>, state <code>" +
          digest_text(summary.state_digest) +
          "</code>. A replay that decides the same has the same digests.</p>\n<p class=\"soft\">" +
          grouped(summary.events) + " events in " + seconds_text(summary.wall_nanoseconds) +
          " s</p>\n");
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string report_html(const Summary& summary, const RowSample& sample, const Names& names) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      html_text(summary.instrument) + " backtest</title>\n<style>" + std::string(kPageStyle) +
      "</style>\n</head>\n<body>\n<main>\n";
  out += header(summary) + figures(summary) + instruments(summary);
  const std::string chart = equity_chart(sample.equity(), summary.account.initial_balance);
  if (!chart.empty()) out += section("Equity and drawdown", chart);
  out += prices(sample) + "<div class=\"pair\">\n" + exits(summary.account) +
         months(summary.account, sample) + "</div>\n" + tranches(sample, names) +
         assumptions(summary) + data(summary) + parameters(summary) + proof(summary);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace tranchet
