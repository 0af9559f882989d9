"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const P = D.parameters,
  F = D.figures,
  trials = D.trials;
const pick = (id) => document.getElementById(id);
const sign = D.maximize ? 1 : -1;
// A trial is [number, point, objective, figures]. Figure -1 is the objective.
const figureOf = (t, f) => (f < 0 ? t[2] : t[3][f]);
const figureName = (f) => (f < 0 ? D.objective : F[f][0]);
const figureUnit = (f) => (f < 0 ? "" : F[f][1]);
const shortKey = (key) => key.replace(/^[a-z]+\./, "");
const escape = (s) =>
  String(s).replace(
    /[&<>"]/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c],
  );
function fmt(v) {
  if (v === null || v === undefined || !isFinite(v)) return "-";
  const size = Math.abs(v);
  const places = Number.isInteger(v) ? 0 : size >= 100 ? 2 : size >= 1 ? 3 : 4;
  return v.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: places });
}
// Of the objective the better one is higher; of other figures higher is higher.
const goodness = (t, f) => {
  const v = figureOf(t, f);
  return v === null ? -Infinity : f < 0 ? sign * v : v;
};
function range(values) {
  let low = Infinity,
    high = -Infinity;
  for (const v of values)
    if (v !== null && isFinite(v)) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  return low > high ? [0, 0] : [low, high];
}
// Two ends of one colour, or two colours around zero when values lie on both sides of it.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
// Thin lines need a middle that is seen, and each side its full strength.
function scale(low, high, lines) {
  const signed = low < 0 && high > 0,
    most = Math.max(-low, high),
    end = (v) => (lines ? (v < 0 ? -low : high) : most);
  const mix = (a, b, share) => {
    const x = rgb(a),
      y = rgb(b);
    return x.map((c, i) => Math.round(c + (y[i] - c) * share));
  };
  const parts = signed
    ? [css("--minus"), css(lines ? "--linemiddle" : "--middle"), css("--plus")]
    : [css(lines ? "--linelow" : "--low"), css("--high")];
  const at = (v) => {
    if (signed) return mix(parts[1], v < 0 ? parts[0] : parts[2], Math.abs(v) / end(v));
    return mix(parts[0], parts[1], high > low ? (v - low) / (high - low) : 1);
  };
  return {
    color: (v) => (v === null ? "var(--line)" : "rgb(" + at(v).join(",") + ")"),
    ink: (v) => {
      const [r, g, b] = at(v);
      return r * 0.299 + g * 0.587 + b * 0.114 > 140 ? "#16181c" : "#ffffff";
    },
    stops: signed ? [low, 0, high] : [low, high],
  };
}
function legend(id, s, name, unit) {
  const colors = s.stops.map(s.color);
  pick(id).innerHTML =
    escape(name) +
    (unit ? " (" + escape(unit) + ")" : "") +
    ": " +
    fmt(s.stops[0]) +
    `<i style="background:linear-gradient(90deg,${colors.join(",")})"></i>` +
    fmt(s.stops[s.stops.length - 1]);
}
function options(id, entries, chosen) {
  pick(id).innerHTML = entries
    .map(
      ([value, text]) =>
        `<option value="${value}"${value === chosen ? " selected" : ""}>${escape(text)}</option>`,
    )
    .join("");
}
const figureChoices = [[-1, "objective: " + D.objective]].concat(
  F.map((f, i) => [i, f[0]]).filter(([i]) => trials.some((t) => t[3][i] !== null)),
);
// ---- The heat map.
const varied = P.map((p, i) => i).filter((i) => P[i].values.length > 1);
function heat() {
  const x = +pick("heatx").value,
    y = +pick("heaty").value,
    f = +pick("heatf").value,
    how = pick("heata").value;
  const cells = new Map();
  for (const t of trials) {
    const v = figureOf(t, f);
    if (v === null) continue;
    const key = t[1][x] + "," + (y < 0 ? 0 : t[1][y]);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push([v, t]);
  }
  const orient = f < 0 ? sign : 1,
    values = new Map();
  for (const [key, list] of cells) {
    list.sort((a, b) => orient * (b[0] - a[0]));
    values.set(
      key,
      how === "mean"
        ? list.reduce((s, e) => s + e[0], 0) / list.length
        : list[how === "best" ? 0 : list.length - 1][0],
    );
  }
  const s = scale(...range(values.values())),
    xs = P[x].values,
    ys = y < 0 ? [""] : P[y].values;
  const label = Math.min(140, 12 + 7.2 * Math.max(...ys.map((v) => v.length), 3)) + 18;
  const w = Math.max(14, Math.min(110, (960 - label) / xs.length)),
    h = Math.max(14, Math.min(40, 560 / ys.length));
  const width = label + w * xs.length + 8,
    height = h * ys.length + 52;
  let out = "";
  ys.forEach((yv, j) => {
    const top = (ys.length - 1 - j) * h;
    if (h >= 14 || j % 2 === 0)
      out += `<text x="${label - 8}" y="${top + h / 2 + 4}" text-anchor="end">${escape(yv)}</text>`;
    xs.forEach((xv, i) => {
      const key = i + "," + j,
        v = values.has(key) ? values.get(key) : null;
      const words =
        shortKey(P[x].key) +
        " " +
        xv +
        (y < 0 ? "" : ", " + shortKey(P[y].key) + " " + yv) +
        ": " +
        (v === null ? "no trial" : fmt(v) + " (" + cells.get(key).length + " trials)");
      const isBest = (cells.get(key) || []).some((e) => e[1][0] === D.best);
      out +=
        `<rect x="${label + i * w}" y="${top}" width="${w - 1}" height="${h - 1}" rx="3" fill="${s.color(v)}"` +
        `${v === null ? ' fill-opacity=".5"' : ""}><title>${escape(words)}</title></rect>`;
      const text =
        v === null ? "" : fmt(Math.abs(v) >= 100 ? Math.round(v) : Math.round(v * 100) / 100);
      if (v !== null && h >= 18 && text.length * 6.8 < w - 4)
        out +=
          `<text x="${label + i * w + w / 2}" y="${top + h / 2 + 4}"` +
          ` text-anchor="middle" pointer-events="none" style="fill:${s.ink(v)}">${text}</text>`;
      if (isBest)
        out += `<rect class="bestmark" x="${label + i * w + 1}" y="${top + 1}" width="${w - 3}" height="${h - 3}" rx="3" pointer-events="none"/>`;
    });
  });
  const every = Math.ceil((Math.max(...xs.map((v) => v.length)) * 7.2) / w);
  xs.forEach((xv, i) => {
    if (i % every === 0)
      out += `<text x="${label + i * w + w / 2}" y="${h * ys.length + 16}" text-anchor="middle">${escape(xv)}</text>`;
  });
  out += `<text class="name" x="${label + (w * xs.length) / 2}" y="${h * ys.length + 40}" text-anchor="middle">${escape(P[x].key)}</text>`;
  if (y >= 0)
    out += `<text class="name" transform="translate(12 ${(h * ys.length) / 2}) rotate(-90)" text-anchor="middle">${escape(shortKey(P[y].key))}</text>`;
  pick("heatchart").innerHTML =
    `<svg role="img" aria-label="heat map" viewBox="0 0 ${width} ${height}" style="max-width:${width}px;min-width:${Math.min(width, label + xs.length * 42)}px">${out}</svg>`;
  legend("heatlegend", s, how + " " + figureName(f), figureUnit(f));
}

