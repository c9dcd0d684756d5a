// The report's behaviour. The data: `tests` and `attempts` are columns with one entry for each, times in microseconds from the run's start:
// name, file (place in `files`), outcome (a letter each), lane (place in `lanes`), lease, start, setup, call, teardown; and by place, only where there is
// something to say: attempt, details. Whatever comes from a test goes into the page as text, never as markup.
// Live (--serve-ui), the page has no data: /events tells where the run is, /data gives its rows in parts, and the views are made again from them,
// in place, so that whoever reads stays where he is.
"use strict";

const OUTCOMES = {f: "failed", e: "error", q: "quarantined", X: "xpassed", x: "xfailed", s: "skipped", p: "passed"};
const ROW = 26;
const $ = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-") || name === "role" || name === "for" || name === "scope") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function seconds(micros) {
  if (micros === 0) return "0";
  const s = micros / 1e6;
  if (s >= 100) return s.toFixed(0) + " s";
  if (s >= 0.1) return s.toFixed(2) + " s";
  return (s * 1000).toFixed(s >= 0.001 ? 1 : 3) + " ms";
}

async function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// ---- The run

const COLUMNS = ["name", "file", "lane", "lease", "start", "setup", "call", "teardown"];

// `more` are rows that follow those of `columns`.
function extend(columns, more) {
  const at = columns.name.length;
  for (const name of COLUMNS) for (const value of more[name]) columns[name].push(value);
  columns.outcome += more.outcome;
  for (const name of ["attempt", "details"]) {
    for (const [place, value] of Object.entries(more[name])) columns[name][at + Number(place)] = value;
  }
}

class Run {
  constructor(data) {
    this.data = data;
    this.count = 0;
    this.duration = [];
    this.ids = [];
    this.lower = [];
    this.attempts = 0;
    this.attemptsOf = new Map();
    this.index();
  }
  get about() { return this.data.about; }
  // It goes on: the last rows and the verdict are not there yet.
  get running() { return this.data.finished === false; }

  // The next part of the data.
  add(part) {
    for (const name of ["lanes", "about", "earlier", "finished"]) if (name in part) this.data[name] = part[name];
    for (const name of ["files", "collected"]) for (const value of part[name]) this.data[name].push(value);
    extend(this.data.tests, part.tests);
    extend(this.data.attempts, part.attempts);
    this.index();
  }

  // What is not in the columns, of the rows that are new.
  index() {
    const {files, tests, attempts} = this.data;
    for (; this.count < tests.name.length; ++this.count) {
      const i = this.count;
      this.duration.push(tests.setup[i] + tests.call[i] + tests.teardown[i]);
      const file = files[tests.file[i]];
      this.ids.push(tests.name[i] === file ? file : file + "::" + tests.name[i]);
      this.lower.push(this.ids[i].toLowerCase());
    }
    for (; this.attempts < attempts.name.length; ++this.attempts) {
      const id = files[attempts.file[this.attempts]] + "::" + attempts.name[this.attempts];
      if (!this.attemptsOf.has(id)) this.attemptsOf.set(id, []);
      this.attemptsOf.get(id).push(this.attempts);
    }
  }
  outcome(i) { return this.data.tests.outcome[i]; }
  attempt(i) { return this.data.tests.attempt[i] || 1; }
  flaky(i) { return this.attempt(i) > 1 && !"feq".includes(this.outcome(i)); }
  lane(i) { return this.data.lanes[this.data.tests.lane[i]]; }
  agent(i) { return agentOf(this.lane(i)); }
  quoted(i) {
    const id = this.ids[i].replace(/ \(\d+\)$/, "");
    return /^[\w./:-]+$/.test(id) ? id : "'" + id.replace(/'/g, "'\\''") + "'";
  }
  // Shell commands, each with what it does.
  commands(i) {
    const commands = [["command", "Run it again", "fastest-coordinator " + this.quoted(i)]];
    if ("feq".includes(this.outcome(i)) || this.attemptsOf.has(this.ids[i])) {
      commands.push(["replay", "Run all that its worker ran before it, too (EVENTS: what --report-json wrote)",
        "fastest-coordinator --replay EVENTS --until " + this.quoted(i)]);
    }
    return commands;
  }
}

const agentOf = (lane) => lane.slice(0, lane.lastIndexOf(" #"));

// ---- Tabs

const TABS = [["overview", "Overview"], ["tests", "Tests"], ["timeline", "Timeline"], ["files", "Files"], ["compare", "Compare"]];

function showTab(name, focus = false) {
  for (const [tab] of TABS) {
    const button = $("tab-" + tab);
    if (!button) continue;
    const chosen = tab === name;
    button.setAttribute("aria-selected", chosen);
    button.tabIndex = chosen ? 0 : -1;
    $("panel-" + tab).hidden = !chosen;
    if (chosen && focus) button.focus();
  }
  document.dispatchEvent(new CustomEvent("tab", {detail: name}));
}

function buildTabs() {
  const add = ([tab, title]) => $("tabs").append(element("button", {
    id: "tab-" + tab, type: "button", role: "tab", "aria-controls": "panel-" + tab, textContent: title,
    onclick: () => showTab(tab),
  }));
  TABS.filter(([tab]) => tab !== "compare").forEach(add);
  $("tabs").onkeydown = (event) => {
    const names = TABS.filter(([tab]) => $("tab-" + tab));
    const at = names.findIndex(([tab]) => $("tab-" + tab).getAttribute("aria-selected") === "true");
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (step) showTab(names[(at + step + names.length) % names.length][0], true);
    else if (event.key === "Home") showTab(names[0][0], true);
    else if (event.key === "End") showTab(names[names.length - 1][0], true);
    else return;
    event.preventDefault();
  };
  return add;
}

const shownTab = () => TABS.map(([tab]) => tab).find((tab) => !$("panel-" + tab).hidden);

// ---- Overview

function facts(pairs) {
  const list = element("dl", {className: "facts"});
  for (const [name, value] of pairs) {
    if (value !== "" && value !== null && value !== undefined) list.append(element("dt", {textContent: name}), element("dd", {textContent: value}));
  }
  return list;
}

function table(heads, rows) {
  const cell = (tag, [text, numeric]) => {
    const made = element(tag, {className: numeric ? "n" : ""}, text);
    if (tag === "th") made.setAttribute("scope", "col");
    return made;
  };
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((head) => cell("th", head)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((value, i) => cell("td", [value, heads[i][1]]))))));
}

