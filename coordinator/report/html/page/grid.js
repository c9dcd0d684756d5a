// The table of tests. Only the rows that are visible are in the page.

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

  // Shows the run, or more of the same run. The detail of an open test is not built again: a result does not change.
  update(run) {
    const active = this.active >= 0 ? this.run.ids[this.shown[this.active]] : null;
    this.run = run;
    for (const [letter, check] of Object.entries(this.checks)) check.parentElement.hidden = !run.data.tests.outcome.includes(letter);
    for (const agent of new Set(run.data.lanes.map(agentOf))) {
      if (this.agents.has(agent)) continue;
      this.agents.add(agent);
      $("agent").append(element("option", {value: agent, textContent: agent}));
    }
    // While the run goes on, a screen reader does not read the number at each new test.
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

  // Opens a test from another part of the page.
  openId(id) {
    showTab("tests");
    this.open(this.run.ids.indexOf(id));
  }

  open(i) {
    // In a run that goes on or was cut off, a test with an attempt may have no result.
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