// ---- Parallel coordinates.
function parallel() {
  const f = +pick("parallelf").value,
    share = +pick("parallels").value;
  pick("parallelshare").textContent = share + " %";
  const axes = varied,
    width = Math.max(960, axes.length * 130 + 160),
    top = 34,
    bottom = 300;
  const sorted = trials
    .filter((t) => figureOf(t, f) !== null)
    .sort((a, b) => goodness(b, f) - goodness(a, f));
  const shown = sorted.slice(
    0,
    Math.min(2000, Math.max(1, Math.ceil((sorted.length * share) / 100))),
  );
  const [low, high] = range(sorted.map((t) => figureOf(t, f))),
    s = scale(low, high, true);
  const columns = axes.length + 1,
    gap = (width - 180) / (columns - 1 || 1),
    at = (i) => 90 + i * gap;
  const place = (i, k) =>
    P[i].values.length < 2
      ? (top + bottom) / 2
      : bottom - (k / (P[i].values.length - 1)) * (bottom - top);
  const value = (v) =>
    high > low ? bottom - ((v - low) / (high - low)) * (bottom - top) : (top + bottom) / 2;
  let out = "";
  for (const t of shown.slice().reverse()) {
    const v = figureOf(t, f),
      points = axes
        .map((a, i) => at(i) + "," + place(a, t[1][a]))
        .concat([at(columns - 1) + "," + value(v)]);
    const words =
      "trial " +
      t[0] +
      ": " +
      axes.map((a) => shortKey(P[a].key) + " " + P[a].values[t[1][a]]).join(", ") +
      ", " +
      figureName(f) +
      " " +
      fmt(v);
    const best = t[0] === D.best;
    out +=
      `<polyline class="line" points="${points.join(" ")}" stroke="${best ? "var(--ink)" : s.color(v)}" ` +
      `style="${best ? "stroke-width:3" : "opacity:" + Math.max(0.25, Math.min(0.9, 60 / shown.length))}"><title>${escape(words)}</title></polyline>`;
  }
  axes.forEach((a, i) => {
    out +=
      `<line class="axis" x1="${at(i)}" x2="${at(i)}" y1="${top}" y2="${bottom}"/>` +
      `<text class="name" x="${at(i)}" y="${i % 2 && gap < 170 ? bottom + 36 : bottom + 20}" text-anchor="middle">${escape(shortKey(P[a].key))}</text>`;
    const values = P[a].values,
      every = Math.ceil(values.length / 12);
    values.forEach((v, k) => {
      if (k % every === 0)
        out += `<text x="${at(i) - 7}" y="${place(a, k) + 4}" text-anchor="end">${escape(v)}</text>`;
    });
  });
  out +=
    `<line class="axis" x1="${at(columns - 1)}" x2="${at(columns - 1)}" y1="${top}" y2="${bottom}"/>` +
    `<text class="name" x="${at(columns - 1)}" y="${bottom + 20}" text-anchor="middle">${escape(figureName(f))}</text>`;
  for (let k = 0; k <= 4; ++k) {
    const v = low + ((high - low) * k) / 4;
    out += `<text x="${at(columns - 1) + 7}" y="${value(v) + 4}">${fmt(v)}</text>`;
  }
  pick("parallelchart").innerHTML =
    `<svg role="img" aria-label="parallel coordinates" viewBox="0 0 ${width} ${bottom + 48}" style="min-width:${Math.min(width, 640)}px">${out}</svg>`;
  legend("parallellegend", s, figureName(f), figureUnit(f));
}

