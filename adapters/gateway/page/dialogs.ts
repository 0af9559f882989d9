// Everything that acts asks twice: the button opens a question, and the question is answered.
import { exact, h } from "./format";
import type { Position, Tranche } from "./model";

// Esc and a click beside it mean no. The first focus is on what changes nothing.
function open(title: string, content: (Node | string)[], yes: string, danger: boolean, check: () => string): Promise<boolean> {
  return new Promise((resolve) => {
    const flaw = h("p", { class: "flaw", role: "alert" });
    const cancel = h("button", { type: "button", click: () => dialog.close("no") }, "Cancel");
    const confirm = h("button", { type: "submit", class: danger ? "danger" : "primary" }, yes);
    const form = h(
      "form",
      {
        method: "dialog",
        submit: (event) => {
          event.preventDefault();
          flaw.textContent = check();
          if (!flaw.textContent) dialog.close("yes");
        },
      },
      h("h2", { id: "dialog-title" }, title),
      ...content,
      flaw,
      h("div", { class: "buttons" }, cancel, confirm),
    );
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close("no");
    });
    document.body.append(dialog);
    dialog.showModal();
    const first = form.querySelector<HTMLElement>("input, select");
    (first ?? cancel).focus();
  });
}

export function confirm(title: string, text: string, yes: string): Promise<boolean> {
  return open(title, [h("p", {}, text)], yes, true, () => "");
}

function field(name: string, input: HTMLElement, hint = ""): HTMLElement {
  return h("label", {}, h("span", {}, name), input, hint ? h("small", {}, hint) : null);
}

const is_number = (text: string) => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0;

// What changes: a price, "default" or "none". Null: nothing does.
export async function ask_targets(position: Position, tranche: Tranche): Promise<Record<string, string> | null> {
  const input = (value: string | null) =>
    h("input", { type: "text", inputmode: "decimal", autocomplete: "off", value: value ?? "none" });
  const target = input(tranche.take_profit);
  const stop = input(tranche.stop_loss);
  const changes = (): Record<string, string> => {
    const result: Record<string, string> = {};
    if (target.value.trim() !== (tranche.take_profit ?? "none")) result["take_profit"] = target.value.trim();
    if (stop.value.trim() !== (tranche.stop_loss ?? "none")) result["stop_loss"] = stop.value.trim();
    return result;
  };
  const yes = await open(
    `Targets of tranche ${tranche.tranche}`,
    [
      h("p", {}, `${position.instrument} ${position.direction}, ${exact(tranche.quantity)} at ${exact(tranche.average_entry)}`),
      field("Take profit", target),
      field("Stop", stop, "A price, \u201cdefault\u201d for the percentage, or \u201cnone\u201d."),
    ],
    "Go on",
    false,
    () => {
      const values = Object.values(changes());
      if (values.length === 0) return "Nothing would change.";
      const wrong = values.find((value) => !is_number(value) && value !== "default" && value !== "none");
      return wrong === undefined ? "" : `\u201c${wrong}\u201d is neither a price nor default or none.`;
    },
  );
  return yes ? changes() : null;
}

export async function ask_entry(instruments: string[], chosen: string): Promise<Record<string, string> | null> {
  const choices = (values: string[], selected: string) =>
    h("select", {}, ...values.map((value) => h("option", { value, selected: value === selected }, value)));
  const instrument = choices(instruments, chosen);
  const side = choices(["Buy", "Sell"], "Buy");
  const quantity = h("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
  const limit = h("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
  const yes = await open(
    "New entry",
    [
      field("Instrument", instrument),
      field("Side", side),
      field("Quantity", quantity, "Empty: the value that is configured."),
      field("Limit price", limit, "Empty: at the market."),
    ],
    "Go on",
    false,
    () => {
      const wrong = [quantity.value, limit.value].find((text) => text.trim() && !is_number(text.trim()));
      return wrong === undefined ? "" : `\u201c${wrong}\u201d is not a number above 0.`;
    },
  );
  if (!yes) return null;
  const entry: Record<string, string> = {
    instrument: instrument.value,
    side: side.value,
    order_type: limit.value.trim() ? "Limit" : "Market",
    trade_type: "Manual",
  };
  if (quantity.value.trim()) entry["quantity"] = quantity.value.trim();
  if (limit.value.trim()) entry["limit_price"] = limit.value.trim();
  return entry;
}

export async function ask_token(): Promise<string | null> {
  const token = h("input", { type: "password", autocomplete: "current-password", spellcheck: "false" });
  const yes = await open(
    "Sign in",
    [
      h("p", {}, "This account is shown to its users only."),
      field("Token", token, "The third word of your line in the file of users (gateway.users)."),
    ],
    "Sign in",
    false,
    () => (token.value.trim() ? "" : "The token is missing."),
  );
  return yes ? token.value.trim() : null;
}
