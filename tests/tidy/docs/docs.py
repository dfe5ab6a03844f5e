"""What the pages point to exists: links to files and headings, source paths in backticks, scenario files and presets in
commands, and each page of decisions and validation has its line in the index. Prints every broken one with its place.

    python3 docs.py ROOT_OF_THE_REPOSITORY
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
PAGES = sorted(path for path in ROOT.rglob("*.md")
               if not path.relative_to(ROOT).parts[0].startswith(("build", ".git")))
FOLDERS = ("sim", "topology", "collectives", "optics", "scenarios", "analysis", "tests", "docs")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:%s)/[\w./-]+\.(?:hpp|cpp|md|toml|csv|py|txt))(?::\d+)?`" % "|".join(FOLDERS))
PATTERN = re.compile(r"`((?:%s)/[\w./-]*\*[\w./*-]*\.(?:hpp|cpp|md|toml|csv|py|txt))`" % "|".join(FOLDERS))
SCENARIO = re.compile(r"(?<![\w./-])scenarios/[\w-]+\.toml")
PRESET = re.compile(r"--preset[ =](\w+)")


def anchors(page):
    """Headings as the usual renderers name them: lower case, punctuation dropped, blanks as hyphens."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_link(page, target):
    if re.match(r"[a-z]+:", target):  # https:, mailto:
        return None
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.exists():
        return f"{target} is not there"
    if anchor and anchor not in anchors(path):
        return f"{target}: that page has no such heading"
    return None


def problems():
    presets = {preset["name"] for preset in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}
    for page in PAGES:
        for number, line in enumerate(page.read_text().splitlines(), start=1):
            where = f"{page.relative_to(ROOT)}:{number}"
            for target in LINK.findall(line):
                if reason := broken_link(page, target):
                    yield f"{where}: {reason}"
            for name in PATH.findall(line) + SCENARIO.findall(line):
                if not (ROOT / name).exists():
                    yield f"{where}: {name} is not there"
            for name in PATTERN.findall(line) if page.parent.name != "decisions" else ():  # these may say what was
                if not any(ROOT.glob(name)):
                    yield f"{where}: nothing is called {name}"
            for name in PRESET.findall(line):
                if name not in presets:
                    yield f"{where}: no preset is called {name} (known: {', '.join(sorted(presets))})"
    for folder in ("docs/decisions", "docs/validation"):
        index = ROOT / folder / "README.md"
        for page in sorted((ROOT / folder).glob("*.md")):
            if page != index and f"({page.name})" not in index.read_text():
                yield f"{index.relative_to(ROOT)}: {page.name} has no line here"


found = sorted(set(problems()))
print("\n".join(found) or f"{len(PAGES)} pages, nothing broken")
sys.exit(1 if found else 0)