// ---- Neighbours: one step along one parameter, or the five nearest where there is no grid.
function neighbours() {
  const known = new Map(trials.map((t) => [t[1].join(","), t]));
  const judged = trials.filter((t) => t[2] !== null),
    list = [];
  let onGrid = 0;
  for (const t of judged) {
    const near = [];
    P.forEach((p, i) => {
      if (!p.ordered) return;
      for (const step of [-1, 1]) {
        const point = t[1].slice();
        point[i] += step;
        const other = known.get(point.join(","));
        if (other && other[2] !== null) near.push(other[2]);
      }
    });
    onGrid += near.length > 0;
    list.push([t, near]);
  }
  const sparse = onGrid * 2 < judged.length && judged.length > 6 && judged.length <= 3000;
  if (sparse)
    for (const entry of list) {
      const t = entry[0],
        away = (u) =>
          P.reduce(
            (s, p, i) =>
              s +
              (p.values.length < 2
                ? 0
                : p.ordered
                  ? Math.abs(t[1][i] - u[1][i]) / (p.values.length - 1)
                  : +(t[1][i] !== u[1][i])),
            0,
          );
      entry[1] = judged
        .filter((u) => u !== t)
        .map((u) => [away(u), u[2]])
        .sort((a, b) => a[0] - b[0])
        .slice(0, 5)
        .map((e) => e[1]);
    }
  const rows = list
    .filter((e) => e[1].length)
    .map(([t, near]) => ({
      t,
      own: t[2],
      count: near.length,
      mean: near.reduce((a, b) => a + b, 0) / near.length,
      worst: sign > 0 ? Math.min(...near) : Math.max(...near),
    }));
  pick("neighbourwords").textContent =
    rows.length === 0
      ? "No two trials are neighbours."
      : "Each dot is a trial: its own " +
        D.objective +
        ", and the mean of " +
        (sparse ? "the five trials nearest to it" : "the trials one step beside it") +
        ". A dot far " +
        (sign > 0 ? "below" : "above") +
        " the dashed line is a lonely peak: a small change of its parameters loses what it has. The firmest, " +
        "ranked by the worst among them and their neighbours, are marked and listed.";
  if (rows.length === 0) return;
  rows.forEach((r) => (r.firm = sign > 0 ? Math.min(r.own, r.worst) : Math.max(r.own, r.worst)));
  rows.sort((a, b) => sign * (b.firm - a.firm) || a.t[0] - b.t[0]);
  const top = new Set(rows.slice(0, 10).map((r) => r.t[0]));
  const [lowX, highX] = range(rows.map((r) => r.own)),
    [lowY, highY] = range(rows.map((r) => r.mean));
  const left = 84,
    right = 940,
    up = 12,
    down = 330;
  const x = (v) =>
    highX > lowX ? left + ((v - lowX) / (highX - lowX)) * (right - left) : (left + right) / 2;
  const y = (v) =>
    highY > lowY ? down - ((v - lowY) / (highY - lowY)) * (down - up) : (up + down) / 2;
  let out = "";
  for (let k = 0; k <= 4; ++k) {
    const a = lowX + ((highX - lowX) * k) / 4,
      b = lowY + ((highY - lowY) * k) / 4;
    out +=
      `<line class="axis" x1="${left}" x2="${right}" y1="${y(b)}" y2="${y(b)}"/><text x="${left - 8}" y="${y(b) + 4}" text-anchor="end">${fmt(b)}</text>` +
      `<text x="${x(a)}" y="${down + 20}" text-anchor="middle">${fmt(a)}</text>`;
  }
  const from = Math.max(lowX, lowY),
    to = Math.min(highX, highY);
  if (to > from)
    out += `<line class="same" x1="${x(from)}" y1="${y(from)}" x2="${x(to)}" y2="${y(to)}"/>`;
  for (const r of rows.slice().reverse())
    out += `<circle class="dot${top.has(r.t[0]) ? " top" : ""}" cx="${x(r.own)}" cy="${y(r.mean)}" r="${top.has(r.t[0]) ? 5 : 3.5}"><title>trial ${r.t[0]}: own ${fmt(r.own)}, neighbours ${fmt(r.mean)} on average, ${fmt(r.worst)} the worst</title></circle>`;
  const best = rows.find((r) => r.t[0] === D.best);
  if (best)
    out += `<circle class="bestmark" cx="${x(best.own)}" cy="${y(best.mean)}" r="8"><title>the best trial, ${D.best}</title></circle>`;
  out +=
    `<text class="name" x="${(left + right) / 2}" y="${down + 44}" text-anchor="middle">${escape(D.objective)} of the trial (ringed: the best)</text>` +
    `<text class="name" transform="translate(14 ${(up + down) / 2}) rotate(-90)" text-anchor="middle">mean of its neighbours</text>`;
  pick("neighbourchart").innerHTML =
    `<svg role="img" aria-label="trials against their neighbours" viewBox="0 0 960 ${down + 54}" style="min-width:520px">${out}</svg>`;
  pick("neighbourtable").innerHTML =
    "<table><tr><th>firmest</th>" +
    varied.map((i) => `<th class="n">${escape(shortKey(P[i].key))}</th>`).join("") +
    '<th class="n">own</th><th class="n">neighbours, mean</th><th class="n">worst</th></tr>' +
    rows
      .slice(0, 10)
      .map(
        (r) =>
          `<tr${r.t[0] === D.best ? ' class="best"' : ""}><td>trial ${r.t[0]}</td>` +
          varied.map((i) => `<td class="n">${escape(P[i].values[r.t[1][i]])}</td>`).join("") +
          `<td class="n">${fmt(r.own)}</td><td class="n">${fmt(r.mean)}</td><td class="n">${fmt(r.worst)}</td></tr>`,
      )
      .join("") +
    "</table>";
}

