#include "adapters/gateway/state_text.h"

#include <iomanip>
#include <ostream>
#include <string>

#include "adapters/gateway/account_figures.h"
#include "backtest/report/figures.h"
#include "engine/targets.h"
#include "events/digest.h"

namespace tranchet {
namespace {

constexpr int kName = 18, kFigure = 14;

std::string text_of(Maybe<Price> price) {
  return price ? to_text(*price) : "-";
}

void line(std::ostream& out, std::string_view name, std::string_view value) {
  out << "  " << std::left << std::setw(kName) << name << std::right << std::setw(kFigure) << value
      << "\n";
}

std::string_view phase_of(const Tranche& tranche) {
  if (tranche.closing) return label(tranche.closing->reason);
  if (tranche.dust) return "dust";
  return tranche.quantity.is_positive() ? "" : "entering";
}

void print_tranche(std::ostream& out, const Tranche& tranche, PositionSide side,
                   Maybe<Price> price) {
  const bool holds = tranche.quantity.is_positive();
  const std::string entry =
      holds ? to_text(rounded_average(tranche.cost, tranche.quantity)) : std::string("-");
  const std::string result =
      holds && price ? signed_cents(unrealized_pnl(side, tranche.quantity, tranche.cost, *price))
                     : std::string("-");
  out << "    tranche " << std::left << std::setw(4) << tranche.ordinal << std::right
      << std::setw(12) << to_text(tranche.quantity) << std::setw(kFigure) << entry
      << std::setw(kFigure) << text_of(tranche.target.price) << std::setw(kFigure)
      << text_of(tranche.stop.price) << std::setw(kFigure) << result;
  const std::string_view phase = phase_of(tranche);
  if (!phase.empty()) out << "  " << (tranche.closing ? "closing: " : "") << phase;
  out << "\n";
}

void print_positions(std::ostream& out, const State& state, const Names& names) {
  bool any = false;
  for (const InstrumentState& instrument : state.instruments) {
    const Maybe<Price> price = valuation_price(instrument);
    for (const Position& position : instrument.positions) {
      if (position.tranches.empty()) continue;
      any = true;
      out << "\n  " << names.symbol(position.key.instrument) << " " << to_text(position.key.side)
          << "  " << to_text(open_quantity(position)) << " at the mark " << text_of(price) << "\n"
          << "    " << std::left << std::setw(12) << "" << std::right << std::setw(12) << "quantity"
          << std::setw(kFigure) << "average" << std::setw(kFigure) << "take profit"
          << std::setw(kFigure) << "stop" << std::setw(kFigure) << "result"
          << "\n";
      for (const Tranche& tranche : position.tranches) {
        if (tranche.is_live()) print_tranche(out, tranche, position.key.side, price);
      }
    }
  }
  if (!any) out << "\n  No position is open.\n";
}

void print_orders(std::ostream& out, const State& state, const Names& names) {
  bool first = true;
  for (const auto& [id, order] : state.orders) {
    if (order.is_finished()) continue;
    if (std::exchange(first, false)) out << "\n  Orders\n";
    const Maybe<Price> price = order.limit_price ? order.limit_price : order.stop_price;
    out << "    " << std::left << std::setw(22) << to_text(id) << std::setw(12)
        << names.symbol(order.key.instrument) << std::setw(12) << to_text(order.purpose)
        << std::setw(6) << to_text(order.side) << std::setw(12) << to_text(order.status)
        << std::right << std::setw(12) << to_text(order.quantity) << std::setw(kFigure)
        << text_of(price) << "\n";
  }
}

}  // namespace

void print_state(std::ostream& out, const Screen& screen, const Names& names) {
  const AccountFigures figures = account_figures(screen);
  const LedgerTotals& totals = screen.ledger().totals();
  out << "  State after event " << number(screen.sequence()) << ", " << to_text(screen.time())
      << "\n\n";
  if (figures.equity) line(out, "equity", cents(*figures.equity));
  line(out, "net result", signed_cents(totals.net() + figures.unrealized_pnl));
  line(out, "realized", signed_cents(totals.realized_pnl));
  line(out, "unrealized", signed_cents(figures.unrealized_pnl));
  line(out, "fees", signed_cents(-totals.fees));
  line(out, "funding", signed_cents(totals.funding));
  line(out, "exposure", cents(figures.exposure));
  line(out, "margin", cents(figures.margin));
  line(out, "tranches closed", grouped(totals.trades));
  line(out, "alerts", grouped(totals.alerts));
  if (screen.state().entries_halted) out << "  Entries are halted.\n";
  if (!screen.state().reconciled) out << "  Not reconciled with the venue: entries wait.\n";
  print_positions(out, screen.state(), names);
  print_orders(out, screen.state(), names);
  out << "\n  digests           commands " << digest_text(screen.engine().command_digest())
      << ", state " << digest_text(screen.engine().state_digest()) << "\n";
}

}  // namespace tranchet
