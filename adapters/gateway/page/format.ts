// Figures as people read them, and the few words of DOM that everything here is made of.

const grouped = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-US");
const MINUS = "\u2212";

export function money(text: string | null, signed = false): string {
  if (text === null) return "\u2013";
  const value = Number(text);
  const figure = grouped.format(Math.abs(value));
  if (figure === "0.00") return figure;
  return (value < 0 ? MINUS : signed ? "+" : "") + figure;
}

// A price or a quantity with the decimals that it has; thousands apart.
export function exact(text: string | null): string {
  if (text === null) return "\u2013";
  const [integer = "0", fraction] = text.split(".");
  const size = whole.format(Math.abs(Number(integer)));
  return (text.startsWith("-") ? MINUS : "") + size + (fraction ? "." + fraction : "");
}

// An average, with one decimal more than the tick has.
export function average(text: string | null, tick: string | undefined): string {
  if (text === null || tick === undefined) return exact(text);
  const places = (tick.includes(".") ? tick.length - tick.indexOf(".") - 1 : 0) + 1;
  const [, fraction = ""] = text.split(".");
  return fraction.length <= places ? exact(text) : exact(Number(text).toFixed(places));
}

export function count(value: number): string {
  return whole.format(value);
}

export function plural(number: number, what: string): string {
  return `${count(number)} ${what}${number === 1 ? "" : "s"}`;
}

export function percent(part: number, base: number): string {
  if (!base) return "\u2013";
  const share = (part / base) * 100;
  const figure = Math.abs(share).toFixed(Math.abs(share) < 10 ? 2 : 1);
  return (share < 0 ? MINUS : "+") + figure + " %";
}

export function mood(text: string | null): string {
  const value = Number(text ?? 0);
  return Math.abs(value) < 0.005 ? "" : value > 0 ? "good" : "bad";
}

// "2026-01-08T14:03:22.5Z": day, and time to the second.
export function clock(time: string): string {
  return time.slice(0, 10) + " " + time.slice(11, 19);
}
export function short_clock(time: string): string {
  return time.slice(5, 10) + " " + time.slice(11, 19);
}

export function held(opened: string, closed: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(closed) - Date.parse(opened)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

// "ProtectionFailed": "Protection failed".
export function words(name: string): string {
  const text = name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type Child = Node | string | null | undefined;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child != null));
  return element;
}

export function svg(tag: string, attributes: Record<string, string> = {}): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Writes only what differs: sixty times a second, most of it does not.
export function set_text(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
export function set_class(node: Element, name: string): void {
  if (node.getAttribute("class") !== name) node.setAttribute("class", name);
}
export function set_attribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function by_id(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}
