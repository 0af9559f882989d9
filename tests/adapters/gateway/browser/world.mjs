// What the browser tests stand on: programs that are started and stopped, and pages that are watched
// for errors and for requests to anybody else.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

export const PATIENCE = 20_000;

let failures = 0;
export function check(what, good, detail = "") {
  console.log(`${good ? "passed" : "failed"}: ${what}${good || !detail ? "" : `\n  ${detail}`}`);
  if (!good) failures += 1;
}
export function failed() {
  return failures;
}

export function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  });
}

// In the page: how many pictures it hears, how soon they are drawn, and what its script costs. A
// picture that was heard before a frame begins is late if that frame does not show it.
function meter() {
  const counts = { heard: 0, frames: 0, late: 0, newest: 0, script: 0 };
  const timed = (work) =>
    function (...given) {
      const begin = performance.now();
      work.apply(this, given);
      counts.script += performance.now() - begin;
    };
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    set(handler) {
      const hear = timed(handler);
      set.call(this, (event) => {
        hear.call(this, event);
        const picture = /^{"type":"(?:prices|state)","data":{"sequence":(\d+)/.exec(event.data);
        if (!picture) return;
        counts.heard += 1;
        counts.newest = Number(picture[1]);
      });
    },
  });
  const next_frame = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (work) => next_frame(timed(work));
  const frame = () => {
    const due = counts.newest;
    counts.frames += 1;
    setTimeout(() => {
      if (Number(document.body.dataset.sequence) < due) counts.late += 1;
    });
    next_frame(frame);
  };
  next_frame(frame);
  globalThis.screen_meter = counts;
}

// What the meter counted within so many seconds, each a second; and what drawing cost, in
// milliseconds a frame, beside the script: style, layout, and everything the main thread did.
export async function measure(page, seconds) {
  const debugged = await page.context().newCDPSession(page);
  await debugged.send("Performance.enable");
  const read = async () => {
    const { metrics } = await debugged.send("Performance.getMetrics");
    const of = (name) => metrics.find((each) => each.name === name).value * 1000;
    const counts = await page.evaluate(() => ({ ...globalThis.screen_meter, now: performance.now() }));
    return { ...counts, layout: of("LayoutDuration") + of("RecalcStyleDuration"), all: of("TaskDuration") };
  };
  const from = await read();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const to = await read();
  await debugged.detach();
  const of = (name) => to[name] - from[name];
  const passed = of("now") / 1000;
  return {
    heard: of("heard") / passed,
    frames: of("frames") / passed,
    late: of("late"),
    script: of("script") / of("frames"),
    layout: of("layout") / of("frames"),
    all: of("all") / of("frames"),
  };
}

// A page that keeps what must not happen.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    ...options,
  });
  const page = await context.newPage();
  await page.addInitScript(meter);
  page.setDefaultTimeout(PATIENCE);
  page.errors = [];
  page.strangers = [];
  const host = new URL(url).host;
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") page.errors.push(message.text());
  });
  page.on("request", (request) => {
    const target = new URL(request.url());
    if (target.protocol !== "data:" && target.protocol !== "file:" && target.host !== host) {
      page.strangers.push(request.url());
    }
  });
  page.address = url;
  await page.goto(url);
  return page;
}

// `build/gateway_session`, told what to do line by line.
export class Session {
  static async start(build, coins = 0) {
    const session = new Session();
    session.folder = mkdtempSync(join(tmpdir(), "tranchet-screens-"));
    session.child = spawn(join(build, "gateway_session"), [session.folder, String(coins)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    session.lines = createInterface({ input: session.child.stdout })[Symbol.asyncIterator]();
    await session.expect_port();
    return session;
  }
  async expect_port() {
    const { value } = await this.lines.next();
    this.url = `http://127.0.0.1:${String(value).replace("port ", "")}/`;
  }
  async tell(line) {
    this.child.stdin.write(`${line}\n`);
    if (line === "start") await this.expect_port();
    const { value } = await this.lines.next();
    if (value !== "done") throw new Error(`${line}: ${value}`);
  }
  say(body) {
    return this.tell(`say ${JSON.stringify(body)}`);
  }
  buy(instrument, quantity, more = {}) {
    return this.say({ type: "EntrySignal", instrument, side: "Buy", order_type: "Market", quantity, ...more });
  }
  async stop() {
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.stdin.end();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// `tranchet replay LOG --serve`; its address.
export class Served {
  static async start(build, log) {
    const served = new Served();
    served.child = spawn(join(build, "tranchet"), ["replay", log, "--serve", "127.0.0.1:0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: served.child.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    served.url = String(value).match(/http:\/\/[^ ]+/)[0];
    return served;
  }
  async stop() {
    const ended = new Promise((resolve) => this.child.on("exit", resolve));
    this.child.kill("SIGTERM");
    return ended;
  }
}

export async function sign_in(page, user = "anna") {
  await page.getByLabel("Token").fill(`${user}-token-0123456789abcdef`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForSelector("body[data-sequence]");
}

export const LOOKS = [
  ["1440-light", { viewport: { width: 1440, height: 1000 }, colorScheme: "light" }],
  ["1440-dark", { viewport: { width: 1440, height: 1000 }, colorScheme: "dark" }],
  ["390-light", { viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true, hasTouch: true }],
  ["390-dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark", isMobile: true, hasTouch: true }],
];

// The chart takes a new size in one frame, and draws in the next.
async function frames(page) {
  for (let frame = 0; frame < 4; frame += 1) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done())));
  }
}

// The whole page in every look; the width must be enough for it.
export async function shoot(page, folder, name) {
  for (const [look, { viewport, colorScheme }] of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await frames(page);
    // As high as all of it, since what is fixed to the window would lie across it.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: viewport.width, height: Math.max(height, viewport.height) });
    await frames(page);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
    const { wide, room } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      room: window.innerWidth,
    }));
    check(`${name} ${look}: nothing is wider than the page`, wide <= room, `${wide} > ${room}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}
