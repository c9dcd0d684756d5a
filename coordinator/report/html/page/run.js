// The data of a run. `tests` and `attempts` are columns: each has one entry for a test or an attempt. Times are
// microseconds since the start of the run.
//   name, start, setup, call, teardown, lease
//   file              the index in `files`
//   lane              the index in `lanes`
//   outcome           one letter for each test, in one string
//   attempt, details  by index, and only for the tests that have any

async function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const COLUMNS = ["name", "file", "lane", "lease", "start", "setup", "call", "teardown"];

// Appends the rows of `more` to `columns`.
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
  // True while the last rows and the verdict are missing.
  get running() { return this.data.finished === false; }

  // Adds the next part of the data.
  add(part) {
    for (const name of ["lanes", "about", "earlier", "finished"]) if (name in part) this.data[name] = part[name];
    for (const name of ["files", "collected"]) for (const value of part[name]) this.data[name].push(value);
    extend(this.data.tests, part.tests);
    extend(this.data.attempts, part.attempts);
    this.index();
  }

  // Computes for the new rows what the columns do not hold.
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
  // Shell commands: for each its name, what it does, and its text.
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
