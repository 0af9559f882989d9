#include "adapters/gateway/metrics.h"

namespace tranchet {
namespace {

class Exposition {
 public:
  void counter(std::string_view name, std::string_view what, std::uint64_t value) {
    add("counter", name, what, std::to_string(value));
  }
  void gauge(std::string_view name, std::string_view what, std::uint64_t value) {
    add("gauge", name, what, std::to_string(value));
  }
  template <class Unit>
  void gauge(std::string_view name, std::string_view what, Decimal<Unit> value) {
    add("gauge", name, what, to_text(value));
  }
  void head(std::string_view kind, std::string_view name, std::string_view what) {
    text_ += "# HELP tranchet_" + std::string(name) + " " + std::string(what) +
             "\n# TYPE tranchet_" + std::string(name) + " " + std::string(kind) + "\n";
  }
  void sample(std::string_view name, std::string_view label, std::string_view label_value,
              std::uint64_t value) {
    text_ += "tranchet_" + std::string(name) + "{" + std::string(label) + "=\"" +
             std::string(label_value) + "\"} " + std::to_string(value) + "\n";
  }
  std::string take() { return std::move(text_); }

 private:
  void add(std::string_view kind, std::string_view name, std::string_view what,
           const std::string& value) {
    head(kind, name, what);
    text_ += "tranchet_" + std::string(name) + " " + value + "\n";
  }
  std::string text_;
};

void add_trading(Exposition& out, const Picture& picture) {
  const LedgerTotals& totals = picture.totals;
  const AccountFigures& figures = picture.figures;
  out.counter("events_total", "Events of the log that the screens show.", number(picture.sequence));
  out.gauge("events_behind", "Events of the log that the screens do not show yet.",
            number(picture.head) - std::min(number(picture.sequence), number(picture.head)));
  out.counter("orders_total", "Orders that were sent.", totals.submitted);
  out.counter("fills_total", "Fills that were booked.", totals.fills);
  out.counter("tranches_opened_total", "Tranches that took quantity.", totals.tranches_opened);
  out.counter("alerts_total", "Alerts for people.", totals.alerts);
  out.counter("entries_refused_total", "Entries that were refused.", totals.refused);
  out.counter("conflated_total", "Prices that were merged under pressure.", totals.conflated);
  out.head("counter", "exits_total", "Tranches that exited, by reason.");
  for (std::size_t index = 0; index < totals.exits.size(); ++index) {
    out.sample("exits_total", "reason", to_text(static_cast<ExitReason>(index + 1)),
               totals.exits[index]);
  }
  out.gauge("positions", "Positions that are open.", figures.positions);
  out.gauge("tranches", "Tranches that are open.", figures.tranches);
  out.gauge("exposure", "Open quantity at its price, quote currency.", figures.exposure);
  out.gauge("unrealized_pnl", "Of what is open, price only.", figures.unrealized_pnl);
  out.gauge("net_pnl", "Realized - fees + funding + unrealized.",
            totals.net() + figures.unrealized_pnl);
  out.gauge("naked_quantity", "Open quantity that ought to have a stop and has none.",
            figures.naked);
  if (figures.equity) out.gauge("equity", "Balance and what is open.", *figures.equity);
}

}  // namespace

std::string metrics_text(const Picture& picture, const GatewayCounters& gateway,
                         const ServerCounters& server) {
  Exposition out;
  add_trading(out, picture);
  out.gauge("sockets_user", "Open sockets of users.", gateway.user_sockets);
  out.gauge("sockets_page", "Open sockets of pages.", gateway.page_sockets);
  out.counter("actions_total", "Actions that were handed to the program.", gateway.actions);
  out.counter("actions_refused_total", "Actions that were refused.", gateway.actions_refused);
  out.counter("unauthorized_total", "Requests without the right to it.", gateway.unauthorized);
  out.counter("forbidden_origins_total", "Requests of pages that may not.",
              gateway.forbidden_origins);
  out.counter("ignored_messages_total", "Socket messages that mean nothing.",
              gateway.ignored_messages);
  out.counter("users_reloads_total", "How often the file of users was read anew.",
              gateway.users_reloads);
  out.counter("webhook_delivered_total", "Alerts that the webhook took.",
              gateway.webhook.delivered);
  out.counter("webhook_failed_total", "Alerts that the webhook did not take, however often asked.",
              gateway.webhook.failed);
  out.counter("webhook_left_out_total", "Alerts that were left out: too many waited already.",
              gateway.webhook.left_out);
  out.counter("connections_total", "Connections.", server.accepted);
  out.counter("connections_refused_total", "Connections above the limit.", server.over_limit);
  out.counter("requests_total", "HTTP requests.", server.requests);
  out.counter("timeouts_total", "Peers that were too slow.", server.timed_out);
  out.counter("malformed_total", "Peers that spoke neither HTTP nor WebSocket.", server.malformed);
  out.counter("too_large_total", "Messages that were too large.", server.too_large);
  out.counter("rate_limited_total", "Sockets that said too much.", server.too_many_messages);
  out.counter("slow_readers_total", "Sockets that read too slowly.", server.slow_readers);
  return out.take();
}

}  // namespace tranchet
