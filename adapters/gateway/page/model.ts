// What the server says, and what is made of it: the state at one sequence, and the prices since.

export interface Tranche {
  tranche: number;
  tranche_id: number;
  phase: "open" | "closing" | "retrying" | "entering" | "dust";
  quantity: string;
  average_entry: string | null;
  take_profit: string | null;
  stop_loss: string | null;
  take_profit_choice: string;
  stop_loss_choice: string;
  unrealized_pnl: string | null;
  naked_quantity: string;
  opened: string | null;
  closing_reason?: string;
  attempt?: number;
  attempts?: number;
}

export interface Position {
  instrument: string;
  direction: "Long" | "Short";
  quantity: string;
  average_entry: string | null;
  mark: string | null;
  unrealized_pnl: string | null;
  realized_pnl: string;
  opened: string | null;
  tranches: Tranche[];
}

export interface Order {
  order_id: string;
  instrument: string;
  direction: string;
  tranche: number;
  purpose: string;
  side: string;
  order_type: string;
  status: string;
  unanswered: boolean;
  quantity: string;
  filled: string;
  limit_price: string | null;
  stop_price: string | null;
}

export interface Trade {
  sequence: number;
  instrument: string;
  direction: string;
  tranche: number;
  opened: string;
  closed: string;
  quantity: string;
  average_entry: string;
  average_exit: string;
  realized_pnl: string;
  fees: string;
  reason: string;
}

export interface Notice {
  sequence: number;
  time: string;
  kind: "Alert" | "EntryRefused";
  reason: string;
  instrument?: string;
  direction?: string;
  tranche?: number;
}

export interface Act {
  seq: number;
  time: string;
  type: string;
  author?: string;
  instrument?: string;
  side?: string;
  position_side?: string;
  tranche?: number;
  reason?: string;
  quantity?: string;
  take_profit?: string;
  stop_loss?: string;
  users?: number;
}

export interface State {
  sequence: number;
  time: string;
  account: {
    balance: string | null;
    equity: string | null;
    unrealized_pnl: string;
    realized_pnl: string;
    fees: string;
    funding: string;
    net_pnl: string;
    exposure: string;
    margin: string;
    naked_quantity: string;
  };
  health: {
    user_stream: "up" | "down" | "unknown";
    market_stream: "up" | "down" | "unknown";
    reconciled: boolean;
    entries_halted: boolean;
    killed: boolean;
    build: string;
    position_mode: string;
  };
  instruments: { instrument: string; mark: string | null; trade: string | null; tick_size: string }[];
  positions: Position[];
  orders: Order[];
  trades: Trade[];
  alerts: Notice[];
  acts: Act[];
  counters: { events: number; fills: number; trades: number; wins: number; alerts: number; refused: number };
}

export interface Prices {
  sequence: number;
  time: string;
  equity: string | null;
  unrealized_pnl: string;
  net_pnl: string;
  exposure: string;
  margin: string;
  marks: [string, string][];
  positions: [string, string, string | null, (string | null)[]][];
}

export interface Chart {
  instrument: string;
  interval_seconds: number;
  candles: [number, string, string, string, string][];
  fills: {
    time: number;
    sequence: number;
    direction: string;
    tranche: number;
    side: "Buy" | "Sell";
    purpose: string;
    price: string;
    quantity: string;
    reason?: string;
  }[];
}

export interface Session {
  user: string;
  right: "none" | "viewer" | "operator" | "admin";
  authenticated: boolean;
  read_only: boolean;
  token_needed: boolean;
  has_users: boolean;
  trading_mode: string;
  follows: boolean;
}

// Prices that came after a state, put into it.
export function merge(state: State, prices: Prices): void {
  state.sequence = prices.sequence;
  state.time = prices.time;
  state.account.equity = prices.equity;
  state.account.unrealized_pnl = prices.unrealized_pnl;
  state.account.net_pnl = prices.net_pnl;
  state.account.exposure = prices.exposure;
  state.account.margin = prices.margin;
  const marks = new Map(prices.marks);
  for (const instrument of state.instruments) {
    instrument.mark = marks.get(instrument.instrument) ?? instrument.mark;
  }
  for (const [instrument, direction, pnl, tranches] of prices.positions) {
    const position = state.positions.find(
      (each) => each.instrument === instrument && each.direction === direction,
    );
    if (!position || position.tranches.length !== tranches.length) continue;
    position.mark = marks.get(instrument) ?? position.mark;
    position.unrealized_pnl = pnl;
    tranches.forEach((each, index) => {
      const tranche = position.tranches[index];
      if (tranche) tranche.unrealized_pnl = each;
    });
  }
}
