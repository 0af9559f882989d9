// One position as a ladder: a price axis across, a row for each tranche from its stop to its target,
// and the mark through all of them. Long or short, prices rise to the right.
import type { Position, Tranche } from "./model";
import { average, exact, h, money, mood, percent, set_attribute, set_class, set_text, svg } from "./format";

export interface LadderActions {
  close_tranche(position: Position, tranche: Tranche): void;
  edit_targets(position: Position, tranche: Tranche): void;
  close_position(position: Position): void;
  may_act(): boolean;
}

// Prices to 0..100 across the axis. What lies far beyond the others (a stop half the price away)
// stays at the edge, and the figures below say where it is.
class Axis {
  private low = 0;
  private high = 1;

  constructor(position: Position) {
    const near = [position.mark, position.average_entry];
    const far: (string | null)[] = [];
    for (const tranche of position.tranches) {
      near.push(tranche.average_entry, tranche.take_profit);
      far.push(tranche.stop_loss);
    }
    const numbers = near.filter((each): each is string => each !== null).map(Number);
    if (numbers.length === 0) return;
    let low = Math.min(...numbers);
    let high = Math.max(...numbers);
    const reach = Math.max((high - low) * 2.5, high * 0.004);
    for (const text of far) {
      if (text === null) continue;
      const price = Number(text);
      low = Math.min(low, Math.max(price, low - reach));
      high = Math.max(high, Math.min(price, high + reach));
    }
    const room = (high - low || high * 0.01) * 0.06;
    this.low = low - room;
    this.high = high + room;
  }

  place(price: string | null): number | null {
    if (price === null) return null;
    const share = ((Number(price) - this.low) / (this.high - this.low)) * 100;
    return Math.min(99.4, Math.max(0.6, share));
  }
  label(share: number): number {
    return this.low + (this.high - this.low) * share;
  }
}

// "-1.20 % from the mark".
function distance(price: string | null, mark: string | null): string {
  if (price === null || mark === null) return "";
  return percent(Number(price) - Number(mark), Number(mark));
}

function phase_text(tranche: Tranche): string {
  switch (tranche.phase) {
    case "closing":
      return `closing: ${tranche.closing_reason}, attempt ${Math.max(1, tranche.attempt ?? 1)} of ${tranche.attempts}`;
    case "retrying":
      return `closing: ${tranche.closing_reason}, attempt ${tranche.attempt} of ${tranche.attempts} failed, trying again`;
    case "entering":
      return "entry on its way";
    case "dust":
      return "too small for the venue to close";
    case "open":
      return Number(tranche.naked_quantity) > 0 ? "without a stop" : "";
  }
}

class TrancheRow {
  readonly root: HTMLElement;
  private tranche!: Tranche;
  private readonly ordinal = h("span", { class: "ordinal" });
  private readonly quantity = h("span", { class: "quantity n" });
  private readonly pnl = h("span", { class: "pnl n" });
  private readonly phase = h("p", { class: "phase", role: "status" });
  private readonly track = svg("svg", { class: "track", "aria-hidden": "true" });
  private readonly risk = svg("line", { class: "risk", y1: "50%", y2: "50%" });
  private readonly gain = svg("line", { class: "gain", y1: "50%", y2: "50%" });
  private readonly stop = svg("line", { class: "stop", y1: "20%", y2: "80%" });
  private readonly target = svg("line", { class: "target", y1: "20%", y2: "80%" });
  private readonly entry = svg("circle", { class: "entry", r: "4", cy: "50%" });
  private readonly mark = svg("line", { class: "mark", y1: "0", y2: "100%" });
  private readonly figures = h("dl", { class: "figures" });
  private readonly cells: Record<string, [HTMLElement, HTMLElement]> = {};
  private readonly buttons: HTMLButtonElement[] = [];

  constructor(position: () => Position, actions: LadderActions) {
    this.track.append(this.risk, this.gain, this.mark, this.stop, this.target, this.entry);
    for (const [key, name] of [["entry", "entry"], ["stop", "stop"], ["target", "target"]] as const) {
      const value = h("dd", { class: "n" });
      const away = h("small", { class: "n", title: "from the mark" });
      this.cells[key] = [value, away];
      this.figures.append(h("div", {}, h("dt", {}, name), value, away));
    }
    const targets = h(
      "button",
      { type: "button", class: "quiet", click: () => actions.edit_targets(position(), this.tranche) },
      "Targets",
    );
    const close = h(
      "button",
      { type: "button", class: "quiet", click: () => actions.close_tranche(position(), this.tranche) },
      "Close",
    );
    this.buttons.push(targets, close);
    this.root = h(
      "li",
      { class: "tranche" },
      h("div", { class: "tranche-head" }, this.ordinal, this.quantity, this.phase, this.pnl),
      this.track,
      h("div", { class: "tranche-foot" }, this.figures, h("div", { class: "buttons" }, targets, close)),
    );
  }

