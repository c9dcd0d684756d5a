// The table of files, and the comparison with an earlier run.

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
    // A change of less than 0.1 s, or of less than half the time, is noise.
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
