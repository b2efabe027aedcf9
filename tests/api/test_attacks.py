# SPDX-License-Identifier: MPL-2.0
"""core/ATTACKS.md is true: every item that it must have is there, and every test that it names exists,
is run, and names the item itself."""

import os
import re
from pathlib import Path

import pytest

SOURCE = Path(os.environ["CODEV_SOURCE"])
ROW = re.compile(r"^\| ((?:RFC 8725|ASVS|OWASP XML:|OWASP XXE:) [^|]+) \| [^|]+ \| ([^|]+) \|$", re.M)
FILE = re.compile(r"`([\w/.]+)`: ([\w, ]+)")
ROWS = ROW.findall((SOURCE / "core/ATTACKS.md").read_text())
NUMBERED = ([f"RFC 8725 §2.{n}" for n in range(1, 10)] + [f"RFC 8725 §3.{n}" for n in range(1, 13)]
            + [f"ASVS 9.1.{n}" for n in range(1, 4)] + [f"ASVS 9.2.{n}" for n in range(1, 5)])
NAMED = [(item, file, name) for item, cell in ROWS for file, names in FILE.findall(cell)
         for name in names.split(", ")]


def words_above(text, file, name):
    """The comment above a test in C, the docstring of one in Python; and how often it is named."""
    pattern = (rf'def {name}\(.*?\):\n    """(.*?)"""' if file.endswith(".py")
               else rf"/\*((?:(?!\*/).)*)\*/\nstatic void {name}\(")
    found = re.search(pattern, text, re.S)
    return re.sub(r"\s+\*?\s*", " ", found.group(1)) if found else None


def test_every_item_has_its_row():
    items = [item for item, _ in ROWS]
    assert len(items) == len(set(items))
    assert set(NUMBERED) <= set(items)
    assert len(items) > 60 and len(NAMED) > 100


@pytest.mark.parametrize("item, file, name", NAMED, ids=[" ".join(each) for each in NAMED])
def test_a_named_test_is_run_and_names_the_item(item, file, name):
    text = (SOURCE / ("tests/unit" if "/" in file else "tests/api") / file).read_text()
    words = words_above(text, file, name)
    assert words is not None, f"{file} has no {name} with words above it"
    source, key = item.rsplit(": " if ": " in item else " ", 1)
    assert source in words and re.search(re.escape(key) + r"(?!\d)", words), words
    assert file.endswith(".py") or re.search(rf"\b(test|attack|\w+)\({name}\b", text), "not run"


def test_no_dangerous_option_of_libxml2_is_used():
    """OWASP XXE: options of libxml2."""
    dangerous = re.compile(r"XML_PARSE_(NOENT|DTDLOAD|DTDATTR|DTDVALID|HUGE|RECOVER|XINCLUDE)"
                           r"|xml(Recover|SubstituteEntitiesDefault|LoadExtDtdDefault|XInclude)")
    sources = [*SOURCE.glob("core/**/*.[ch]"), *SOURCE.glob("plugins/**/*.[ch]")]
    assert len(sources) > 50
    assert [str(path) for path in sources if dangerous.search(path.read_text())] == []
