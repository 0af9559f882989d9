// The page: what the server tells goes into the views, what people ask goes to the server.
import { PriceChart } from "./chart";
import { ask_entry, ask_targets, ask_token, confirm } from "./dialogs";
import { by_id, count, exact, h, plural, set_text } from "./format";
import { Ladders, type LadderActions } from "./ladder";
import { api, Link, Refused } from "./link";
import { merge, type Position, type Prices, type Session, type State, type Tranche } from "./model";
import { Strip } from "./strip";
import { Tables } from "./tables";
import { Timeline } from "./timeline";

const CHART_EVERY = 2000; // Milliseconds between two readings of a chart that grows.

class Page {
  private session: Session | null = null;
  private live: State | null = null; // The newest, whatever is shown.
  private shown: State | null = null;
  private instrument = "";
  private chart_key = "";
  private chart_view = "";
  private later = false;
  private chart_time = 0;
  private chart_fits = true;
  private reading_chart = false; // Until then it shows another instrument, or another moment.
  private wanted: number | null | undefined; // A moment that was asked for while another was on its way.
  private fetching = false;
  private drawn = false; // A frame is due.
  private listed: State | null = null; // What the lists show; prices alone do not change it.
  private marked = ""; // The newest price in the chart.
  private up = false;
  private signing_in = false;
  private readonly chart = new PriceChart(by_id("chart"));
  private readonly strip = new Strip(by_id("strip"));
  private readonly tables = new Tables({
    orders: by_id("orders"),
    trades: by_id("trades"),
    alerts: by_id("alerts"),
    acts: by_id("acts"),
  });
  private readonly ladders: Ladders;
  private readonly timeline = new Timeline(by_id("time"), (sequence) => this.look(sequence));
  private readonly link: Link;
  private readonly halt = h("button", { type: "button", class: "quiet", click: () => this.toggle_entries() });

