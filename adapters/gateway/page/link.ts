// The wire: pictures by WebSocket, with patience when it breaks, and questions by HTTP.
import type { Chart, Prices, Session, State } from "./model";

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, { credentials: "same-origin", ...init });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.detail ?? `status ${response.status}`);
  return body as T;
}

function post<T>(path: string, body: unknown): Promise<T> {
  return ask<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

function request_id(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const api = {
  session: () => ask<Session>("api/session"),
  log_in: (token: string) => post<unknown>("api/login", { token }),
  log_out: () => post<unknown>("api/logout", {}),
  state: (sequence: number) => ask<State>(`api/state?sequence=${sequence}`),
  chart: (instrument: string, sequence: number | null) =>
    ask<Chart>(
      `api/chart?instrument=${encodeURIComponent(instrument)}` +
        (sequence === null ? "" : `&sequence=${sequence}`),
    ),
  // The same id until an answer comes: what was sent twice is done once.
  async act(path: string, body: Record<string, unknown>): Promise<void> {
    const whole = { ...body, request_id: request_id() };
    try {
      await post<unknown>(path, whole);
    } catch (error) {
      if (error instanceof Refused) throw error;
      await post<unknown>(path, whole);
    }
  },
};

export interface Listener {
  state(state: State): void;
  prices(prices: Prices): void;
  progress(sequence: number, head: number, error: string): void;
  trouble(error: string): void;
  link(up: boolean): void;
}

export class Link {
  private socket: WebSocket | null = null;
  private delay = 500;
  private again = 0; // The timer of the next attempt.

  constructor(private readonly listener: Listener) {}

  open(): void {
    const url = new URL("ws/screen", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.delay = 500;
      this.listener.link(true);
    };
    socket.onmessage = (event) => this.hear(String(event.data));
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.again = setTimeout(() => this.open(), this.delay);
      this.delay = Math.min(this.delay * 1.5, 8000);
      this.listener.link(false);
    };
  }

  // Until it is opened again.
  close(): void {
    clearTimeout(this.again);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private hear(text: string): void {
    if (text === "pong") return;
    const message = JSON.parse(text);
    switch (message.type) {
      case "state":
        return this.listener.state(message.data);
      case "prices":
        return this.listener.prices(message.data);
      case "progress":
        return this.listener.progress(message.data.sequence, message.data.head, message.data.error);
      case "trouble":
        return this.listener.trouble(message.data.error);
      case "ping":
        this.socket?.send('{"type":"pong"}');
    }
  }
}
