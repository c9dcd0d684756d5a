// The title and the overview: counts, facts about the run, failures; and the text about one test.

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
    panel.append(element("h2", {textContent: `Not run: ${about.not_run_text}`}), list(about.not_run.slice(0, 200).map(([name, why]) => name + ": " + why)));
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
