// Tabs, theme, and the parts of the page below the tabs. A part is built when it becomes visible.

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

// Owns the parts of the page. A hidden part is built when it is shown.
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

  // Shows the run, or more of the same run.
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

  // Keeps the focus and the scroll position. While the reader has text selected in the panel, builds nothing.
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
