// The page of a run that goes on (--serve-ui). The page comes without data: /events says how far the run is, and /data
// gives the rows in parts. The views are built again from the rows, in place: the reader keeps the place on the page.

// The views are built again at most once in BETWEEN_UPDATES ms. Building takes at most about 1 / SHARE_OF_TIME of the
// time. The status is read aloud at most once in BETWEEN_WORDS ms.
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
    // While the pointer is pressed, no view is built: a click needs the press and the release on the same element.
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
      // After a refusal the browser does not try again by itself.
      if (this.source.readyState === EventSource.CLOSED) setTimeout(() => { if (!this.over) this.follow(); }, 3000);
    };
  }

  told(state) {
    // Another run answers at the same address.
    if (this.state && this.state.run && this.state.run !== state.run) { location.reload(); return; }
    this.state = state;
    this.toldAt = performance.now();
    this.lost = false;
    this.turn();
  }

  // Starts again with empty columns, from the first row.
  forget() {
    const columns = () => ({...Object.fromEntries(COLUMNS.map((name) => [name, []])), outcome: "", attempt: {}, details: {}});
    this.run = new Run({finished: false, lanes: [], files: [], collected: [], tests: columns(), attempts: columns()});
    this.next = {tests: 0, attempts: 0, files: 0, collected: 0};
    this.version = 0;
  }

  // Fetches the new rows, if it is time to do so, and shows them.
  async turn() {
    this.say();
    const state = this.state;
    if (!state || state.state === "waiting" || this.over || this.lost || this.busy || state.version <= this.version) return;
    // At the end nothing is postponed: the server waits for the page only a short time.
    if (state.state !== "finished" && (performance.now() < this.notBefore || this.pressed)) return;
    this.busy = true;
    const here = await this.fetch().then(() => true, () => false);
    this.busy = false;
    // If the run is gone, the event source reports the error.
    this.notBefore = performance.now() + BETWEEN_UPDATES;
    if (!here) return;
    const began = performance.now();
    for (const part of this.parts) part.hidden = false;
    this.views.update(this.run);
    document.body.dataset.ready = "true";
    if (!this.run.running) this.end();
    this.notBefore = Math.max(this.notBefore, performance.now() + SHARE_OF_TIME * (performance.now() - began));
    // Timers of a hidden page are slow.
    if (this.state.state === "finished") this.turn();
  }

  // Fetches all new rows. Throws if the server does not give them.
  async fetch() {
    let part;
    do {
      const {tests, ...others} = this.next;
      const query = {from: tests, ...others, page: this.state.page, ended: this.run.running ? 0 : 1};
      const answer = await fetch(this.address("/data", query), {cache: "no-store"});
      if (!answer.ok) throw new Error(answer.statusText);
      part = await answer.json();
      // At the end the server sorts the tests into pytest's order, and sends them again from the first part on.
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
    // The last rows may arrive before the event that says "finished".
    const counts = {};
    for (const letter of this.run.data.tests.outcome) counts[letter] = (counts[letter] || 0) + 1;
    this.state = {...this.state, state: "finished", tests: this.run.count, counts, elapsed: this.run.about.duration_s, running: 0, now: []};
    this.say();
  }

  // Writes the line about the run if it has changed. A screen reader reads it now and then.
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
