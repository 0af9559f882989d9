#include "backtest/report/terminal.h"

#include <string>
#include <string_view>

#include "backtest/report/figures.h"
#include "events/digest.h"

namespace tranchet {
namespace {

constexpr std::size_t kLabelWidth = 24;
constexpr std::size_t kFigureWidth = 14;

class Screen {
 public:
  Screen(std::ostream& out, bool color) : out_(out), color_(color) {}

  void title(std::string_view what, std::string_view rest) {
    out_ << "\n  " << painted(what, "1") << "  " << rest << "\n";
  }
  void heading(std::string_view text) { out_ << "\n  " << painted(text, "1;36") << "\n"; }
  void line(std::string_view label, std::string_view figure, std::string_view note = {},
            std::string_view paint = {}) {
    out_ << "    " << label << padding(label.size(), kLabelWidth)
         << padding(figure.size(), kFigureWidth) << painted(figure, paint);
    if (!note.empty()) out_ << "  " << painted(note, "2");
    out_ << "\n";
  }
  void words(std::string_view label, std::string_view text) {
    out_ << "    " << label << padding(label.size(), kLabelWidth) << " " << text << "\n";
  }
  void text(std::string_view text) { out_ << "    " << text << "\n"; }
  void end() { out_ << "\n"; }

 private:
  static std::string padding(std::size_t used, std::size_t width) {
    return std::string(used < width ? width - used : 1, ' ');
  }
  std::string painted(std::string_view text, std::string_view paint) const {
    if (!color_ || paint.empty()) return std::string(text);
    return "\x1b[" + std::string(paint) + "m" + std::string(text) + "\x1b[0m";
  }

  std::ostream& out_;
  bool color_;
};

std::string_view paint_of(Money money) {
  if (money.is_zero()) return {};
  return money.is_positive() ? "32" : "31";
}

void print_result(Screen& screen, const Summary& summary) {
  const AccountResult& account = summary.account;
  screen.heading("Result");
  screen.line("net profit", signed_cents(account.net_pnl),
              share_text(account.net_pnl.raw(), account.initial_balance.raw()) + " of " +
                  cents(account.initial_balance),
              paint_of(account.net_pnl));
  if (summary.interval) {
    screen.line("  bars, worse way", signed_cents(summary.interval->pessimistic),
                "the order of highs and lows inside a bar is not known");
    screen.line("  bars, better way", signed_cents(summary.interval->optimistic));
  }
  screen.line("realized", signed_cents(account.realized_pnl), "before fees and funding");
  screen.line("unrealized", signed_cents(account.unrealized_pnl), "at the last price");
  screen.line("fees", signed_cents(-account.fees));
  for (const auto& [name, amount] : summary.charges) {
    screen.line("  " + name, signed_cents(-amount));
  }
  screen.line("funding", signed_cents(account.funding));
  screen.line("final equity", cents(account.final_equity));
}

void print_instruments(Screen& screen, const Summary& summary) {
  if (summary.instruments.empty()) return;
  screen.heading("Instruments, net profit");
  for (const auto& [symbol, part] : summary.instruments) {
    screen.line(symbol, signed_cents(part.net_pnl),
                grouped(part.trades) + " closed, " + share_text(part.wins, part.trades) +
                    " won, fees " + cents(part.fees),
                paint_of(part.net_pnl));
  }
}

void print_trades(Screen& screen, const AccountResult& account) {
  screen.heading("Trades");
  screen.line("tranches closed", grouped(account.trades),
              grouped(account.wins) + " won, " + grouped(account.losses) + " lost, " +
                  share_text(account.wins, account.trades) + " won");
  screen.line("tranches opened", grouped(account.tranches_opened),
              "at most " + grouped(account.tranches_live_max) + " at once");
  for (std::size_t index = 0; index < account.exits.size(); ++index) {
    if (account.exits[index] == 0) continue;
    screen.line("  by " + std::string(exit_words(static_cast<ExitReason>(index + 1))),
                grouped(account.exits[index]));
  }
  if (account.merged != 0) screen.line("  merged", grouped(account.merged));
}

void print_risk(Screen& screen, const Summary& summary) {
  const AccountResult& account = summary.account;
  screen.heading("Risk and safety");
  screen.line("deepest drawdown", cents(account.max_drawdown),
              share_text(account.max_drawdown_share, kPpmOne) + " of the highest equity before");
  // Shown to the hundredth, as money is.
  screen.line("without a stop", cents(to_money(account.naked_quantity_seconds)),
              "quantity x seconds");
  if (summary.interval) {
    screen.line("ambiguous bars", grouped(summary.ambiguous_bars),
                "the order of their extremes could matter");
  }
}

void print_data(Screen& screen, const Summary& summary) {
  screen.heading("Data");
  for (const DataProvenance& data : summary.data) {
    screen.line(data.instrument + ", rows", grouped(data.rows), data.format);
    const std::string flaws = grouped(data.duplicates) + " duplicates, " + grouped(data.bad) +
                              " bad rows, " + grouped(data.gaps) + " gaps";
    screen.line("  used", grouped(data.used), flaws);
  }
  screen.words("mark", summary.mark_source);
  for (const std::string& note : summary.notes) screen.words("note", note);
}

}  // namespace

void print_summary(std::ostream& out, const Summary& summary, bool color) {
  Screen screen(out, color);
  screen.title(summary.instrument, summary.strategy + " on " + summary.source);
  screen.text(period_text(summary));
  print_result(screen, summary);
  print_instruments(screen, summary);
  print_trades(screen, summary.account);
  print_risk(screen, summary);
  print_data(screen, summary);
  screen.heading("Proof");
  screen.words("commands", digest_text(summary.command_digest));
  screen.words("state", digest_text(summary.state_digest));
  screen.heading("Speed");
  screen.line("events", grouped(summary.events),
              "in " + seconds_text(summary.wall_nanoseconds) + " s, " +
                  rate_text(events_per_second(summary)) + " a second");
  screen.end();
}

}  // namespace tranchet
