// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The dashboard: draws each snapshot that the server sends (dashboard_data.h says what is in it).
// Names come from models and are only ever set as text.
"use strict";

const HISTORY_MS = 5 * 60 * 1000;
const state = {model: "", version: "", window: "load", layer: "", source: null, last: null,
               history: [], traffic: []};

const byId = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// --- Numbers as people read them

const percent = (share) => {
  if (!Number.isFinite(share)) return "–";
  const shown = (100 * share).toFixed(1);
  // Only none is 0.0% and only all is 100.0%.
  if (shown === "0.0" && share > 0) return "<0.1%";
  if (shown === "100.0" && share < 1) return ">99.9%";
  return shown + "%";
};

function count(value) {
  const units = ["", " k", " M", " G", " T", " P"];
  let power = 0;
  while (value >= 999.5 && power < units.length - 1) { value /= 1000; ++power; }
  return (power === 0 && Number.isInteger(value) ? value : value.toPrecision(3)) + units[power];
}

const bytes = (value) => count(value) + "B";

function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1e-3) return (1e6 * seconds).toFixed(0) + " µs";
  return seconds < 1 ? (1e3 * seconds).toPrecision(3) + " ms" : seconds.toPrecision(3) + " s";
}

const share = (part, whole) => (Number(whole) > 0 ? Number(part) / Number(whole) : NaN);

// --- Charts