function list(items) {
  return element("ul", {}, ...items.map((item) => element("li", {}, item)));
}

function buildTitle(run) {
  const about = run.about;
  const good = about.exit_code === 0;
  document.title = (run.running ? "Running: " : good ? "Passed: " : "Failed: ") + run.count + " tests";
  $("title").textContent = run.running ? "The run goes on" : good ? "All is well" : about.exit_code === 5 ? "No tests" : about.exit_code === 1 ? "Tests failed" : "The run did not go through";
  $("subtitle").textContent = new Date(about.started_at * 1000).toLocaleString() + " on " + about.hostname + (run.running ? "" : ", " + seconds(about.duration_s * 1e6));
}

function buildOverview(run, grid) {
  const panel = $("panel-overview");
  const about = run.about;
  panel.replaceChildren();
  const chips = element("ul", {className: "chips"});
  for (const [letter, name] of Object.entries(OUTCOMES)) {
    let count = 0;
    for (const c of run.data.tests.outcome) if (c === letter) ++count;
    if (count === 0) continue;
    chips.append(element("li", {}, element("button", {
      type: "button", className: "o-" + letter, name: "only-" + letter, textContent: count + " " + name,
      onclick: () => { showTab("tests", true); grid.only(letter); },
    })));
  }
  const flaky = [...Array(run.count).keys()].filter((i) => run.flaky(i));
  if (flaky.length) {
    chips.append(element("li", {}, element("button", {
      type: "button", className: "o-x", name: "only-flaky", textContent: flaky.length + " flaky",
      onclick: () => { showTab("tests", true); grid.onlyFlaky(); },
    })));
  }
  panel.append(chips);
  const timing = about.timing;
  const all = Math.max(timing.busy_s + timing.setup_s + timing.waiting_s + timing.tail_s, 1e-9);
  const percent = (value) => (100 * value / all).toFixed(0) + " %";
  panel.append(facts([
    ["exit code", run.running ? "" : String(about.exit_code)],
    ["stopped", about.stop_reason],
    ["where the time went", timing.workers ? `${timing.before_s.toFixed(2)} s until the first worker was ready, ${timing.tests_s.toFixed(2)} s until the last result; ` +
      `${timing.workers} workers: ${percent(timing.busy_s)} busy with tests, ${percent(timing.setup_s)} set-up, ${percent(timing.waiting_s)} waiting for work, ${percent(timing.tail_s)} tail` : ""],
    ["predicted", about.plan.measured ? about.plan.predicted_s.toFixed(2) + " s" : ""],
    ["collected whole", about.whole_reason],
    ["Python, pytest, Fastest", [about.python, about.pytest, about.version].join(", ")],
    ["root directory", about.rootdir],
    ["run", about.run_id],
  ]));

  const opener = (i) => element("button", {type: "button", name: run.ids[i], textContent: run.ids[i], onclick: () => grid.openId(run.ids[i])});
  const collected = run.data.collected.filter((report) => report.outcome === "failed");
  if (collected.length) {
    panel.append(element("h2", {textContent: "Files that could not be collected"}));
    for (const report of collected) panel.append(element("h3", {textContent: report.nodeid}), element("pre", {textContent: report.text}));
  }
  const failed = [...Array(run.count).keys()].filter((i) => "fe".includes(run.outcome(i)));
  if (failed.length) {
    panel.append(element("h2", {textContent: "Failures"}));
    const shown = failed.slice(0, 100);
    panel.append(list(shown.map((i) => element("span", {}, opener(i), " " + (messageOf(run, i) || "")))));
    if (failed.length > shown.length) panel.append(element("p", {textContent: `… and ${failed.length - shown.length} more`}));
    const texts = element("div", {className: "print-only"});
    for (const i of shown) texts.append(element("h3", {textContent: run.ids[i]}), ...detailText(run.data.tests.details[i]));
    panel.append(texts);
  }
  if (flaky.length) {
    panel.append(element("h2", {textContent: "Flaky"}), list(flaky.slice(0, 100).map((i) => element("span", {}, opener(i), ` passed at attempt ${run.attempt(i)}`))));
  }
  if (about.not_run.length) {
    panel.append(element("h2", {textContent: `Not run: ${about.not_run.length}`}), list(about.not_run.slice(0, 200).map(([name, why]) => name + ": " + why)));
  }
  if (about.problems.length) panel.append(element("h2", {textContent: "What does not add up"}), list(about.problems));
  if (about.notes.length) panel.append(element("h2", {textContent: "Notes"}), list(about.notes));
  const skipped = run.data.collected.filter((report) => report.outcome === "skipped");
  if (skipped.length) panel.append(element("h2", {textContent: "Files that skipped themselves"}), list(skipped.map((report) => report.nodeid + ": " + (report.reason || ""))));
  if (about.plugin_summary) panel.append(element("h2", {textContent: "What plugins said"}), element("pre", {textContent: about.plugin_summary}));
}

function messageOf(run, i) {
  const details = run.data.tests.details[i];
  for (const phase of (details && details.phases) || []) {
    if (phase.outcome === "failed" && (phase.message || phase.text)) return (phase.message || phase.text).split("\n")[0].slice(0, 300);
  }
  return details && details.death ? details.death.split("\n")[0] : "";
}

