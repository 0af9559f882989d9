// How the HTML report looks: one column that fits a phone, light and dark by the reader's choice,
// in the colors of the dashboard.
#pragma once

#include <string_view>

namespace tranchet {

inline constexpr std::string_view kPageStyle = R"(
:root { color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --ink: #171a20; --soft: #656d7a; --line: #e2e5ea;
  --grid: #eef0f3; --accent: #2563c9; --band: #2563c926; --price: #7c8694; --shade: #7c869433;
  --fall: #c0322b; --fallfill: #c0322b26; --good: #0e7a44; --bad: #c0322b; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0e1115; --card: #161a20; --ink: #e6e8ec; --soft: #929ba8; --line: #262c35;
  --grid: #1d222a; --accent: #79aefc; --band: #79aefc26; --price: #8a94a3; --shade: #8a94a333;
  --fall: #ff7d73; --fallfill: #ff7d7326; --good: #45c486; --bad: #ff7d73; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { font-size: 26px; margin: 14px 0 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; font-weight: 650; margin: 0 0 12px; }
p { margin: 4px 0; }
.soft, caption, th { color: var(--soft); }
.brand { display: flex; align-items: center; gap: 9px; font-weight: 650; color: var(--soft); }
.rungs { display: grid; gap: 2px; width: 18px; }
.rungs i { height: 4px; width: 10px; border-radius: 1px; background: var(--soft); }
.rungs i:nth-child(1) { margin-left: 8px; background: var(--good); }
.rungs i:nth-child(2) { margin-left: 4px; background: var(--accent); }
.note { color: var(--soft); border-left: 3px solid var(--line); padding-left: 10px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 16px 18px; margin-top: 16px; min-width: 0; }
.pair { display: grid; gap: 0 16px; grid-template-columns: minmax(0, 3fr) minmax(0, 7fr); }
.net { font-size: 38px; font-weight: 680; margin: 14px 0 0; line-height: 1.15; }
.good { color: var(--good); } .bad { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px 18px;
  margin: 0; }
dt { color: var(--soft); font-size: 12px; } dd { margin: 0; font-size: 18px; font-weight: 620; }
dd small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
dd, td, .n, .net, .soft, svg text { font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: auto; } svg.narrow { display: none; }
svg text { fill: var(--soft); font-size: 12px; stroke: var(--card); stroke-width: 4px;
  paint-order: stroke; }
svg line, svg polyline, svg polygon { vector-effect: non-scaling-stroke; }
svg .grid { stroke: var(--grid); } svg .start { stroke: var(--soft); stroke-dasharray: 3 4; }
svg .equity { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .price { fill: none; stroke: var(--price); stroke-width: 1.3; stroke-linejoin: round; }
svg .band { fill: var(--band); } svg .shade { fill: var(--shade); }
svg .fall { fill: var(--fallfill); stroke: var(--fall); }
svg .mark { stroke: var(--card); stroke-width: 0.6; }
svg .enter { fill: var(--accent); } svg .gain { fill: var(--good); } svg .loss { fill: var(--bad); }
.legend { display: flex; gap: 4px 18px; flex-wrap: wrap; color: var(--soft); font-size: 13px;
  margin-top: 10px; }
.legend span[class]::before { content: ""; display: inline-block; width: 9px; height: 9px;
  border-radius: 2px; margin-right: 7px; background: var(--accent); }
.legend span.gain::before { background: var(--good); }
.legend span.loss::before { background: var(--bad); }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 9px 12px;
  align-items: center; }
.track i { display: block; height: 12px; min-width: 2px; background: var(--accent);
  border-radius: 0 3px 3px 0; }
.scroll { overflow-x: auto; max-height: 560px; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th:last-child, td:last-child { padding-right: 2px; } tr:last-child td { border-bottom: 0; }
th { font-weight: 500; position: sticky; top: 0; background: var(--card); }
td.n, th.n { text-align: right; }
th.n + th:not(.n), td.n + td:not(.n) { padding-left: 12px; }
td.path { white-space: normal; overflow-wrap: anywhere; min-width: 160px; }
table.pairs td:first-child { color: var(--soft); width: 150px; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px;
  overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 650; } details table { margin-top: 10px; }
@media (max-width: 760px) { .pair { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 560px) { main { padding: 16px 12px 40px; } section { padding: 14px 12px; }
  .net { font-size: 30px; } svg.wide { display: none; } svg.narrow { display: block; }
  svg text { font-size: 15px; } }
)";

}  // namespace tranchet