const niceTop = (top) => {
  if (!(top > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(top));
  return [1, 2, 5, 10].map((step) => step * power).find((candidate) => candidate >= top);
};

// Lines over time: `series` of {name, style, points: [[time, value]]}.
function lineChart(host, series, format) {
  const width = 560, height = 170, left = 58, bottom = 22, top = 8;
  const all = series.flatMap((line) => line.points);
  if (all.length < 2) return host.replaceChildren(element("p", {class: "quiet"}, "Waiting for figures."));
  const end = Math.max(...all.map((p) => p[0])), begin = Math.min(end - 60000, ...all.map((p) => p[0]));
  const high = niceTop(Math.max(...all.map((p) => p[1]).filter(Number.isFinite), 0));
  const x = (time) => left + (width - left - 4) * (time - begin) / (end - begin);
  const y = (value) => top + (height - top - bottom) * (1 - value / high);
  const chart = svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": series.map((line) => `${line.name}: ${format(line.points.at(-1)?.[1])}`).join(", ")});
  for (const part of [0, 0.5, 1]) {
    chart.append(svg("line", {class: "grid", x1: left, x2: width, y1: y(part * high), y2: y(part * high)}));
    const label = svg("text", {x: left - 6, y: y(part * high) + 4, "text-anchor": "end"});
    label.textContent = format(part * high);
    chart.append(label);
  }
  for (const [time, anchor] of [[begin, "start"], [end, "end"]]) {
    const label = svg("text", {x: x(time), y: height - 5, "text-anchor": anchor});
    label.textContent = time === end ? "now" : `${Math.round((end - begin) / 1000)} s ago`;
    chart.append(label);
  }
  for (const line of series) {
    let path = "", pen = "M";
    for (const [time, value] of line.points) {
      if (!Number.isFinite(value)) { pen = "M"; continue; }
      path += `${pen}${x(time).toFixed(1)} ${y(Math.min(value, high)).toFixed(1)}`;
      pen = "L";
    }
    chart.append(svg("path", {class: `curve ${line.style}`, d: path}));
  }
  const parts = [chart];
  if (series.length > 1) {
    parts.push(element("div", {class: "legend"}, ...series.map((line) => element("span", {},
      element("i", {style: `background: var(--${line.style === "a" ? "blue" : "orange"})`}), line.name))));
  }
  host.replaceChildren(...parts);
}

function sparkline(points) {
  const chart = svg("svg", {class: "spark", viewBox: "0 0 110 22", "aria-hidden": "true"});
  const known = points.filter((value) => Number.isFinite(value));
  if (known.length < 2) return chart;
  const low = Math.min(...known), span = Math.max(Math.max(...known) - low, 0.01);
  const path = known.map((value, i) => `${i ? "L" : "M"}${(110 * i / (known.length - 1)).toFixed(1)} ` +
    `${(20 - 18 * (value - low) / span).toFixed(1)}`).join("");
  chart.append(svg("path", {class: "curve a", d: path}));
  return chart;
}

function bar(value, label) {
  return element("div", {class: "bar", role: "img", "aria-label": label},
    element("i", {style: `width:${(100 * (Number.isFinite(value) ? value : 0)).toFixed(2)}%`}));
}

function histogram(host, bins, marks) {
  const shown = 64, group = bins.length / shown, width = 560, height = 170, bottom = 22;
  const grouped = Array.from({length: shown}, (_, i) =>
    bins.slice(i * group, (i + 1) * group).reduce((sum, n) => sum + Number(n), 0));
  const high = Math.max(...grouped);
  if (!(high > 0)) return host.replaceChildren(element("p", {class: "quiet"}, "No samples in this window."));
  const chart = svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": "Number of samples by sparsity"});
  grouped.forEach((value, i) => {
    const tall = (height - bottom - 6) * value / high;
    chart.append(svg("rect", {class: "bars", x: i * width / shown, width: width / shown - 1,
      y: height - bottom - tall, height: tall}));
  });
  for (const mark of marks) {
    chart.append(svg("line", {class: "mark", x1: mark * width, x2: mark * width, y1: 0, y2: height - bottom}));
  }
  for (const [at, text, anchor] of [[0, "0%", "start"], [0.5, "50%", "middle"], [1, "100%", "end"]]) {
    const label = svg("text", {x: at * width, y: height - 5, "text-anchor": anchor});
    label.textContent = text;
    chart.append(label);
  }
  host.replaceChildren(chart);
}

// --- Parts of the page

function quantile(latency, before, q) {
  const counts = latency.counts.map((n, i) => n - (before.counts[i] ?? 0));
  const total = counts.at(-1);
  if (!(total > 0)) return NaN;
  const bucket = counts.findIndex((n) => n >= q * total);
  const low = bucket > 0 ? latency.bounds[bucket - 1] : 0;
  const high = latency.bounds[bucket] ?? latency.bounds.at(-1);
  const below = bucket > 0 ? counts[bucket - 1] : 0;
  return low + (high - low) * (q * total - below) / (counts[bucket] - below);
}

// Rates over the last few seconds; nothing across a restart of the server.
function drawTraffic(snapshot) {
  const now = {time: snapshot.time_ms, ...snapshot.traffic};
  const newest = state.traffic.at(-1);
  if (newest && (now.samples < newest.samples || now.requests < newest.requests)) state.traffic = [];
  state.traffic.push(now);
  while (now.time - state.traffic[0].time > 10000) state.traffic.shift();
  const first = state.traffic[0], seconds = (now.time - first.time) / 1000;
  const rate = (name) => (seconds > 0 ? (now[name] - first[name]) / seconds : NaN);
  const perSecond = (value) => (Number.isFinite(value) ? `${count(Number(value.toPrecision(3)))}/s` : "–");
  const p50 = quantile(now.latency, first.latency, 0.5), p99 = quantile(now.latency, first.latency, 0.99);
  byId("requests-rate").textContent = perSecond(rate("requests"));
  byId("requests-errors").textContent = `${count(now.requests)} in all, ${count(now.errors)} failed`;
  byId("samples-rate").textContent = perSecond(rate("samples"));
  byId("samples-total").textContent = `${count(now.samples)} in all`;
  byId("latency-p50").textContent = duration(p50);
  byId("latency-p99").textContent = Number.isFinite(p99) ? `p99 ${duration(p99)}` : "no calls now";
  byId("lanes-busy").textContent = `${snapshot.lanes.busy} of ${snapshot.lanes.lanes}`;
  byId("queued").textContent = `${snapshot.lanes.queued} waiting`;
  return {samples: rate("samples"), p50, p99};
}

function drawHistory(snapshot, rates) {
  const layers = {};
  for (const layer of snapshot.sparsity?.layers ?? []) layers[layer.name] = share(layer.inactive, layer.elements);
  state.history.push({time: snapshot.time_ms, ...rates, layers});
  while (snapshot.time_ms - state.history[0].time > HISTORY_MS) state.history.shift();
  const line = (name) => state.history.map((entry) => [entry.time, entry[name]]);
  lineChart(byId("throughput-chart"), [{name: "samples per second", style: "a", points: line("samples")}],
    (value) => (Number.isFinite(value) ? count(value) : "–"));
  lineChart(byId("latency-chart"), [{name: "p50", style: "a", points: line("p50")},
    {name: "p99", style: "b", points: line("p99")}], duration);
}

function replaceRows(table, rows) {
  byId(table).tBodies[0].replaceChildren(...rows);
}

function cells(...values) {
  return values.map((value) => (value instanceof HTMLTableCellElement ? value :
    element("td", typeof value === "number" ? {class: "number"} : {}, String(value))));
}

const numberCell = (text) => element("td", {class: "number"}, text);

function drawLayers(snapshot) {
  const layers = snapshot.sparsity?.layers ?? [];
  const dead = new Map((snapshot.dead?.layers ?? []).map((layer) => [layer.layer, layer]));
  const drift = new Map((snapshot.drift?.layers ?? []).map((layer) => [layer.name, layer]));
  byId("layers-empty").hidden = layers.some((layer) => Number(layer.samples) > 0);
  const focused = document.activeElement?.dataset?.layer;
  replaceRows("layers", layers.map((layer) => {
    const value = share(layer.inactive, layer.elements);
    const channels = dead.get(layer.name), moved = drift.get(layer.name);
    const button = element("button", {class: "layer", type: "button", "data-layer": layer.name,
      "aria-pressed": String(layer.name === state.layer)}, layer.name, element("small", {}, layer.operator));
    button.addEventListener("click", () => { state.layer = layer.name; connect(); });
    const driftCell = element("td", {class: moved?.drifting ? "bad" : moved?.measured ? "good" : "quiet"},
      moved?.measured ? `${moved.drifting ? "drifts" : "steady"} ${moved.distance.toFixed(2)}` : "–");
    const row = element("tr", {class: layer.name === state.layer ? "chosen" : null, "data-row": layer.name},
      element("td", {}, button), element("td", {}, bar(value, `${layer.name}: ${percent(value)} inactive`)),
      numberCell(percent(value)),
      element("td", {}, sparkline(state.history.map((entry) => entry.layers[layer.name]))),
      numberCell(Number(layer.samples) > 0 ? `${(100 * layer.mean).toFixed(1)} ± ${(100 * layer.standard_deviation).toFixed(1)}` : "–"),
      numberCell(channels?.judged ? `${channels.dead} of ${channels.channels}` : "–"), driftCell);
    row.children[2].dataset.inactive = layer.inactive;
    row.children[2].dataset.elements = layer.elements;
    return row;
  }));
  if (focused) document.querySelector(`button[data-layer="${CSS.escape(focused)}"]`)?.focus();
  const sum = (name) => layers.reduce((total, layer) => total + Number(layer[name]), 0);
  byId("model-sparsity").textContent = percent(share(sum("inactive"), sum("elements")));
  byId("model-samples").textContent = `${count(Number(layers[0]?.samples ?? 0))} samples, ${layers.length} layers`;
}

function drawChannels(snapshot) {
  const layer = snapshot.channels?.layers?.[0];
  byId("channels-layer").textContent = layer ? layer.name : "choose a layer above";
  if (!layer) return byId("channels").replaceChildren();
  const {inactive, active_samples: active, elements_per_channel: whole} = layer.channels;
  const host = byId("channels");
  const at = Math.min(Number(host.dataset.at ?? 0), inactive.length - 1);
  host.style.setProperty("--cell", inactive.length > 512 ? "9px" : inactive.length > 128 ? "13px" : "22px");
  host.replaceChildren(...inactive.map((value, i) => {
    const silent = Number(active[i]) === 0 && Number(layer.channels.samples) > 0;
    return element("span", {class: [silent && "dead", i === at && "at"].filter(Boolean).join(" "),
      style: `--share:${share(value, whole) || 0}`,
      title: `channel ${i}: ${percent(share(value, whole))} inactive`});
  }));
  host.onkeydown = (event) => {
    const columns = getComputedStyle(host).gridTemplateColumns.split(" ").length;
    const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key];
    if (!step) return;
    event.preventDefault();
    host.dataset.at = Math.max(0, Math.min(inactive.length - 1, Number(host.dataset.at ?? 0) + step));
    drawChannels(state.last);
  };
  if (inactive.length) {
    byId("channel-detail").textContent = `Channel ${at} of ${inactive.length}: ` +
      `${percent(share(inactive[at], whole))} inactive, active in ${active[at]} of ${layer.channels.samples} samples.`;
  }
  const drift = (snapshot.drift?.layers ?? []).find((entry) => entry.name === layer.name);
  histogram(byId("distribution"), layer.distribution, [drift?.baseline_mean].filter(Number.isFinite));
}