  update(tranche: Tranche, position: Position, axis: Axis, tick: string | undefined, may_act: boolean): void {
    this.tranche = tranche;
    set_text(this.ordinal, `Tranche ${tranche.tranche}`);
    set_text(this.quantity, exact(tranche.quantity));
    set_text(this.pnl, money(tranche.unrealized_pnl, true));
    set_class(this.pnl, `pnl n ${mood(tranche.unrealized_pnl)}`);
    const phase = phase_text(tranche);
    set_text(this.phase, phase);
    set_class(this.phase, tranche.phase === "open" ? "phase warn" : "phase");
    set_class(this.root, `tranche ${tranche.phase}`);
    const entry = axis.place(tranche.average_entry);
    const stop = axis.place(tranche.stop_loss);
    const target = axis.place(tranche.take_profit);
    this.span(this.risk, entry, stop);
    this.span(this.gain, entry, target);
    this.at(this.stop, stop);
    this.at(this.target, target);
    this.at(this.mark, axis.place(position.mark));
    set_attribute(this.entry, "cx", `${entry ?? -10}%`);
    this.figure("entry", average(tranche.average_entry, tick), tranche.average_entry, distance(tranche.average_entry, position.mark));
    this.figure("stop", exact(tranche.stop_loss), tranche.stop_loss, distance(tranche.stop_loss, position.mark));
    this.figure("target", exact(tranche.take_profit), tranche.take_profit, distance(tranche.take_profit, position.mark));
    for (const button of this.buttons) button.hidden = !may_act;
    const closing = tranche.phase === "closing" || tranche.phase === "retrying";
    for (const button of this.buttons) button.disabled = closing;
  }

  private figure(key: string, text: string, price: string | null, away: string): void {
    const cell = this.cells[key];
    if (!cell) return;
    set_text(cell[0], price === null ? "none" : text);
    set_text(cell[1], away);
  }
  private span(line: SVGElement, from: number | null, to: number | null): void {
    const shown = from !== null && to !== null;
    set_attribute(line, "x1", `${shown ? from : -10}%`);
    set_attribute(line, "x2", `${shown ? to : -10}%`);
  }
  private at(line: SVGElement, place: number | null): void {
    set_attribute(line, "x1", `${place ?? -10}%`);
    set_attribute(line, "x2", `${place ?? -10}%`);
  }
}

class Ladder {
  readonly root: HTMLElement;
  private position!: Position;
  private readonly rows = new Map<number, TrancheRow>();
  private readonly title = h("h2");
  private readonly side = h("span", { class: "pill" });
  private readonly pnl = h("span", { class: "pnl n" });
  private readonly about = h("p", { class: "about" });
  private readonly list = h("ol", { class: "tranches" });
  private readonly axis = h("div", { class: "axis n", "aria-hidden": "true" });
  private readonly ticks = [h("span"), h("span"), h("span"), h("span"), h("span")];
  private readonly close: HTMLButtonElement;

  constructor(private readonly actions: LadderActions) {
    this.close = h(
      "button",
      { type: "button", class: "quiet", click: () => actions.close_position(this.position) },
      "Close position",
    );
    this.axis.append(...this.ticks);
    this.root = h(
      "section",
      { class: "card ladder" },
      h("div", { class: "head" }, this.title, this.side, h("span", { class: "spring" }), this.pnl),
      h("div", { class: "head second" }, this.about, this.close),
      this.list,
      this.axis,
    );
  }

  update(position: Position, tick: string | undefined): void {
    this.position = position;
    set_attribute(this.root, "aria-label", `${position.instrument} ${position.direction}`);
    set_text(this.title, position.instrument);
    set_text(this.side, position.direction);
    set_text(this.pnl, money(position.unrealized_pnl, true));
    set_class(this.pnl, `pnl n ${mood(position.unrealized_pnl)}`);
    const middle = position.average_entry ? `, average ${average(position.average_entry, tick)}` : "";
    set_text(this.about, `${exact(position.quantity)} at ${exact(position.mark)}${middle}`);
    this.close.hidden = !this.actions.may_act();
    const axis = new Axis(position);
    this.ticks.forEach((tick, index) => {
      set_text(tick, rounded(axis.label((index + 0.5) / this.ticks.length)));
    });
    const seen = new Set<number>();
    position.tranches.forEach((tranche, index) => {
      seen.add(tranche.tranche_id);
      let row = this.rows.get(tranche.tranche_id);
      if (!row) {
        row = new TrancheRow(() => this.position, this.actions);
        this.rows.set(tranche.tranche_id, row);
      }
      if (this.list.children[index] !== row.root) {
        this.list.insertBefore(row.root, this.list.children[index] ?? null);
      }
      row.update(tranche, position, axis, tick, this.actions.may_act());
    });
    for (const [id, row] of this.rows) {
      if (seen.has(id)) continue;
      row.root.remove();
      this.rows.delete(id);
    }
  }
}

function rounded(price: number): string {
  const decimals = price >= 1000 ? 0 : price >= 10 ? 2 : 4;
  return exact(price.toFixed(decimals));
}

export class Ladders {
  private readonly ladders = new Map<string, Ladder>();
  private readonly empty = h(
    "section",
    { class: "card empty" },
    h("h2", {}, "No open position"),
    h("p", { class: "soft" }, "Each position is shown here as a ladder: its tranches, each with its entry, stop and target."),
  );

  constructor(
    private readonly root: HTMLElement,
    private readonly actions: LadderActions,
  ) {}

  update(positions: Position[], ticks: Map<string, string>): void {
    const seen = new Set<string>();
    positions.forEach((position, index) => {
      const key = `${position.instrument} ${position.direction}`;
      seen.add(key);
      let ladder = this.ladders.get(key);
      if (!ladder) {
        ladder = new Ladder(this.actions);
        this.ladders.set(key, ladder);
      }
      if (this.root.children[index] !== ladder.root) {
        this.root.insertBefore(ladder.root, this.root.children[index] ?? null);
      }
      ladder.update(position, ticks.get(position.instrument));
    });
    for (const [key, ladder] of this.ladders) {
      if (seen.has(key)) continue;
      ladder.root.remove();
      this.ladders.delete(key);
    }
    if (positions.length === 0) this.root.append(this.empty);
    else this.empty.remove();
  }
}
