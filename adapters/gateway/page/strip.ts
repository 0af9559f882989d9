// The account in one line of figures.
import type { State } from "./model";
import { count, exact, h, money, mood, set_class, set_text } from "./format";

interface Figure {
  name: string;
  value: (state: State) => string;
  mood?: (state: State) => string;
  hidden?: (state: State) => boolean;
}

// Both streams of the venue, and whether its books are ours; a log of a backtest tells of neither.
function venue(state: State): string {
  const { user_stream, market_stream, reconciled } = state.health;
  if (user_stream === "down") return "no account data";
  if (market_stream === "down") return "no prices";
  return reconciled ? "connected" : "comparing";
}

const FIGURES: Figure[] = [
  {
    name: "Equity",
    value: (state) => money(state.account.equity),
    hidden: (state) => state.account.equity === null,
  },
  {
    name: "Net result",
    value: (state) => money(state.account.net_pnl, true),
    mood: (state) => mood(state.account.net_pnl),
  },
  {
    name: "Unrealized",
    value: (state) => money(state.account.unrealized_pnl, true),
    mood: (state) => mood(state.account.unrealized_pnl),
  },
  {
    name: "Realized",
    value: (state) => money(state.account.realized_pnl, true),
    mood: (state) => mood(state.account.realized_pnl),
  },
  {
    name: "Fees and funding",
    value: (state) => money(String(Number(state.account.funding) - Number(state.account.fees)), true),
  },
  { name: "Exposure", value: (state) => money(state.account.exposure) },
  { name: "Margin", value: (state) => money(state.account.margin) },
  {
    name: "Without a stop",
    value: (state) => (Number(state.account.naked_quantity) === 0 ? "none" : exact(state.account.naked_quantity)),
    mood: (state) => (Number(state.account.naked_quantity) === 0 ? "" : "bad"),
  },
  {
    name: "Venue",
    value: venue,
    mood: (state) => ({ connected: "good", comparing: "warn" })[venue(state)] ?? "bad",
    hidden: (state) => state.health.user_stream === "unknown" && state.health.market_stream === "unknown",
  },
  { name: "Events in the log", value: (state) => count(state.sequence) },
];

export class Strip {
  private readonly values: HTMLElement[] = [];
  private readonly boxes: HTMLElement[] = [];

  constructor(root: HTMLElement) {
    const list = h("dl");
    for (const figure of FIGURES) {
      const value = h("dd", { class: "n" });
      const box = h("div", {}, h("dt", {}, figure.name), value);
      this.values.push(value);
      this.boxes.push(box);
      list.append(box);
    }
    root.append(list);
  }

  update(state: State): void {
    FIGURES.forEach((figure, index) => {
      const value = this.values[index];
      const box = this.boxes[index];
      if (!value || !box) return;
      set_text(value, figure.value(state));
      set_class(value, `n ${figure.mood?.(state) ?? ""}`);
      box.hidden = figure.hidden?.(state) ?? false;
    });
  }
}
