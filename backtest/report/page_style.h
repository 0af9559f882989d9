// How the HTML report looks: one column that fits a phone, light and dark by the reader's choice.
#pragma once

#include <string_view>

namespace tranchet {

inline constexpr std::string_view kPageStyle = R"(
:root { color-scheme: light dark;
  --page: #f6f6f4; --card: #ffffff; --ink: #1d1f23; --soft: #666a73; --line: #e2e2de;
  --accent: #2563b8; --band: #2563b833; --fall: #c2410c; --fallfill: #c2410c33;
  --good: #15803d; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14161a; --card: #1d2026; --ink: #e8e9eb; --soft: #9a9fa9; --line: #30343c;
  --accent: #7ab0f5; --band: #7ab0f533; --fall: #fb923c; --fallfill: #fb923c33;
  --good: #4ade80; --bad: #f87171; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 12px; }
p { margin: 4px 0; }
.soft, caption, th { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 16px; margin-top: 16px; }
.net { font-size: 34px; font-weight: 650; margin: 12px 0 0; }
.good { color: var(--good); } .bad { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px 16px;
  margin: 0; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-size: 18px; font-weight: 600; }
dd small { display: block; font-size: 13px; font-weight: 400; color: var(--soft); }
dd, td.n, .n, svg text { font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 13px; stroke: var(--card); stroke-width: 4px;
  paint-order: stroke; }
svg line, svg polyline, svg polygon { vector-effect: non-scaling-stroke; }
svg .grid { stroke: var(--line); } svg .start { stroke: var(--soft); stroke-dasharray: 3 4; }
svg .equity { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .band { fill: var(--band); } svg .fall { fill: var(--fallfill); stroke: var(--fall); }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 8px 12px;
  align-items: center; }
.track i { display: block; height: 14px; min-width: 2px; background: var(--accent);
  border-radius: 0 4px 4px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { font-weight: 500; } td.n, th.n { text-align: right; }
td.path { white-space: normal; overflow-wrap: anywhere; min-width: 160px; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 600; }
@media (max-width: 560px) { .net { font-size: 28px; } svg text { font-size: 24px; } }
)";

}  // namespace tranchet
