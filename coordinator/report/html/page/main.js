// Joined last: starts the page.

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