function detailText(details) {
  const parts = [];
  if (!details) return parts;
  if (details.quarantined) parts.push(element("p", {textContent: "Quarantined: " + details.quarantined}));
  if (details.label) parts.push(element("p", {textContent: "History says: " + details.label}));
  if (details.death) parts.push(element("h3", {textContent: details.reason}), element("pre", {textContent: details.death}));
  for (const phase of details.phases || []) {
    const title = [phase.when, phase.subtest, phase.outcome].filter(Boolean).join(" ");
    if (phase.text || phase.reason) parts.push(element("h3", {textContent: title}));
    if (phase.reason) parts.push(element("p", {textContent: phase.reason}));
    if (phase.text && phase.outcome !== "skipped") parts.push(element("pre", {textContent: phase.text}));
    for (const [name, content] of phase.sections || []) parts.push(element("h3", {textContent: name}), element("pre", {textContent: content}));
  }
  if (details.properties) parts.push(element("h3", {textContent: "Properties"}), facts(details.properties));
  return parts;
}

// ---- The table: only the rows that can be seen are in the page

class Grid {
  constructor() {
    this.active = -1;
    this.sortBy = null;
    this.descending = false;
    this.shown = [];
    this.rows = new Map();
    this.agents = new Set();
    this.columns = [
      ["outcome", "Outcome", (i) => Object.keys(OUTCOMES).indexOf(this.run.outcome(i))],
      ["test", "Test", null],
      ["duration", "Duration", (i) => this.run.duration[i]],
      ["agent", "Agent", (i) => this.run.data.tests.lane[i]],
      ["attempts", "Attempts", (i) => this.run.attempt(i)],
    ];
    this.buildHead();
    this.buildFilters();
    const grid = $("grid");
    grid.setAttribute("aria-colcount", this.columns.length);
    grid.addEventListener("scroll", () => this.draw(), {passive: true});
    new ResizeObserver(() => this.draw()).observe(grid);
    grid.addEventListener("keydown", (event) => this.key(event));
    $("detail").addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    document.addEventListener("tab", (event) => { if (event.detail === "tests") this.draw(); });
  }

  // The run, or what has become of it. An open test stays as it is: its result is its last.
  update(run) {
    const active = this.active >= 0 ? this.run.ids[this.shown[this.active]] : null;
    this.run = run;
    for (const [letter, check] of Object.entries(this.checks)) check.parentElement.hidden = !run.data.tests.outcome.includes(letter);
    for (const agent of new Set(run.data.lanes.map(agentOf))) {
      if (this.agents.has(agent)) continue;
      this.agents.add(agent);
      $("agent").append(element("option", {value: agent, textContent: agent}));
    }
    // Nobody wants to be told of each test that comes.
    $("shown").setAttribute("aria-live", run.running ? "off" : "polite");
    this.arrange();
    this.filter();
    const at = active === null ? -1 : this.shown.findIndex((i) => run.ids[i] === active);
    if (at >= 0) { this.active = at; this.draw(); }
  }

  buildHead() {
    this.heads = this.columns.map(([name, title], at) => {
      const head = element("div", {role: "columnheader", "aria-colindex": at + 1, "aria-sort": "none"},
        element("button", {type: "button", id: "sort-" + name, textContent: title, onclick: () => this.sort(at)}));
      $("grid-head").append(head);
      return head;
    });
  }

  buildFilters() {
    this.checks = {};
    for (const [letter, name] of Object.entries(OUTCOMES)) {
      const check = element("input", {type: "checkbox", id: "outcome-" + letter, onchange: () => this.filter()});
      this.checks[letter] = check;
      $("outcomes").append(element("label", {className: "o-" + letter}, check, " " + name));
    }
    $("search").addEventListener("input", () => this.filter());
    $("agent").addEventListener("change", () => this.filter());
    $("flaky").addEventListener("change", () => this.filter());
    $("filters").addEventListener("submit", (event) => event.preventDefault());
  }

  reset() {
    $("search").value = "";
    $("agent").value = "";
    $("flaky").checked = false;
    for (const check of Object.values(this.checks)) check.checked = false;
  }
  only(letter) { this.reset(); this.checks[letter].checked = true; this.filter(); }
  onlyFlaky() { this.reset(); $("flaky").checked = true; this.filter(); }

  sort(at) {
    this.descending = this.sortBy === at ? !this.descending : at === 2 || at === 4;
    this.sortBy = at;
    this.heads.forEach((head, i) => head.setAttribute("aria-sort", i !== at ? "none" : this.descending ? "descending" : "ascending"));
    this.arrange();
    this.filter();
  }

  arrange() {
    const key = this.sortBy === null ? null : this.columns[this.sortBy][2];
    this.order = [...Array(this.run.count).keys()];
    if (key) {
      const keys = Float64Array.from(this.order, key);
      this.order.sort((a, b) => keys[a] - keys[b] || a - b);
    }
    if (this.descending) this.order.reverse();
  }

  filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = Object.keys(this.checks).filter((letter) => this.checks[letter].checked).join("");
    const agent = $("agent").value;
    const flaky = $("flaky").checked;
    const run = this.run;
    this.shown = this.order.filter((i) =>
      (!outcomes || outcomes.includes(run.outcome(i))) && (!agent || run.agent(i) === agent) && (!flaky || run.flaky(i)) &&
      words.every((word) => run.lower[i].includes(word)));
    this.active = this.shown.length ? Math.min(Math.max(this.active, 0), this.shown.length - 1) : -1;
    $("shown").textContent = this.shown.length === run.count ? `${run.count} tests` : `${this.shown.length} of ${run.count} tests`;
    $("grid").setAttribute("aria-rowcount", this.shown.length + 1);
    $("grid-space").style.height = this.shown.length * ROW + "px";
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.draw();
  }

  draw() {
    const grid = $("grid");
    const head = $("grid-head").offsetHeight;
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - 5);
    const last = Math.min(this.shown.length, Math.ceil((grid.scrollTop + grid.clientHeight - head) / ROW) + 5);
    for (const [at, row] of this.rows) {
      if (at < first || at >= last) { row.remove(); this.rows.delete(at); }
    }
    for (let at = first; at < last; ++at) {
      if (!this.rows.has(at)) {
        const row = this.row(at);
        this.rows.set(at, row);
        $("grid-body").append(row);
      }
      this.rows.get(at).classList.toggle("active", at === this.active);
      this.rows.get(at).setAttribute("aria-selected", at === this.active);
    }
    if (this.active >= 0 && this.rows.has(this.active)) grid.setAttribute("aria-activedescendant", "row-" + this.active);
    else grid.removeAttribute("aria-activedescendant");
  }

  row(at) {
    const run = this.run;
    const i = this.shown[at];
    const letter = run.outcome(i);
    const cells = [OUTCOMES[letter], run.ids[i], seconds(run.duration[i]), run.agent(i), run.attempt(i) > 1 ? String(run.attempt(i)) : ""];
    const row = element("div", {className: "row", id: "row-" + at, role: "row", "aria-rowindex": at + 2,
      onclick: () => { this.active = at; this.draw(); this.show(i); }},
      ...cells.map((text, column) => element("div", {role: "gridcell", "aria-colindex": column + 1, textContent: text,
        className: column === 0 ? "o-" + letter : "", title: column === 1 ? text : ""})));
    row.style.top = at * ROW + "px";
    return row;
  }

  move(to) {
    if (!this.shown.length) return;
    this.active = Math.min(Math.max(to, 0), this.shown.length - 1);
    const grid = $("grid");
    const room = grid.clientHeight - $("grid-head").offsetHeight - ROW;
    const top = this.active * ROW;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top > grid.scrollTop + room) grid.scrollTop = top - room;
    this.draw();
  }

  key(event) {
    if (event.target !== $("grid")) return;
    const page = Math.max(1, Math.floor($("grid").clientHeight / ROW) - 2);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page};
    if (event.key in steps) this.move(this.active + steps[event.key]);
    else if (event.key === "Home") this.move(0);
    else if (event.key === "End") this.move(this.shown.length - 1);
    else if (event.key === "Enter" && this.active >= 0) { this.show(this.shown[this.active]); $("detail").focus(); }
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  // A test from elsewhere in the report.
  openId(id) {
    showTab("tests");
    this.open(this.run.ids.indexOf(id));
  }

  open(i) {
    // Of an attempt in a run that goes on, or was cut off, there may be no result yet.
    if (i < 0) return;
    let at = this.shown.indexOf(i);
    if (at < 0) { this.reset(); this.filter(); at = this.shown.indexOf(i); }
    this.move(at);
    this.show(i);
    $("detail").focus();
  }

  show(i) {
    const run = this.run;
    const tests = run.data.tests;
    const detail = $("detail");
    const details = tests.details[i];
    detail.replaceChildren(
      element("button", {type: "button", id: "close", textContent: "Close", onclick: () => this.close()}),
      element("h2", {textContent: run.ids[i]}),
      facts([
        ["outcome", OUTCOMES[run.outcome(i)] + (details && details.reason ? ` (${details.reason})` : "") + (run.flaky(i) ? ", flaky" : "")],
        ["duration", `${seconds(run.duration[i])}: set-up ${seconds(tests.setup[i])}, call ${seconds(tests.call[i])}, teardown ${seconds(tests.teardown[i])}`],
        ["where", run.lane(i)],
        ["began", "at " + seconds(tests.start[i])],
        ["attempt", String(run.attempt(i))],
      ]),
      ...run.commands(i).flatMap(([id, title, command]) => [
        element("h3", {textContent: title}),
        element("div", {className: "command"}, element("pre", {id, textContent: command}),
          element("button", {type: "button", textContent: "Copy", onclick: (event) => {
            navigator.clipboard.writeText(command).then(() => { event.target.textContent = "Copied"; }, () => { event.target.textContent = "Select it by hand"; });
          }}))]),
      ...detailText(details));
    for (const attempt of run.attemptsOf.get(run.ids[i]) || []) {
      detail.append(element("h3", {textContent: `Attempt ${run.data.attempts.attempt[attempt] || 1}: ${OUTCOMES[run.data.attempts.outcome[attempt]]}`}),
        ...detailText(run.data.attempts.details[attempt]));
    }
    detail.hidden = false;
    detail.scrollTop = 0;
  }

  close() {
    $("detail").hidden = true;
    $("grid").focus();
  }
}

// ---- The timeline

class Timeline {
  constructor(grid) {
    this.grid = grid;
    this.canvas = $("lanes");
    this.lanes = [];
    this.cursor = null;
    // All of it is seen, and will be as it grows.
    this.whole = true;
    this.listen();
  }

  // The run, or what has become of it.
  update(run) {
    const under = this.cursor ? this.cursorTest() : null;
    this.run = run;
    this.lanes = run.data.lanes.map(() => []);
    const add = (columns, final) => {
      columns.name.forEach((name, i) => {
        const length = columns.setup[i] + columns.call[i] + columns.teardown[i];
        this.lanes[columns.lane[i]].push({i, final, begin: columns.start[i], end: columns.start[i] + length, setup: columns.setup[i],
          outcome: columns.outcome[i], lease: columns.lease[i], name: run.data.files[columns.file[i]] + "::" + name});
      });
    };
    add(run.data.tests, true);
    add(run.data.attempts, false);
    this.batches = this.lanes.map((lane) => {
      lane.sort((a, b) => a.begin - b.begin);
      const batches = [];
      for (const test of lane) {
        const last = batches[batches.length - 1];
        if (last && last.lease === test.lease) { last.end = Math.max(last.end, test.end); ++last.tests; }
        else batches.push({lease: test.lease, begin: test.begin, end: test.end, tests: 1});
      }
      return batches;
    });
    this.end = Math.max(1, ...this.lanes.map((lane) => lane.reduce((end, test) => Math.max(end, test.end), 0)));
    this.begin = Math.min(this.end, ...this.lanes.filter((lane) => lane.length).map((lane) => lane[0].begin));
    this.floor = this.findFloor();
    this.critical = this.lanes.findIndex((lane) => lane.some((test) => test.end === this.end));
    this.cursor = null;
    this.lanes.forEach((lane, at) => {
      const again = under ? lane.findIndex((test) => test.name === under.name && test.begin === under.begin) : -1;
      if (again >= 0) this.cursor = {lane: at, at: again};
    });
    this.text();
    if (this.whole) this.all();
    else this.draw();
  }

