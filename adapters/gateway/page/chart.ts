// The price with entries, exits, and where the targets of what is open lie.
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  LineStyle,
  type AutoscaleInfo,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { exact } from "./format";
import type { Chart, Position } from "./model";

type AutoscaleRange = { minValue: number; maxValue: number };

// As many as the server keeps: from there on its candles are wider.
const MOST_BARS = 720;

const FILL_COLORS: Record<string, string> = {
  Entry: "--accent",
  TakeProfit: "--good",
  StopLoss: "--bad",
};

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function decimals(tick: string): number {
  return tick.includes(".") ? tick.length - tick.indexOf(".") - 1 : 0;
}

export class PriceChart {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<"Candlestick">;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private lines: IPriceLine[] = [];
  private lines_key = "";
  private prices: number[] = []; // Of the lines.
  private positions: Position[] = [];
  private interval = 60;
  private last: { time: number; open: number; high: number; low: number; close: number } | null = null;
  private data: Chart | null = null;
  private bars = 0;

  constructor(root: HTMLElement) {
    this.chart = createChart(root, {
      autoSize: true,
      layout: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 4, maxBarSpacing: 18 },
      handleScroll: { vertTouchDrag: false },
    });
    this.series = this.chart.addSeries(CandlestickSeries, {
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => {
        const info = original();
        return info?.priceRange ? { ...info, priceRange: this.with_lines(info.priceRange) } : info;
      },
    });
    this.markers = createSeriesMarkers(this.series, []);
    this.paint();
    // Another width shows the whole again; who has looked closer may do so again.
    new ResizeObserver(() => this.chart.timeScale().fitContent()).observe(root);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.paint();
      if (this.data) this.show_markers(this.data);
      this.lines_key = "";
      this.levels(this.positions);
    });
  }

  private paint(): void {
    const grid = { color: color("--grid") };
    this.chart.applyOptions({
      layout: { background: { color: "transparent" }, textColor: color("--soft") },
      grid: { vertLines: grid, horzLines: grid },
      rightPriceScale: { borderColor: color("--line") },
      timeScale: { borderColor: color("--line") },
    });
    const rise = color("--candle");
    const fall = color("--candle-down");
    this.series.applyOptions({
      upColor: rise,
      borderUpColor: rise,
      wickUpColor: rise,
      downColor: fall,
      borderDownColor: fall,
      wickDownColor: fall,
      priceLineColor: color("--accent"),
    });
  }

  // Room for the lines that are near; one far away would flatten the price.
  private with_lines({ minValue, maxValue }: AutoscaleRange): AutoscaleRange {
    const reach = Math.max(maxValue - minValue, maxValue * 0.004);
    const near = this.prices.filter((each) => each > minValue - reach && each < maxValue + reach);
    return { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) };
  }

  // All of it anew; `fit` shows the whole.
  set(data: Chart, tick: string, fit: boolean): void {
    this.data = data;
    this.interval = data.interval_seconds || 60;
    const places = decimals(tick);
    this.series.applyOptions({
      priceFormat: {
        type: "custom",
        formatter: (price: number) => exact(price.toFixed(places)),
        minMove: Number(tick) || 0.01,
      },
    });
    const candles = data.candles.map(([time, open, high, low, close]) => ({
      time: time as UTCTimestamp,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
    }));
    this.series.setData(candles);
    this.last = candles[candles.length - 1] ?? null;
    this.bars = candles.length;
    this.chart.applyOptions({ timeScale: { secondsVisible: this.interval < 60 } });
    this.show_markers(data);
    if (fit) this.chart.timeScale().fitContent();
  }

  private show_markers(data: Chart): void {
    // Fills of one kind within a bar are one mark.
    const marks = new Map<string, SeriesMarker<Time>>();
    for (const fill of data.fills) {
      const entry = fill.purpose === "Entry";
      const time = (Math.floor(fill.time / this.interval) * this.interval) as UTCTimestamp;
      marks.set(`${time} ${fill.side} ${entry ? fill.tranche : fill.purpose}`, {
        time,
        position: fill.side === "Buy" ? "belowBar" : "aboveBar",
        shape: fill.side === "Buy" ? "arrowUp" : "arrowDown",
        color: color(FILL_COLORS[fill.purpose] ?? "--warn"),
        text: fill.tranche > 0 ? String(fill.tranche) : "",
      });
    }
    this.markers.setMarkers([...marks.values()].sort((a, b) => Number(a.time) - Number(b.time)));
  }

  // It is to be read anew: a page that is open all day must not grow all day.
  get is_full(): boolean {
    return this.bars > MOST_BARS;
  }

  price(price: number, time: string): void {
    const at = Math.floor(Date.parse(time) / 1000 / this.interval) * this.interval;
    if (this.last && at < this.last.time) return;
    if (this.last && at === this.last.time) {
      this.last.high = Math.max(this.last.high, price);
      this.last.low = Math.min(this.last.low, price);
      this.last.close = price;
    } else {
      this.last = { time: at, open: price, high: price, low: price, close: price };
      this.bars += 1;
    }
    this.series.update({ ...this.last, time: this.last.time as UTCTimestamp });
  }

  // Average, targets and stops of what is open in this instrument.
  levels(positions: Position[]): void {
    this.positions = positions;
    const wanted: { price: string; name: string; color: string; style: LineStyle }[] = [];
    for (const position of positions) {
      if (position.average_entry) {
        wanted.push({ price: position.average_entry, name: "average", color: color("--soft"), style: LineStyle.Dashed });
      }
      for (const tranche of position.tranches) {
        const name = String(tranche.tranche);
        if (tranche.take_profit) {
          wanted.push({ price: tranche.take_profit, name: `target ${name}`, color: color("--good"), style: LineStyle.Dotted });
        }
        if (tranche.stop_loss) {
          wanted.push({ price: tranche.stop_loss, name: `stop ${name}`, color: color("--bad"), style: LineStyle.Dotted });
        }
      }
    }
    const key = JSON.stringify(wanted);
    if (key === this.lines_key) return;
    this.lines_key = key;
    for (const line of this.lines) this.series.removePriceLine(line);
    this.lines = wanted.map((each) =>
      this.series.createPriceLine({
        price: Number(each.price),
        color: each.color,
        lineWidth: 1,
        lineStyle: each.style,
        axisLabelVisible: true,
        axisLabelColor: color("--card"),
        axisLabelTextColor: each.color,
        title: each.name,
      }),
    );
    this.prices = wanted.map((each) => Number(each.price));
  }
}