function drawAlarms(snapshot) {
  const channels = snapshot.dead?.channels ?? [], dead = channels.filter((channel) => channel.dead);
  const judged = (snapshot.dead?.layers ?? []).some((layer) => layer.judged);
  replaceRows("dead", channels.slice(0, 500).map((channel) => element("tr", {}, ...cells(channel.layer, channel.channel,
    element("td", {class: channel.dead ? "bad" : null}, channel.dead ? "dead" : "rarely active"),
    numberCell(`${channel.active_samples} of ${channel.samples}`)))));
  byId("dead-note").textContent = !judged ? "Judged after 100 samples." :
    channels.length === 0 ? "None: every channel is active in at least 1% of the samples." :
    channels.length > 500 ? `The first 500 of ${channels.length}.` : "Since load.";
  byId("dead-count").textContent = judged ? String(dead.length) : "–";
  byId("dead-count").className = dead.length ? "bad" : "";
  byId("dead-rare").textContent = judged ? `${channels.length - dead.length} rarely active` : "after 100 samples";
  const moved = (snapshot.drift?.layers ?? []).filter((layer) => layer.drifting);
  byId("drift-count").textContent = snapshot.drift ? (moved.length ? `${moved.length} layers` : "none") : "–";
  byId("drift-count").className = moved.length ? "bad" : "";
  byId("drift-note").textContent = snapshot.drift ? "last 10 min against baseline" : "no baseline set";
  byId("alarm").hidden = moved.length === 0;
  byId("alarm").textContent = moved.length === 0 ? "" : `${snapshot.model} drifts: the last 10 minutes differ from its ` +
    `baseline in ${moved.length} of ${snapshot.drift.layers.length} layers, most in ` +
    `${moved.reduce((a, b) => (b.distance > a.distance ? b : a)).name}.`;
}