// ---- The table.
let sortBy = ["o"],
  ascending = !D.maximize,
  rowsShown = 50;
function table() {
  const main = ["net_pnl", "max_drawdown", "max_drawdown_pct", "trades", "win_pct", "fees"];
  const shown = figureChoices
    .slice(1)
    .filter(([i, name]) => pick("tablef").value === "all" || main.includes(name));
  const columns = [
    ["n", "trial"],
    ["o", D.objective],
  ].concat(
    P.map((p, i) => ["p" + i, shortKey(p.key)]),
    shown.map(([i, name]) => ["f" + i, name + (F[i][1] === "%" ? " %" : "")]),
  );
  if (main.includes(D.objective))
    columns.splice(
      columns.findIndex((c) => c[0][0] === "f" && c[1] === D.objective),
      1,
    );
  const by = sortBy[0],
    key = (t) =>
      by === "n"
        ? t[0]
        : by === "o"
          ? t[2]
          : by[0] === "p"
            ? t[1][+by.slice(1)]
            : t[3][+by.slice(1)];
  const rows = trials.slice().sort((a, b) => {
    const u = key(a),
      v = key(b);
    if (u === null || v === null) return (u === null) - (v === null) || a[0] - b[0];
    return (ascending ? u - v : v - u) || a[0] - b[0];
  });
  const cell = (t, id) =>
    id === "n"
      ? t[0]
      : id === "o"
        ? fmt(t[2])
        : id[0] === "p"
          ? escape(P[+id.slice(1)].values[t[1][+id.slice(1)]])
          : fmt(t[3][+id.slice(1)]);
  const title = (id) =>
    id[0] === "f" ? F[+id.slice(1)][2] : id[0] === "p" ? P[+id.slice(1)].key : "";
  pick("table").innerHTML =
    "<thead><tr>" +
    columns
      .map(
        ([id, name]) =>
          `<th class="n"${id === by ? ` aria-sort="${ascending ? "ascending" : "descending"}"` : ""}>` +
          `<button type="button" data-id="${id}" title="${escape(title(id))}">${escape(name)}${id === by ? (ascending ? " \u25b2" : " \u25bc") : ""}</button></th>`,
      )
      .join("") +
    "</tr></thead><tbody>" +
    rows
      .slice(0, rowsShown)
      .map(
        (t) =>
          `<tr${t[0] === D.best ? ' class="best"' : ""}>` +
          columns.map(([id]) => `<td class="n">${cell(t, id)}</td>`).join("") +
          "</tr>",
      )
      .join("") +
    "</tbody>";
  pick("tablecount").textContent =
    Math.min(rowsShown, rows.length) + " of " + rows.length + " shown; a click on a heading sorts";
  pick("more").hidden = rowsShown >= rows.length;
}
pick("table").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (sortBy[0] === button.dataset.id) ascending = !ascending;
  else {
    sortBy = [button.dataset.id];
    ascending =
      button.dataset.id === "n" ||
      button.dataset.id[0] === "p" ||
      (button.dataset.id === "o" && !D.maximize);
  }
  table();
});
pick("more").addEventListener("click", () => {
  rowsShown *= 4;
  table();
});
pick("tablef").addEventListener("change", table);

function drawAll() {
  if (varied.length) {
    heat();
    parallel();
  }
  neighbours();
  table();
}
if (varied.length) {
  const places = varied.map((i) => [i, P[i].key]);
  options("heatx", places, varied[0]);
  options(
    "heaty",
    varied.length > 1 ? places : [[-1, "nothing"]],
    varied.length > 1 ? varied[1] : -1,
  );
  for (const id of ["heatf", "parallelf"]) options(id, figureChoices, -1);
  for (const id of ["heatx", "heaty", "heatf", "heata"]) pick(id).addEventListener("change", heat);
  for (const id of ["parallelf", "parallels"]) pick(id).addEventListener("input", parallel);
} else {
  pick("heat").hidden = pick("parallel").hidden = true;
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
drawAll();
