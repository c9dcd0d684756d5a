// What all parts of the page use: outcomes, elements, numbers with a unit. Text of a test goes into the page as text,
// never as markup.
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