  // No schedule is quicker than its longest test, nor than all work shared evenly.
  findFloor() {
    let work = 0;
    let longest = 0;
    for (const lane of this.lanes) for (const test of lane) { work += test.end - test.begin; longest = Math.max(longest, test.end - test.begin); }
    return this.begin + Math.max(longest, work / Math.max(1, this.lanes.filter((lane) => lane.length).length));
  }

  text() {
    const rows = this.run.data.lanes.map((name, at) => {
      const lane = this.lanes[at];
      let busy = 0;
      let setup = 0;
      for (const test of lane) { busy += test.end - test.begin - test.setup; setup += test.setup; }
      const last = lane.reduce((end, test) => Math.max(end, test.end), this.begin);
      const waiting = Math.max(0, last - this.begin - busy - setup);
      return [name + (at === this.critical ? " (critical path)" : ""), String(lane.length), seconds(busy), seconds(setup), seconds(waiting), seconds(this.end - last)];
    });
    $("lanes-text").replaceChildren(
      element("p", {textContent: `From the first test to the last: ${seconds(this.end - this.begin)}; no order of these tests on so many slots takes less than ${seconds(this.floor - this.begin)}.`}),
      table([["Slot", false], ["Tests", true], ["Busy", true], ["Set-up", true], ["Between tests", true], ["Tail", true]], rows));
    this.canvas.setAttribute("aria-label", `Timeline of ${this.lanes.length} slots; the table below says the same in numbers`);
  }

