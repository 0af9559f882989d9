// The slider through the log: any sequence, or the newest.
import { clock, count, h, set_text } from "./format";

export class Timeline {
  private readonly range = h("input", {
    type: "range",
    min: "1",
    max: "1",
    step: "1",
    value: "1",
    "aria-label": "Event of the log",
  });
  private readonly where = h("output", { class: "where n" });
  private readonly when = h("span", { class: "when n" });
  private readonly back = h("button", { type: "button", class: "quiet", "aria-label": "One event back" }, "\u2039");
  private readonly forth = h("button", { type: "button", class: "quiet", "aria-label": "One event on" }, "\u203a");
  private readonly now: HTMLButtonElement;
  private head = 1;
  looking_back = false;

  // `look` is called with a sequence, or null for the newest.
  constructor(
    root: HTMLElement,
    private readonly look: (sequence: number | null) => void,
  ) {
    this.now = h("button", { type: "button", click: () => this.go(null) }, "Now");
    this.range.addEventListener("input", () => {
      const value = Number(this.range.value);
      this.go(value >= this.head ? null : value);
    });
    this.back.addEventListener("click", () => this.step(-1));
    this.forth.addEventListener("click", () => this.step(1));
    root.append(
      h("div", { class: "moment" }, this.when, this.where),
      h("div", { class: "controls" }, this.back, this.range, this.forth, this.now),
    );
  }

  step(by: number): void {
    const value = Math.max(1, Number(this.range.value) + by);
    this.go(value >= this.head ? null : value);
  }

  go(sequence: number | null): void {
    this.looking_back = sequence !== null;
    this.range.value = String(sequence ?? this.head);
    document.body.classList.toggle("past", this.looking_back);
    this.now.disabled = !this.looking_back;
    this.look(sequence);
  }

  set_head(head: number): void {
    this.head = head;
    if (this.range.max !== String(head)) this.range.max = String(head);
    if (!this.looking_back) this.range.value = String(head);
    this.now.disabled = !this.looking_back;
  }

  show(sequence: number, time: string): void {
    set_text(this.when, `${clock(time)} UTC`);
    set_text(this.where, `event ${count(sequence)} of ${count(this.head)}`);
    this.range.setAttribute("aria-valuetext", `event ${sequence}, ${clock(time)} UTC`);
  }
}
