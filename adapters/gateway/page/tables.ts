// Orders, trades, alerts and acts: lists that are written anew when they change, and only then.
import type { Act, Notice, Order, State, Trade } from "./model";
import { average, clock, count, exact, h, held, money, mood, short_clock, words } from "./format";

type Cell = { text: string; class?: string };
const SHOWN = 40;

class Table {
  private key = "";
  private readonly body = h("tbody");
  private readonly note = h("span", { class: "soft" });
  private readonly empty: HTMLElement;
  private readonly scroll: HTMLElement;

  constructor(root: HTMLElement, title: string, heads: [string, string][], nothing: string) {
    const row = h("tr");
    for (const [name, style] of heads) row.append(h("th", { scope: "col", class: style }, name));
    this.empty = h("p", { class: "soft nothing" }, nothing);
    this.scroll = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      h("table", {}, h("thead", {}, row), this.body),
    );
    root.append(h("div", { class: "head" }, h("h2", {}, title), this.note), this.empty, this.scroll);
  }

  show(key: string, rows: () => Cell[][], note: string): void {
    if (key === this.key) return;
    this.key = key;
    const all = rows();
    this.note.textContent = all.length > 0 ? note : "";
    this.empty.hidden = all.length > 0;
    this.scroll.hidden = all.length === 0;
    this.body.replaceChildren(
      ...all.map((cells) => {
        const row = h("tr");
        for (const cell of cells) row.append(h("td", cell.class ? { class: cell.class } : {}, cell.text));
        return row;
      }),
    );
  }
}

function newest<T>(list: T[]): T[] {
  return list.slice(-SHOWN).reverse();
}

function act_words(act: Act): string {
  const where = [act.instrument, act.position_side, act.tranche === undefined ? "" : `tranche ${act.tranche}`]
    .filter(Boolean)
    .join(" ");
  switch (act.type) {
    case "CloseRequested":
      return `Close ${where || "everything"} (${words(act.reason ?? "")})`;
    case "EntrySignal":
      return `${act.side} ${act.quantity ?? ""} ${act.instrument}`.replace("  ", " ");
    case "ProtectionRequested": {
      const targets = [
        act.take_profit ? `target ${act.take_profit}` : "",
        act.stop_loss ? `stop ${act.stop_loss}` : "",
      ];
      return `${where}: ${targets.filter(Boolean).join(", ")}`;
    }
    case "EntriesHalted":
      return "Halt entries";
    case "EntriesResumed":
      return "Resume entries";
    case "KillSwitch":
      return "Kill switch";
    case "UsersReloaded":
      return `Users read anew (${act.users})`;
  }
  return words(act.type);
}

export class Tables {
  private readonly orders: Table;
  private readonly trades: Table;
  private readonly alerts: Table;
  private readonly acts: Table;

  constructor(roots: { orders: HTMLElement; trades: HTMLElement; alerts: HTMLElement; acts: HTMLElement }) {
    this.trades = new Table(
      roots.trades,
      "Trades",
      // What a phone shows without scrolling comes first.
      [["closed (UTC)", ""], ["instrument", ""], ["side", ""], ["result", "n"], ["reason", ""], ["tranche", "n"], ["quantity", "n"], ["entry", "n"], ["exit", "n"], ["held", "n"]],
      "No tranche has closed yet. When one does, it is listed here with its result and the reason.",
    );
    this.orders = new Table(
      roots.orders,
      "Orders",
      [["instrument", ""], ["side", ""], ["for", ""], ["tranche", "n"], ["type", ""], ["price", "n"], ["quantity", "n"], ["filled", "n"], ["status", ""]],
      "No order rests at the venue. Stops and targets of open tranches are listed here.",
    );
    this.alerts = new Table(roots.alerts, "Alerts", [["time (UTC)", ""], ["what", ""], ["where", ""]], "None. What needs your eyes is listed here.");
    this.acts = new Table(roots.acts, "Actions", [["time (UTC)", ""], ["who", ""], ["what", ""]], "Nobody has acted. Entries, closes and other acts are listed here, with who asked for them.");
  }

  update(state: State): void {
    this.orders.show(JSON.stringify(state.orders), () => state.orders.map(order_row), count(state.orders.length));
    const wins = state.counters.trades
      ? `${count(state.counters.trades)} closed, ${((state.counters.wins / state.counters.trades) * 100).toFixed(0)} % won`
      : "";
    const ticks = new Map(state.instruments.map((each) => [each.instrument, each.tick_size]));
    this.trades.show(
      `${state.counters.trades}`,
      () => newest(state.trades).map((trade) => trade_row(trade, ticks.get(trade.instrument))),
      wins,
    );
    const noted = state.counters.alerts + state.counters.refused;
    this.alerts.show(`${noted}`, () => notice_rows(state.alerts), noted ? count(noted) : "");
    const last = state.acts[state.acts.length - 1];
    this.acts.show(`${last?.seq ?? 0}`, () => newest(state.acts).map(act_row), "");
  }
}

function order_row(order: Order): Cell[] {
  return [
    { text: order.instrument },
    { text: order.side },
    { text: words(order.purpose) },
    { text: String(order.tranche), class: "n" },
    { text: words(order.order_type) },
    { text: exact(order.limit_price ?? order.stop_price), class: "n" },
    { text: exact(order.quantity), class: "n" },
    { text: exact(order.filled), class: "n" },
    { text: order.unanswered ? "waiting for the venue" : words(order.status) },
  ];
}

function trade_row(trade: Trade, tick: string | undefined): Cell[] {
  const net = String(Number(trade.realized_pnl) - Number(trade.fees));
  return [
    { text: short_clock(trade.closed) },
    { text: trade.instrument },
    { text: trade.direction },
    { text: money(net, true), class: `n ${mood(net)}` },
    { text: trade.reason },
    { text: String(trade.tranche), class: "n" },
    { text: exact(trade.quantity), class: "n" },
    { text: average(trade.average_entry, tick), class: "n" },
    { text: average(trade.average_exit, tick), class: "n" },
    { text: held(trade.opened, trade.closed), class: "n" },
  ];
}

// The same again and again is one row, with how often.
function notice_rows(notices: Notice[]): Cell[][] {
  const rows: { cells: Cell[]; key: string; times: number }[] = [];
  for (const notice of [...notices].reverse()) {
    const cells = notice_row(notice);
    const key = cells.slice(1).map((cell) => cell.text).join();
    const last = rows[rows.length - 1];
    if (last?.key === key) last.times += 1;
    else rows.push({ cells, key, times: 1 });
  }
  return rows.slice(0, SHOWN).map((row) => {
    const what = row.cells[1];
    if (what && row.times > 1) what.text += ` (${row.times} times)`;
    return row.cells;
  });
}

function notice_row(notice: Notice): Cell[] {
  const what = notice.kind === "Alert" ? words(notice.reason) : `Entry refused: ${words(notice.reason).toLowerCase()}`;
  const tranche = notice.tranche === undefined ? "" : `tranche ${notice.tranche}`;
  return [
    { text: short_clock(notice.time) },
    { text: what, class: notice.kind === "Alert" ? "warn" : "" },
    { text: [notice.instrument, notice.direction, tranche].filter(Boolean).join(" ") },
  ];
}

function act_row(act: Act): Cell[] {
  return [
    { text: clock(act.time).slice(5) },
    { text: (act.author ?? "").split("/")[0] || "\u2013" },
    { text: act_words(act) },
  ];
}
