"""Every page of docs/adr has a date and a known status, names only pages that exist, and is in the index."""

import datetime
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"

HEADINGS = ["Decision", "Why", "Costs", "Measured"]
NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
STATUS = re.compile(r"accepted|(?:amended|superseded) by \d{4}(?:, \d{4})*")
# "| 9, 10 | | | never written |", "| 23 to 29 | | | never written |"
MISSING = re.compile(r"\| (\d+)(?:(, | to )(\d+))? \| \| \| (?:never written|withdrawn) \|")


def field(text, name):
    found = re.findall(rf"^{name}: (.*)$", text, re.MULTILINE)
    return found[0] if len(found) == 1 else ""


def is_date(text):
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def faults_of_page(path, number, numbers):
    text = path.read_text("utf-8")
    if not re.match(rf"# {number}\. \S", text):
        yield f"{path.name}: the title does not begin with '# {number}. '"
    if not is_date(field(text, "Date")):
        yield f"{path.name}: no date"
    status = field(text, "Status")
    if not STATUS.fullmatch(status):
        yield f"{path.name}: no known status"
    for later in map(int, re.findall(r"\d{4}", status)):
        if later not in numbers or later <= number:
            yield f"{path.name}: {status}: there is no such later page"
        elif f"({later:04}-" not in text:
            yield f"{path.name}: {status}: the text does not say what has changed"
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        if not (path.parent / link).exists():
            yield f"{path.name}: there is no {link}"
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    if headings not in (HEADINGS, HEADINGS[:3]):
        yield f"{path.name}: headings are {headings}"


def rows_of_missing(index):
    """The numbers without a page, according to the index."""
    numbers = set()
    for first, between, last in MISSING.findall(index):
        numbers.update(range(int(first), int(last) + 1) if between == " to " else map(int, filter(None, (first, last))))
    return numbers


def faults(folder):
    """The faults of a folder of decisions, one line each."""
    index = (folder / "README.md").read_text("utf-8")
    pages = {}
    found = []
    for path in sorted(folder.glob("*.md")):
        name = NAME.fullmatch(path.name)
        if name is not None and int(name[1]) not in pages:
            pages[int(name[1])] = path
        elif path.name != "README.md":
            found.append(f"{path.name}: the name is not NNNN-words.md with a number of its own")
    for number, path in pages.items():
        found += faults_of_page(path, number, pages)
        text = path.read_text("utf-8")
        title = text.splitlines()[0].partition(". ")[2]
        row = f"| {number} | [{title}]({path.name}) | {field(text, 'Date')} | {field(text, 'Status')} |"
        if row not in index.splitlines():
            found.append(f"README.md: no line {row}")
    missing = rows_of_missing(index)
    for number in range(1, max(pages, default=0) + 1):
        if (number in pages) == (number in missing):
            found.append(f"README.md: {number} must be either a page or missing")
    return found


def test_the_decisions_have_no_faults():
    assert faults(FOLDER) == []


PAGE = "# 3. Frames\n\nDate: 2026-11-23\n\nStatus: accepted\n\n## Decision\n\n## Why\n\n## Costs\n"
LATER = "# 4. Numbers\n\nDate: 2026-11-24\n\nStatus: accepted\n\n## Decision\n\n## Why\n\n## Costs\n\n## Measured\n"
INDEX = """
| 1, 2 | | | never written |
| 3 | [Frames](0003-frames.md) | 2026-11-23 | accepted |
| 4 | [Numbers](0004-numbers.md) | 2026-11-24 | accepted |
"""


def write(folder, page=PAGE, index=INDEX):
    (folder / "0003-frames.md").write_text(page, "utf-8")
    (folder / "0004-numbers.md").write_text(LATER, "utf-8")
    (folder / "README.md").write_text(index, "utf-8")
    return folder


def test_a_folder_in_order_has_none(tmp_path):
    assert faults(write(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Date: 2026-11-23\n", "", "no date"),
        ("2026-11-23", "2026-11-31", "no date"),
        ("Status: accepted\n", "", "no known status"),
        ("accepted", "obsolete", "no known status"),
        ("accepted", "superseded by 0007", "no such later page"),
        ("accepted", "superseded by 0003", "no such later page"),
        ("accepted", "amended by 0004", "does not say what has changed"),
        ("# 3.", "# 4.", "the title does not begin"),
        ("## Why\n", "## Context\n", "headings are"),
        ("## Costs\n", "## Costs\n\n[6](0006-gone.md)\n", "there is no 0006-gone.md"),
    ],
)
def test_a_fault_in_a_page_is_named(tmp_path, old, new, fault):
    page = PAGE.replace(old, new)
    index = INDEX.replace("| 2026-11-23 | accepted |", f"| {field(page, 'Date')} | {field(page, 'Status')} |")
    found = faults(write(tmp_path, page, index))
    assert len(found) == 1 and fault in found[0], found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 3 | [Frames](0003-frames.md) | 2026-11-23 | accepted |\n", ""),
        ("Frames", "Letters"),
        ("2026-11-23", "2026-11-24"),
        ("accepted", "superseded by 0004"),
        ("| 1, 2 | | | never written |\n", "| 1 | | | never written |\n"),
        ("| 1, 2 |", "| 1 to 3 |"),
    ],
)
def test_an_index_that_differs_is_named(tmp_path, old, new):
    found = faults(write(tmp_path, index=INDEX.replace(old, new)))
    assert found and all(fault.startswith("README.md: ") for fault in found)
