"""Documents: every relative link leads somewhere, and docs/README.md lists every page of docs/."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# Projects for the tests to run, not documents of ours.
EXCLUDED = {ROOT / "tests/suites", ROOT / "tests/plugins"}

FENCE = re.compile(r"^ *(```|~~~).*?^ *\1[ `~]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6} +(.+?)[ #]*$", re.MULTILINE)


def pages():
    """Every *.md file of the repository that is a document."""
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if name[0] != "." and here / name not in EXCLUDED)
        yield from (here / name for name in sorted(names) if name.endswith(".md"))


def links(text):
    """The targets of a page's links and pictures. Code has none."""
    return LINK.findall(CODE.sub("`", FENCE.sub("", text)))


def anchors(text):
    """The names that GitHub gives to a page's headings."""
    seen = {}
    for heading in HEADING.findall(FENCE.sub("", text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = seen[name] = seen.get(name, -1) + 1
        yield f"{name}-{number}" if number else name


def dead_links(page):
    """The faults of the page's links, one line each."""
    for link in links(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / unquote(path) if path else page
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield f"{link}: there is no such heading"


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert list(dead_links(page)) == []


def test_the_index_lists_every_page():
    index = DOCS / "README.md"
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in links(index.read_text(encoding="utf-8"))}
    # A folder's own index lists what is in the folder.
    listed |= {page.parent for page in listed if page.name == "README.md"}
    listed -= {DOCS, *DOCS.parents}
    wanted = [page for page in pages() if DOCS in page.parents and page != index]
    assert [str(page.relative_to(DOCS)) for page in wanted if listed.isdisjoint([page, *page.parents])] == []


def test_links_in_code_are_none():
    text = '[a](a.md) `[b](b.md)`\n```\n[c](c.md)\n```\n![d](d.png) ``[`e`](e.md)`` [`f`](f.md#f "F")\n'
    assert links(text) == ["a.md", "d.png", "f.md#f"]


def test_anchors_are_githubs():
    text = "# One, two\n```\n# no heading\n```\n## `--preload`\n## One two\n## [Linked](x.md) ##\n## a_b – c\n"
    assert list(anchors(text)) == ["one-two", "--preload", "one-two-1", "linked", "a_b--c"]


def test_dead_links_are_named(tmp_path):
    (tmp_path / "b.md").write_text("# There\n")
    page = tmp_path / "a.md"
    page.write_text("# Here\n[1](b.md#there) [2](#here) [3](c.md) [4](b.md#gone) [5](https://example.org/x) [6](.)\n")
    assert list(dead_links(page)) == ["c.md: there is no such file", "b.md#gone: there is no such heading"]
