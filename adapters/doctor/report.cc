#include "adapters/doctor/report.h"

#include <algorithm>
#include <array>
#include <vector>

#include "adapters/gateway/json_text.h"

namespace tranchet {
namespace {

constexpr std::size_t kColumns = 9;
using Row = std::array<std::string, kColumns>;

std::string or_dash(Maybe<Price> price) {
  return price ? to_text(*price) : "-";
}

std::string cover_text(bool wanted, Quantity covered, Quantity quantity) {
  if (!wanted) return "not wanted";
  return covered == quantity ? "all" : covered.is_positive() ? to_text(covered) : "NONE";
}

Row row_of(const Holding& line) {
  return {line.symbol + " " + std::string(to_text(line.side)),
          line.tranche ? std::to_string(*line.tranche) : "-",
          to_text(line.quantity),
          to_text(line.average),
          line.mark.is_positive() ? to_text(line.mark) : "-",
          or_dash(line.stop),
          cover_text(line.wants_stop, line.under_stop, line.quantity),
          or_dash(line.target),
          cover_text(line.wants_target, line.under_target, line.quantity)};
}

void print_table(std::ostream& out, const std::vector<Row>& rows) {
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t at = 0; at < kColumns; ++at) {
      widths[at] = std::max(widths[at], row[at].size());
    }
  }
  for (const Row& row : rows) {
    std::string line = "  " + row[0] + std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t at = 1; at < kColumns; ++at) {
      line += "  " + std::string(widths[at] - row[at].size(), ' ') + row[at];
    }
    out << line << "\n";
  }
}

std::string place_of(const Finding& finding) {
  if (finding.symbol.empty()) return "account";
  std::string text = finding.symbol;
  if (finding.side) text += " " + std::string(to_text(*finding.side));
  if (finding.tranche) text += " tranche " + std::to_string(*finding.tranche);
  return text;
}

void add_holding(JsonText& json, const Holding& line) {
  json.open().text("instrument", line.symbol).text("position_side", to_text(line.side));
  if (line.tranche) {
    json.count("tranche", *line.tranche);
  } else {
    json.null("tranche");
  }
  json.decimal("quantity", line.quantity).decimal("average_price", line.average);
  json.decimal("mark_price", line.mark.is_positive() ? Maybe<Price>(line.mark) : Maybe<Price>());
  json.decimal("liquidation_price", line.liquidation);
  json.flag("stop_wanted", line.wants_stop).decimal("stop_price", line.stop);
  json.decimal("under_stop", line.under_stop);
  json.flag("target_wanted", line.wants_target).decimal("target_price", line.target);
  json.decimal("under_target", line.under_target).decimal("naked", line.naked()).close();
}

void add_finding(JsonText& json, const Finding& finding) {
  json.open().text("kind", to_text(finding.kind));
  if (!finding.symbol.empty()) json.text("instrument", finding.symbol);
  if (finding.side) json.text("position_side", to_text(*finding.side));
  if (finding.tranche) json.count("tranche", *finding.tranche);
  if (finding.order != 0) json.raw("order", std::to_string(finding.order));
  json.text("text", finding.text).close();
}

}  // namespace

void print_examination(std::ostream& out, const Examination& examination) {
  if (examination.holdings.empty()) {
    out << "  The account holds no position.\n";
  } else {
    std::vector<Row> rows = {{"position", "tranche", "quantity", "entry", "mark", "stop",
                              "under it", "target", "under it"}};
    for (const Holding& line : examination.holdings) rows.push_back(row_of(line));
    print_table(out, rows);
  }
  if (!examination.findings.empty()) out << "\n";
  for (const Finding& finding : examination.findings) {
    const std::string mark = finding.kind == FindingKind::Naked ? "! " : "- ";
    out << "  " << mark << place_of(finding) << ": " << finding.text << "  ["
        << to_text(finding.kind) << "]\n";
  }
  if (examination.holdings.empty()) return;
  const bool all_want_stops = std::ranges::all_of(
      examination.holdings, [](const Holding& line) { return line.wants_stop; });
  out << "\n  "
      << (examination.is_anything_naked() ? "NOT PROTECTED: there is open quantity without a stop."
          : all_want_stops                ? "Protected: all open quantity is under a stop."
                           : "Protected where a stop is wanted; some quantity wants none.")
      << "\n";
}

std::string examination_json(const Examination& examination) {
  JsonText json;
  json.open().flag("naked", examination.is_anything_naked()).count("orders", examination.orders);
  json.list("holdings");
  for (const Holding& line : examination.holdings) add_holding(json, line);
  json.end_list().list("findings");
  for (const Finding& finding : examination.findings) add_finding(json, finding);
  json.end_list().close();
  return json.take() + "\n";
}

}  // namespace tranchet
