// The account in one line of figures.
import type { State } from "./model";
import { exact, h, money, mood, set_class, set_text } from "./format";

interface Figure {
  name: string;
  note?: string;
  value: (state: State) => string;
  mood?: (state: State) => string;
  note_of?: (state: State) => string;
  hidden?: (state: State) => boolean;
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