function drawWork(snapshot) {
  const work = snapshot.sparsity?.work;
  if (!work) return;
  const part = share(work.skippable_macs, work.macs);
  byId("skippable").textContent = percent(part);
  byId("skippable-macs").textContent = `${count(Number(work.skippable_macs))} of ${count(Number(work.macs))} MACs`;
  replaceRows("work", work.layers.map((layer) => {
    const value = share(layer.skippable_macs, layer.macs);
    return element("tr", {}, element("td", {}, layer.name),
      element("td", {}, bar(value, `${layer.name}: ${percent(value)} skippable`)),
      numberCell(`${percent(value)} of ${count(Number(layer.macs))}`));
  }));
  byId("work-note").textContent = `Zero compression would save ${bytes(Number(work.memory.saved_bytes))} of ` +
    `${bytes(Number(work.memory.dense_bytes))} of activations a sample.`;
}

function drawModels(snapshot) {
  replaceRows("models", snapshot.models.map((model) => element("tr", {}, ...cells(model.name, numberCell(model.version),
    element("td", {class: model.ready ? "good" : "bad"}, model.ready ? "ready" : `not ready: ${model.reason}`),
    numberCell(model.layers ?? "–"), numberCell(model.ready ? duration(model.load_seconds) : "–")))));
  const select = byId("model");
  const key = (model) => `${model.name} ${model.version}`;
  const names = snapshot.models.filter((model) => model.ready).map(key);
  if (names.join("\n") !== [...select.options].map((option) => option.value).join("\n")) {
    select.replaceChildren(...names.map((name) => element("option", {value: name}, name)));
  }
  if (snapshot.model) select.value = `${snapshot.model} ${snapshot.version}`;
}

// --- Snapshots

function status(text, kind) {
  byId("status").textContent = text;
  byId("status").className = `pill ${kind}`;
}

function draw(snapshot) {
  state.last = snapshot;
  status(snapshot.ready ? "ready" : "not ready", snapshot.ready ? "good" : "bad");
  drawModels(snapshot);
  drawHistory(snapshot, drawTraffic(snapshot));
  drawLayers(snapshot);
  drawChannels(snapshot);
  drawAlarms(snapshot);
  drawWork(snapshot);
  if (!state.layer && snapshot.sparsity?.layers?.length) {
    state.layer = snapshot.sparsity.layers[0].name;
    connect();
  }
}

function connect() {
  state.source?.close();
  const query = new URLSearchParams({model: state.model, version: state.version, window: state.window, layer: state.layer});
  state.source = new EventSource(`api/events?${query}`);
  state.source.onmessage = (event) => draw(JSON.parse(event.data));
  state.source.addEventListener("problem", (event) => {
    status(JSON.parse(event.data).error, "bad");
    // A layer or model that is gone: begin again with what there is.
    state.model = state.version = state.layer = "";
    setTimeout(connect, 2000);
    state.source.close();
  });
  state.source.onerror = () => {
    status("no connection, trying again", "bad");
    // The browser tries again by itself, except after an answer that was no stream.
    if (state.source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
}

byId("model").addEventListener("change", (event) => {
  const at = event.target.value.lastIndexOf(" ");
  state.model = event.target.value.slice(0, at);
  state.version = event.target.value.slice(at + 1);
  state.layer = "";
  state.history = [];
  connect();
});
byId("window").addEventListener("change", (event) => {
  state.window = event.target.value;
  state.history = [];
  connect();
});
connect();
