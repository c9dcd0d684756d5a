// The timeline: one lane for each slot, drawn on a canvas, and a table with the same facts.

class Timeline {
  constructor(grid) {
    this.grid = grid;
    this.canvas = $("lanes");
    this.lanes = [];
    this.cursor = null;
    // True: the whole run is shown, also when it grows.
    this.whole = true;
    this.listen();
  }

  // Shows the run, or more of the same run.
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

  // A lower bound: no schedule is shorter than its longest test, or than all work divided evenly.
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

  // The detail of a test also shows its earlier attempts.
  openTest(test) { this.grid.openId(test.final ? this.run.ids[test.i] : test.name); }
  cursorTest() { return this.lanes[this.cursor.lane][this.cursor.at]; }
  cursorTime() { return this.cursor ? this.cursorTest().begin : undefined; }

  // Moves the cursor from test to test along a lane, or from lane to lane.
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
    ink.fillStyle = colors.back;
    ink.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    ink.font = "12px system-ui, sans-serif";
    const pen = {ink, colors, x, height};
    this.drawTimes(pen);
    pen.hatched = this.hatch(pen);
    this.lanes.forEach((lane, at) => this.drawLane(pen, lane, at));
    this.drawFloor(pen);
  }

  // The scale above the lanes, with a line through all lanes at each time.
  drawTimes({ink, colors, x}) {
    const unit = 10 ** Math.ceil(Math.log10((this.to - this.from) / 10));
    for (let time = Math.ceil(this.from / unit) * unit; time <= this.to; time += unit) {
      ink.fillStyle = colors.dim;
      ink.fillText(seconds(time), x(time) + 2, 12);
      ink.fillStyle = colors.line;
      ink.fillRect(x(time), 0, 1, this.canvas.clientHeight);
    }
  }

  // The pattern of set-up.
  hatch({ink, colors}) {
    const hatch = document.createElement("canvas");
    hatch.width = hatch.height = 6;
    const lines = hatch.getContext("2d");
    lines.strokeStyle = colors.front;
    lines.beginPath();
    lines.moveTo(0, 6); lines.lineTo(6, 0);
    lines.stroke();
    return ink.createPattern(hatch, "repeat");
  }

  drawLane(pen, lane, at) {
    const {ink, colors, x, height} = pen;
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
    this.drawTests(pen, lane, top);
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
  }

  // Many tests share a pixel. The pixel shows the worst of them.
  drawTests({ink, colors, x, height, hatched}, lane, top) {
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
      if (setup > 2) { ink.globalAlpha = 0.6; ink.fillStyle = hatched; ink.fillRect(left, top + 3, setup, height - 6); }
    }
    ink.globalAlpha = 1;
  }

  drawFloor({ink, colors, x}) {
    if (this.floor < this.from || this.floor > this.to) return;
    ink.setLineDash([5, 4]);
    ink.strokeStyle = colors.floor;
    ink.beginPath();
    ink.moveTo(x(this.floor), 16); ink.lineTo(x(this.floor), this.canvas.clientHeight);
    ink.stroke();
    ink.setLineDash([]);
  }
}