  listen() {
    document.addEventListener("tab", (event) => { if (event.detail === "timeline") this.draw(); });
    window.addEventListener("resize", () => this.draw());
    $("zoom-in").onclick = () => this.zoom(0.5);
    $("zoom-out").onclick = () => this.zoom(2);
    $("zoom-all").onclick = () => this.all();
    const canvas = this.canvas;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.timeAt(event.offsetX));
    }, {passive: false});
    let dragged = null;
    canvas.addEventListener("pointerdown", (event) => { dragged = {x: event.offsetX, from: this.from, to: this.to, moved: false}; canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointerup", (event) => {
      const click = dragged && !dragged.moved;
      dragged = null;
      const test = click ? this.at(event.offsetX, event.offsetY) : null;
      if (test) this.openTest(test);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (dragged) {
        const shift = (event.offsetX - dragged.x) / this.width() * (dragged.to - dragged.from);
        dragged.moved = dragged.moved || Math.abs(event.offsetX - dragged.x) > 3;
        this.view(dragged.from - shift, dragged.to - shift);
      } else {
        this.say(this.at(event.offsetX, event.offsetY));
      }
    });
    canvas.addEventListener("keydown", (event) => {
      const span = this.to - this.from;
      if (event.key === "+" || event.key === "=") this.zoom(0.5, this.cursorTime());
      else if (event.key === "-") this.zoom(2, this.cursorTime());
      else if (event.key === "0") this.all();
      else if (event.key === "PageDown") this.view(this.from + span / 2, this.to + span / 2);
      else if (event.key === "PageUp") this.view(this.from - span / 2, this.to - span / 2);
      else if (event.key.startsWith("Arrow")) this.step(event.key.slice(5));
      else if (event.key === "Enter" && this.cursor) this.openTest(this.cursorTest());
      else return;
      event.preventDefault();
    });
  }

  // The detail of a test has its earlier attempts too.
  openTest(test) { this.grid.openId(test.final ? this.run.ids[test.i] : test.name); }
  cursorTest() { return this.lanes[this.cursor.lane][this.cursor.at]; }
  cursorTime() { return this.cursor ? this.cursorTest().begin : undefined; }

  // From test to test along a lane, and from lane to lane.
  step(where) {
    const filled = this.lanes.map((lane, at) => at).filter((at) => this.lanes[at].length);
    if (!filled.length) return;
    if (!this.cursor) this.cursor = {lane: filled[0], at: 0};
    else if (where === "Right") this.cursor.at = Math.min(this.cursor.at + 1, this.lanes[this.cursor.lane].length - 1);
    else if (where === "Left") this.cursor.at = Math.max(this.cursor.at - 1, 0);
    else {
      const time = this.cursorTime();
      const next = filled[Math.min(Math.max(filled.indexOf(this.cursor.lane) + (where === "Down" ? 1 : -1), 0), filled.length - 1)];
      const lane = this.lanes[next];
      let at = 0;
      while (at + 1 < lane.length && lane[at + 1].begin <= time) ++at;
      this.cursor = {lane: next, at};
    }
    const test = this.cursorTest();
    const span = this.to - this.from;
    if (test.begin < this.from || test.end > this.to) this.view(test.begin - span / 4, test.begin + span * 3 / 4);
    this.say(test);
    this.draw();
  }

  all() {
    this.view(0, this.end * 1.02);
    this.whole = true;
  }
  zoom(factor, around = (this.from + this.to) / 2) {
    const span = Math.min(Math.max((this.to - this.from) * factor, 10), this.end * 1.02);
    const share = (around - this.from) / (this.to - this.from);
    this.view(around - span * share, around + span * (1 - share));
  }
  view(from, to) {
    this.whole = false;
    const span = to - from;
    this.from = Math.min(Math.max(from, 0), Math.max(0, this.end * 1.02 - span));
    this.to = this.from + span;
    this.canvas.dataset.from = this.from;
    this.canvas.dataset.to = this.to;
    this.draw();
  }

  laneHeight() { return Math.max(6, Math.min(28, 600 / Math.max(1, this.lanes.length))); }
  label() { return 110; }
  width() { return this.canvas.clientWidth - this.label(); }
  timeAt(x) { return this.from + (x - this.label()) / this.width() * (this.to - this.from); }

  at(x, y) {
    const lane = this.lanes[Math.floor((y - 20) / this.laneHeight())];
    if (!lane || x < this.label()) return null;
    const time = this.timeAt(x);
    const slack = (this.to - this.from) / this.width() * 2;
    let low = 0;
    let high = lane.length;
    while (low < high) { const middle = (low + high) >> 1; if (lane[middle].begin <= time) low = middle + 1; else high = middle; }
    for (const test of [lane[low - 1], lane[low]]) if (test && test.begin - slack <= time && time <= test.end + slack) return test;
    return null;
  }

  say(test) {
    $("hover").textContent = test ? `${test.name}: ${OUTCOMES[test.outcome]}${test.final ? "" : " (and run again)"}, ${seconds(test.end - test.begin)} from ${seconds(test.begin)} on, of it set-up ${seconds(test.setup)}` : "";
  }

  draw() {
    if ($("panel-timeline").hidden || !this.run) return;
    const canvas = this.canvas;
    const height = this.laneHeight();
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = this.lanes.length * height + 24 + "px";
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    const ink = canvas.getContext("2d");
    ink.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue("--" + name).trim();
    const colors = Object.fromEntries(["p", "f", "e", "s", "x", "X", "q", "batch", "line", "front", "dim", "floor", "back"].map((name) => [name, color(name)]));
    const x = (time) => this.label() + (time - this.from) / (this.to - this.from) * this.width();
    const right = canvas.clientWidth;
    ink.fillStyle = colors.back;
    ink.fillRect(0, 0, right, canvas.clientHeight);
    ink.font = "12px system-ui, sans-serif";
    ink.fillStyle = colors.dim;
    const unit = 10 ** Math.ceil(Math.log10((this.to - this.from) / 10));
    for (let time = Math.ceil(this.from / unit) * unit; time <= this.to; time += unit) {
      ink.fillStyle = colors.dim;
      ink.fillText(seconds(time), x(time) + 2, 12);
      ink.fillStyle = colors.line;
      ink.fillRect(x(time), 0, 1, canvas.clientHeight);
    }
    const hatch = document.createElement("canvas");
    hatch.width = hatch.height = 6;
    const lines = hatch.getContext("2d");
    lines.strokeStyle = colors.front;
    lines.beginPath();
    lines.moveTo(0, 6); lines.lineTo(6, 0);
    lines.stroke();
    const pattern = ink.createPattern(hatch, "repeat");
    this.lanes.forEach((lane, at) => {
      const top = 20 + at * height;
      ink.save();
      ink.beginPath();
      ink.rect(this.label(), top, this.width(), height);
      ink.clip();
      for (const batch of this.batches[at]) {
        if (batch.end < this.from || batch.begin > this.to) continue;
        ink.fillStyle = colors.batch;
        ink.fillRect(x(batch.begin), top + 1, Math.max(1, x(batch.end) - x(batch.begin)), height - 2);
        ink.strokeStyle = colors.line;
        ink.strokeRect(x(batch.begin), top + 1, Math.max(1, x(batch.end) - x(batch.begin)), height - 2);
      }
      // Many tests share a pixel: the worst of them is the one that is seen.
      let drawn = -1;
      let worst = -1;
      for (const test of lane) {
        if (test.end < this.from || test.begin > this.to) continue;
        const left = x(test.begin);
        const width = Math.max(1, x(test.end) - left);
        const rank = "pxsXqef".indexOf(test.outcome);
        if (width <= 1 && Math.floor(left) === drawn && rank <= worst) continue;
        drawn = Math.floor(left);
        worst = rank;
        ink.globalAlpha = test.final ? 1 : 0.55;
        ink.fillStyle = colors[test.outcome] || colors.dim;
        ink.fillRect(left, top + 3, width, height - 6);
        const setup = x(test.begin + test.setup) - left;
        if (setup > 2) { ink.globalAlpha = 0.6; ink.fillStyle = pattern; ink.fillRect(left, top + 3, setup, height - 6); }
      }
      ink.globalAlpha = 1;
      if (at === this.critical) { ink.fillStyle = colors.f; ink.fillRect(x(this.begin), top + height - 3, x(this.end) - x(this.begin), 3); }
      if (this.cursor && this.cursor.lane === at) {
        const test = this.cursorTest();
        ink.strokeStyle = colors.front;
        ink.lineWidth = 2;
        ink.strokeRect(x(test.begin) - 1, top + 2, Math.max(3, x(test.end) - x(test.begin) + 2), height - 4);
        ink.lineWidth = 1;
      }
      ink.restore();
      if (height >= 11) { ink.fillStyle = colors.front; ink.fillText(this.run.data.lanes[at].slice(-16), 4, top + height / 2 + 4); }
    });
    if (this.floor >= this.from && this.floor <= this.to) {
      ink.setLineDash([5, 4]);
      ink.strokeStyle = colors.floor;
      ink.beginPath();
      ink.moveTo(x(this.floor), 16); ink.lineTo(x(this.floor), canvas.clientHeight);
      ink.stroke();
      ink.setLineDash([]);
    }
  }
}

// ---- Files and comparison

function buildFiles(run) {
  const tests = run.data.tests;
  const files = run.data.files.map((name) => ({name, tests: 0, failed: 0, total: 0, setup: 0}));
  for (let i = 0; i < run.count; ++i) {
    const file = files[tests.file[i]];
    ++file.tests;
    file.failed += "fe".includes(run.outcome(i)) ? 1 : 0;
    file.total += run.duration[i];
    file.setup += tests.setup[i];
  }
  files.sort((a, b) => b.total - a.total);
  const most = Math.max(1, files.length ? files[0].total : 1);
  const shown = files.slice(0, 2000);
  const rows = shown.map((file) => {
    const bar = element("span", {className: "bar"});
    bar.style.width = 12 * file.total / most + "em";
    return [file.name, String(file.tests), String(file.failed), seconds(file.total), seconds(file.setup), bar];
  });
  $("panel-files").replaceChildren(table([["File", false], ["Tests", true], ["Failed", true], ["Time", true], ["Of it set-up", true], ["", false]], rows));
  if (files.length > shown.length) $("panel-files").append(element("p", {textContent: `… and ${files.length - shown.length} quicker files`}));
}