  constructor() {
    const actions: LadderActions = {
      close_tranche: (position, tranche) => this.close_tranche(position, tranche),
      edit_targets: (position, tranche) => this.edit_targets(position, tranche),
      close_position: (position) => this.close_position(position),
      may_act: () => this.may_act(),
    };
    this.ladders = new Ladders(by_id("positions"), actions);
    this.link = new Link({
      state: (state) => this.take_state(state),
      prices: (prices) => this.take_prices(prices),
      progress: (sequence, head, error) =>
        this.notice(error || `Reading the log: ${count(sequence)} of ${count(head)} events`, error !== ""),
      trouble: (error) => this.notice(`The log cannot be read on: ${error}`, true),
      link: (up) => this.take_link(up),
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  async start(): Promise<void> {
    try {
      this.session = await api.session();
    } catch {
      this.notice("The program does not answer. Trying again.", true);
      setTimeout(() => this.start(), 1000);
      return;
    }
    set_text(by_id("mode"), this.session.trading_mode);
    if (this.session.token_needed && !this.session.has_users) {
      this.notice(
        "Nobody may look or act yet: this program has no users. Write lines \u201cUSER RIGHT TOKEN\u201d into a file " +
          "that is yours alone (chmod 600), name it as gateway.users in the configuration, and start again.",
        false,
      );
      return;
    }
    if (this.session.token_needed && (!this.session.authenticated || this.session.right === "none")) {
      await this.sign_in();
      return;
    }
    this.build_actions();
    this.link.open();
  }

  private async sign_in(): Promise<void> {
    this.signing_in = true;
    const token = await ask_token();
    this.signing_in = false;
    if (token === null) return this.notice("Not signed in. Reload the page to sign in.", false);
    try {
      await api.log_in(token);
    } catch (error) {
      this.toast(error instanceof Refused ? error.message : "The program does not answer.", true);
    }
    await this.start();
  }

  // ---- What the server tells.

  private take_state(state: State): void {
    this.notice("", false);
    this.live = state;
    this.timeline.set_head(state.sequence);
    if (!this.timeline.looking_back) this.show(state);
    this.draw();
  }

  private take_prices(prices: Prices): void {
    if (!this.live) return;
    merge(this.live, prices);
    this.timeline.set_head(prices.sequence);
    this.draw();
  }

  private take_link(up: boolean): void {
    this.up = up;
    document.body.classList.toggle("stale", !up);
    this.draw_link();
    if (up) return;
    this.notice("The connection is lost. What you see is old. Trying again.", true);
    void this.check_session();
  }

  // A token that is over, or was taken away, is why no socket opens: ask for another.
  private async check_session(): Promise<void> {
    const session = await api.session().catch(() => null);
    if (!session?.token_needed || session.authenticated || this.up || this.signing_in) return;
    this.link.close();
    this.notice("Your token is no longer good. What you see is old.", true);
    await this.sign_in();
  }

  // ---- What is shown.

  private look(sequence: number | null): void {
    if (sequence === null) {
      this.wanted = undefined;
      if (this.live) this.show(this.live);
      return;
    }
    this.wanted = sequence;
    void this.fetch_moment();
  }

  // One question at a time, and always the newest.
  private async fetch_moment(): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    while (this.wanted !== undefined && this.wanted !== null) {
      const sequence = this.wanted;
      try {
        const state = await api.state(sequence);
        if (this.wanted === sequence) this.wanted = undefined;
        if (this.timeline.looking_back) this.show(state);
      } catch (error) {
        if (this.wanted === sequence) this.wanted = undefined;
        this.toast(error instanceof Error ? error.message : String(error), true);
      }
    }
    this.fetching = false;
  }

  private show(state: State): void {
    this.shown = state;
    if (!this.instrument || !state.instruments.some((each) => each.instrument === this.instrument)) {
      this.instrument = state.positions[0]?.instrument ?? state.instruments[0]?.instrument ?? "";
    }
    this.draw_now();
  }

  // At the next frame, however much comes before it.
  private draw(): void {
    if (this.drawn) return;
    this.drawn = true;
    requestAnimationFrame(() => {
      this.drawn = false;
      this.draw_now();
    });
  }

  private draw_now(): void {
    const state = this.shown;
    if (!state) return;
    this.strip.update(state);
    this.ladders.update(
      state.positions,
      new Map(state.instruments.map((each) => [each.instrument, each.tick_size])),
    );
    this.timeline.show(state.sequence, state.time);
    if (state !== this.listed) {
      this.listed = state;
      this.tables.update(state);
      this.draw_tabs(state);
      this.chart.levels(state.positions.filter((each) => each.instrument === this.instrument));
      this.draw_link();
      this.draw_halt(state);
    }
    this.draw_chart(state);
    document.body.dataset["sequence"] = String(state.sequence);
  }

  private draw_halt(state: State): void {
    const { entries_halted, killed } = state.health;
    set_text(this.halt, entries_halted ? "Resume entries" : "Halt entries");
    this.halt.disabled = killed && this.session?.right !== "admin";
    this.halt.title = this.halt.disabled ? "The kill switch was pulled: an admin resumes." : "";
  }

  private draw_link(): void {
    const link = by_id("link");
    const health = this.live?.health;
    let text = "live";
    let name = "link";
    if (!this.up) [text, name] = ["no connection", "link bad"];
    else if (this.timeline.looking_back) [text, name] = ["looking back", "link past"];
    else if (this.session && !this.session.follows) [text, name] = ["a log", "link"];
    else if (health && (health.user_stream === "down" || health.market_stream === "down"))
      [text, name] = ["venue is not connected", "link bad"];
    else if (health && !health.reconciled) [text, name] = ["comparing with the venue", "link warn"];
    else if (health?.killed) [text, name] = ["kill switch pulled", "link bad"];
    else if (health?.entries_halted) [text, name] = ["entries are halted", "link warn"];
    if (link.className !== name) link.className = name;
    const label = link.querySelector("span");
    if (label) set_text(label, text);
  }

  private draw_tabs(state: State): void {
    const tabs = by_id("tabs");
    const names = state.instruments.map((each) => each.instrument);
    if (tabs.dataset["names"] !== names.join(",")) {
      tabs.dataset["names"] = names.join(",");
      tabs.replaceChildren(
        ...names.map((name) =>
          h("button", { type: "button", class: "tab", click: () => this.choose(name) }, name),
        ),
      );
    }
    for (const tab of tabs.children) {
      const pressed = String(tab.textContent === this.instrument);
      if (tab.getAttribute("aria-pressed") !== pressed) tab.setAttribute("aria-pressed", pressed);
    }
  }

  private choose(instrument: string): void {
    this.instrument = instrument;
    this.chart_key = "";
    this.chart_fits = true;
    this.listed = null;
    this.draw();
  }

  private draw_chart(state: State): void {
    if (!this.instrument) return;
    const info = state.instruments.find((each) => each.instrument === this.instrument);
    set_text(by_id("mark"), info?.mark ? exact(info.mark) : "");
    const back = this.timeline.looking_back ? state.sequence : null;
    // In a run that goes on, prices are added as they come; fills and new candles are read anew.
    const view = `${this.instrument} ${back ?? "now"}`;
    const key = `${view} ${back === null ? state.counters.fills : ""}`;
    const due = view !== this.chart_view || performance.now() - this.chart_time > CHART_EVERY;
    const is_old = key !== this.chart_key || (back === null && this.chart.is_full);
    if (is_old && due) {
      this.chart_key = key;
      this.chart_view = view;
      this.chart_time = performance.now();
      void this.fetch_chart(back, info?.tick_size ?? "0.01");
    } else if (is_old) {
      this.draw_later();
    }
    if (back === null && !this.reading_chart && info?.mark && info.mark !== this.marked) {
      this.marked = info.mark;
      this.chart.price(Number(info.mark), state.time);
    }
  }

  private async fetch_chart(sequence: number | null, tick: string): Promise<void> {
    const instrument = this.instrument;
    this.reading_chart = true;
    try {
      const chart = await api.chart(instrument, sequence);
      if (instrument !== this.instrument) return;
      this.chart.set(chart, tick, this.chart_fits || sequence !== null);
      this.chart_fits = sequence !== null;
    } catch {
      this.chart_key = "";
      this.draw_later();
    } finally {
      this.reading_chart = false;
    }
  }

  // What is not due yet is looked at again, even if nothing else happens until then.
  private draw_later(): void {
    if (this.later) return;
    this.later = true;
    setTimeout(() => {
      this.later = false;
      this.draw();
    }, CHART_EVERY);
  }

  // ---- What people ask.

  private may_act(): boolean {
    const right = this.session?.right;
    return (
      !this.session?.read_only && (right === "operator" || right === "admin") && !this.timeline.looking_back
    );
  }

  private build_actions(): void {
    const bar = by_id("actions");
    bar.replaceChildren();
    const session = this.session;
    if (!session) return;
    if (!session.read_only && (session.right === "operator" || session.right === "admin")) {
      bar.append(
        h("button", { type: "button", class: "quiet", click: () => this.enter() }, "New entry"),
        this.halt,
        h("button", { type: "button", class: "quiet", click: () => this.kill() }, "Kill switch"),
        h("button", { type: "button", class: "quiet danger-quiet", click: () => this.close_everything() }, "Close everything"),
      );
    }
    if (session.authenticated) {
      bar.append(
        h("button", { type: "button", class: "quiet", title: `Signed in as ${session.user}`, click: () => this.sign_out() }, "Sign out"),
      );
    }
  }

  private async sign_out(): Promise<void> {
    await api.log_out();
    location.reload();
  }

  private async act(path: string, body: Record<string, unknown>, done: string): Promise<void> {
    try {
      await api.act(path, body);
      this.toast(done, false);
    } catch (error) {
      this.toast(error instanceof Error ? error.message : String(error), true);
    }
  }

  private async close_tranche(position: Position, tranche: Tranche): Promise<void> {
    const what = `tranche ${tranche.tranche} of ${position.instrument} ${position.direction}`;
    const sure = await confirm(
      `Close ${what}?`,
      `${exact(tranche.quantity)} are sold or bought back at the market. The other tranches stay as they are.`,
      `Close tranche ${tranche.tranche}`,
    );
    if (!sure) return;
    await this.act(
      "api/close",
      {
        instrument: position.instrument,
        position_side: position.direction,
        tranche: tranche.tranche,
        reason: "Manual",
      },
      `Closing ${what}`,
    );
  }

  private async close_position(position: Position): Promise<void> {
    const what = `${position.instrument} ${position.direction}`;
    const sure = await confirm(
      `Close ${what}?`,
      `${plural(position.tranches.length, "tranche")}, ${exact(position.quantity)} in all, at the market.`,
      "Close position",
    );
    if (!sure) return;
    await this.act(
      "api/close",
      { instrument: position.instrument, position_side: position.direction, reason: "Manual" },
      `Closing ${what}`,
    );
  }

  private async close_everything(): Promise<void> {
    const open = this.live?.positions.length ?? 0;
    const sure = await confirm(
      "Close everything?",
      `${plural(open, "position")} at the market. Entries on their way are cancelled.`,
      "Close everything",
    );
    if (sure) await this.act("api/close", { reason: "Emergency" }, "Closing everything");
  }

  private async edit_targets(position: Position, tranche: Tranche): Promise<void> {
    const changes = await ask_targets(position, tranche);
    if (!changes) return;
    const words = Object.entries(changes).map(
      ([name, value]) => `${name === "take_profit" ? "take profit" : "stop"}: ${value}`,
    );
    const sure = await confirm(
      `Change tranche ${tranche.tranche} of ${position.instrument}?`,
      `New ${words.join(", new ")}.`,
      "Change",
    );
    if (!sure) return;
    await this.act(
      "api/protection",
      { instrument: position.instrument, position_side: position.direction, tranche: tranche.tranche, ...changes },
      "New targets were asked for",
    );
  }

  private async enter(): Promise<void> {
    const names = this.live?.instruments.map((each) => each.instrument) ?? [];
    const entry = await ask_entry(names, this.instrument);
    if (!entry) return;
    const quantity = entry["quantity"] ?? "the configured value of";
    const price = entry["limit_price"] ? `at ${entry["limit_price"]}` : "at the market";
    const sure = await confirm(
      "Send this entry?",
      `${entry["side"]} ${quantity} ${entry["instrument"]} ${price}.`,
      "Send",
    );
    if (sure) await this.act("api/signal", entry, "The entry was handed over");
  }

  private async toggle_entries(): Promise<void> {
    const halted = this.live?.health.entries_halted ?? false;
    const sure = await confirm(
      halted ? "Allow entries again?" : "Halt entries?",
      halted ? "New positions and tranches may be opened." : "Nothing new is opened. What is open stays, with its stops and targets.",
      halted ? "Resume entries" : "Halt entries",
    );
    if (!sure) return;
    await this.act(halted ? "api/resume" : "api/halt", { reason: "from the screen" }, halted ? "Entries resume" : "Entries are halted");
  }

  private async kill(): Promise<void> {
    const sure = await confirm(
      "Kill switch?",
      "Nothing new is opened, and entries that rest are cancelled. Open positions keep their stops and targets. Only an admin can resume entries afterwards.",
      "Kill switch",
    );
    if (sure) await this.act("api/kill", { reason: "from the screen" }, "Kill switch pulled");
  }

  // ---- Small things.

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog")) return;
    if (event.key === "[") this.timeline.step(-1);
    else if (event.key === "]") this.timeline.step(1);
    else if (event.key === "n") this.timeline.go(null);
  }

  private notice(text: string, bad: boolean): void {
    const notice = by_id("notice");
    set_text(notice, text);
    notice.hidden = text === "";
    notice.className = bad ? "notice bad" : "notice";
  }

  private toast(text: string, bad: boolean): void {
    const toast = h("p", { class: bad ? "toast bad" : "toast" }, text);
    by_id("toasts").append(toast);
    setTimeout(() => toast.remove(), 6000);
  }
}

// After the first paint: the frame of the page is there before there is anything in it.
requestAnimationFrame(() => setTimeout(() => void new Page().start(), 0));