function buildCompare(run, grid) {
  const earlier = run.data.earlier;
  if (!earlier) return;
  const bad = (letter) => "fe".includes(letter);
  const groups = {"Newly failing": [], "Fixed": [], "Slower": [], "Faster": [], "New": [], "Gone": []};
  const here = new Set();
  for (let i = 0; i < run.count; ++i) {
    const id = run.ids[i];
    here.add(id);
    const before = earlier.tests[id];
    const entry = (text) => [element("button", {type: "button", textContent: id, onclick: () => grid.openId(id)}), text];
    if (!before) { groups["New"].push([0, entry(OUTCOMES[run.outcome(i)])]); continue; }
    if (bad(run.outcome(i)) && !bad(before[0])) groups["Newly failing"].push([0, entry("was " + OUTCOMES[before[0]])]);
    if (!bad(run.outcome(i)) && bad(before[0])) groups["Fixed"].push([0, entry("now " + OUTCOMES[run.outcome(i)])]);
    const change = run.duration[i] - before[1];
    // Less than a tenth of a second, or than half of it, is noise.
    if (Math.abs(change) < 1e5 || Math.abs(change) < Math.min(run.duration[i], before[1]) / 2) continue;
    groups[change > 0 ? "Slower" : "Faster"].push([-Math.abs(change), entry(`${seconds(before[1])} → ${seconds(run.duration[i])}`)]);
  }
  for (const id of Object.keys(earlier.tests)) if (!here.has(id)) groups["Gone"].push([0, [id, "was " + OUTCOMES[earlier.tests[id][0]]]]);
  const panel = $("panel-compare");
  panel.append(element("p", {textContent: "Compared with " + earlier.name}));
  for (const [title, entries] of Object.entries(groups)) {
    entries.sort((a, b) => a[0] - b[0]);
    panel.append(element("h2", {textContent: `${title}: ${entries.length}`}));
    if (entries.length) panel.append(table([["Test", false], ["", false]], entries.slice(0, 200).map(([, row]) => row)));
    if (entries.length > 200) panel.append(element("p", {textContent: `… and ${entries.length - 200} more`}));
  }
}

// ---- Light and dark

function buildTheme() {
  const root = document.documentElement;
  const button = $("theme");
  const set = (theme) => {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    document.dispatchEvent(new CustomEvent("tab", {detail: "timeline"}));
  };
  set(window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  button.onclick = () => set(root.dataset.theme === "dark" ? "light" : "dark");
}

// ---- All of it

// The parts of the page. What cannot be seen is made when it is.
class Views {
  constructor() {
    this.addTab = buildTabs();
    this.grid = new Grid();
    this.timeline = new Timeline(this.grid);
    this.builders = {
      overview: () => buildOverview(this.run, this.grid),
      tests: () => this.grid.update(this.run),
      timeline: () => this.timeline.update(this.run),
      files: () => buildFiles(this.run),
    };
    this.stale = new Set();
    document.addEventListener("tab", (event) => this.build(event.detail));
    window.addEventListener("beforeprint", () => this.build("overview"));
    buildTheme();
  }

  // Shows the run, or what has become of it.
  update(run) {
    const first = !this.run;
    this.run = run;
    buildTitle(run);
    this.stale = new Set(Object.keys(this.builders));
    if (run.data.earlier && !$("tab-compare")) {
      this.addTab(TABS.find(([tab]) => tab === "compare"));
      buildCompare(run, this.grid);
    }
    if (first) showTab("overview");
    else this.build(shownTab());
  }

  // Keeps what has the focus, where the page is scrolled to, and a selection: that, by building later.
  build(tab) {
    if (!this.stale.has(tab)) return;
    const panel = $("panel-" + tab);
    const selection = document.getSelection();
    const made = "overview files".includes(tab);
    if (made && this.run.running && !selection.isCollapsed && panel.contains(selection.anchorNode)) return;
    const {scrollX, scrollY} = window;
    const focused = made && panel.contains(document.activeElement) ? document.activeElement.name : "";
    this.stale.delete(tab);
    this.builders[tab]();
    if (focused) [...panel.querySelectorAll("button")].find((button) => button.name === focused)?.focus({preventScroll: true});
    window.scrollTo(scrollX, scrollY);
  }
}

// ---- Live

// How often the views are made again at most, of the time that it takes; and what is read aloud.
const BETWEEN_UPDATES = 1000;
const SHARE_OF_TIME = 10;
const BETWEEN_WORDS = 5000;

class Live {
  constructor() {
    this.token = new URLSearchParams(location.search).get("token");
    this.views = new Views();
    this.state = null;
    this.lost = false;
    this.over = false;
    this.busy = false;
    this.notBefore = 0;
    this.spoken = -BETWEEN_WORDS;
    // A click is a press and a release on the same thing.
    this.pressed = false;
    document.addEventListener("pointerdown", () => { this.pressed = true; });
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { this.pressed = false; });
    this.line = element("p", {id: "live-line"});
    this.progress = element("progress", {id: "live-progress", "aria-label": "Tests that have a result"});
    this.parts = [$("tabs").parentElement, document.querySelector("main")];
    for (const part of this.parts) part.hidden = true;
    this.status = element("p", {id: "live-status", role: "status", className: "unseen"});
    this.now = element("details", {id: "live-now", open: true}, element("summary", {textContent: "Running now"}), element("ul", {tabIndex: 0, "aria-label": "Running now"}));
    this.parts[0].before(element("section", {id: "live", "aria-label": "How the run goes"}, this.line, this.progress, this.now, this.status));
    this.forget();
    this.say();
    this.follow();
    setInterval(() => this.turn(), 250);
  }

  address(path, query = {}) {
    const words = new URLSearchParams(query);
    if (this.token) words.set("token", this.token);
    return path + "?" + words;
  }

  follow() {
    this.source = new EventSource(this.address("/events"));
    this.source.onmessage = (event) => this.told(JSON.parse(event.data));
    this.source.onerror = () => {
      if (this.over) return;
      this.lost = true;
      this.say();
      // Refused, the browser does not try again by itself.
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => { if (!this.over) this.follow(); }, 3000);
    };
  }

  told(state) {
    // Another run, at the same address.
    if (this.state && this.state.run && this.state.run !== state.run) { location.reload(); return; }
    this.state = state;
    this.toldAt = performance.now();
    this.lost = false;
    this.turn();
  }

  // Empty columns; from where on the rest is to be had.
  forget() {
    const columns = () => ({...Object.fromEntries(COLUMNS.map((name) => [name, []])), outcome: "", attempt: {}, details: {}});
    this.run = new Run({finished: false, lanes: [], files: [], collected: [], tests: columns(), attempts: columns()});
    this.next = {tests: 0, attempts: 0, files: 0, collected: 0};
    this.version = 0;
  }

  // Fetches what is new, if it is time for it, and shows it.
  async turn() {
    this.say();
    const state = this.state;
    if (!state || state.state === "waiting" || this.over || this.lost || this.busy || state.version <= this.version) return;
    // At the end the server waits, and not for long.
    if (state.state !== "finished" && (performance.now() < this.notBefore || this.pressed)) return;
    this.busy = true;
    const here = await this.fetch().then(() => true, () => false);
    this.busy = false;
    // If the run is gone, the events will tell.
    this.notBefore = performance.now() + BETWEEN_UPDATES;
    if (!here) return;
    const began = performance.now();
    for (const part of this.parts) part.hidden = false;
    this.views.update(this.run);
    document.body.dataset.ready = "true";
    if (!this.run.running) this.end();
    this.notBefore = Math.max(this.notBefore, performance.now() + SHARE_OF_TIME * (performance.now() - began));
    // Timers of a page that nobody sees are slow.
    if (this.state.state === "finished") this.turn();
  }

  // All that is new; fails if it cannot be had.
  async fetch() {
    let part;
    do {
      const {tests, ...others} = this.next;
      const query = {from: tests, ...others, page: this.state.page, ended: this.run.running ? 0 : 1};
      const answer = await fetch(this.address("/data", query), {cache: "no-store"});
      if (!answer.ok) throw new Error(answer.statusText);
      part = await answer.json();
      // At the end the tests come into pytest's order: this is the first part again.
      if (part.finished && this.run.running) {
        this.forget();
      }
      this.run.add(part);
      this.next = part.next;
    } while (!part.complete);
    this.version = part.version;
  }

  end() {
    this.over = true;
    this.lost = false;
    this.source.close();
    // The rows may have come before the word that they are the last.
    const counts = {};
    for (const letter of this.run.data.tests.outcome) counts[letter] = (counts[letter] || 0) + 1;
    this.state = {...this.state, state: "finished", tests: this.run.count, counts, elapsed: this.run.about.duration_s, running: 0, now: []};
    this.say();
  }

  // What has been said is said again only if it is another; aloud, now and then.
  say() {
    const state = this.state;
    const over = this.over;
    let text = "Waiting for the run";
    if (state) {
      const counts = Object.entries(OUTCOMES).filter(([letter]) => state.counts[letter]).map(([letter, name]) => state.counts[letter] + " " + name);
      const share = over ? `${state.tests} tests` : `${state.tests} of ${state.exact ? "" : "about "}${Math.max(state.expected, state.tests)} tests`;
      const passed = state.elapsed + (state.state === "running" && !this.lost ? (performance.now() - this.toldAt) / 1000 : 0);
      text = state.state === "waiting" ? "Waiting for the first worker" :
        `${over ? "The run is over" : "Running"}: ${share}${counts.length ? ", " + counts.join(", ") : ""}, ${passed.toFixed(0)} s`;
    }
    if (this.lost && state && state.state === "finished") text = "The run is over, and was gone before its last results were here. " + text;
    else if (this.lost) text = "The run was lost: its coordinator does not answer any more. What came until then stays here. " + text;
    const kind = this.lost ? "lost" : over ? "finished" : state ? state.state : "waiting";
    const changed = document.body.dataset.live !== kind;
    document.body.dataset.live = kind;
    if (this.line.textContent !== text) this.line.textContent = text;
    if (changed || performance.now() - this.spoken >= BETWEEN_WORDS) {
      this.spoken = performance.now();
      if (this.status.textContent !== text) this.status.textContent = text;
    }
    this.progress.hidden = over || !state;
    this.now.hidden = over || this.lost || !state || state.running === 0;
    if (!state) return;
    this.progress.max = Math.max(1, state.expected, state.tests);
    this.progress.value = state.tests;
    const since = (performance.now() - this.toldAt) / 1000;
    const lines = state.now.map(([lane, test, s]) => `${lane}: ${test}, ${(s + since).toFixed(0)} s`);
    if (state.running > lines.length) lines.push(`… and ${state.running - lines.length} more`);
    const shown = this.now.querySelector("ul");
    while (shown.children.length > lines.length) shown.lastChild.remove();
    lines.forEach((line, at) => {
      if (at === shown.children.length) shown.append(element("li", {}));
      if (shown.children[at].textContent !== line) shown.children[at].textContent = line;
    });
  }
}

async function main() {
  if ("live" in document.body.dataset) {
    new Live();
    return;
  }
  const views = new Views();
  views.update(new Run(await decode($("data").textContent)));
  document.body.dataset.ready = "true";
}

main();
