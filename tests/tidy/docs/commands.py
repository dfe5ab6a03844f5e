"""The commands shown in the pages work. Every line of a code block that starts with `lightloom` or `./lightloom` is
tried: commands that answer at once are run; those that simulate have their scenarios checked, with the same --set.
Lines with placeholders are left out. Everything runs in an empty folder beside which only the shipped scenarios stand.

    python3 commands.py ROOT_OF_THE_REPOSITORY PROGRAM
"""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
PROGRAM = str(Path(sys.argv[2]).resolve())
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

COMMAND = re.compile(r"^(?: {4}|\t)?(?:\$ )?(?:\./)?lightloom +(.+)$")
AT_ONCE = {"check", "topology", "optics", "--version", "--help"}
SIMULATES = {"run", "compare", "collective"}


def code_lines(page):
    """(line number, text) of fenced and of indented code."""
    fenced = False
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield number, line


def to_try(words):
    """What to run instead of a shown command, or None when nothing of it can be tried at once."""
    if words[0] in AT_ONCE:
        return words
    scenarios = [word for word in words if word.endswith(".toml")]
    if words[0] not in SIMULATES or not scenarios:
        return None
    settings = [f"--set={words[i + 1]}" for i, word in enumerate(words) if word == "--set"]
    return ["check", *scenarios, *settings]


def run(command, folder):
    return subprocess.run([PROGRAM, *command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def main(folder):
    (Path(folder) / "scenarios").symlink_to(ROOT / "scenarios")
    tried, failed = 0, 0
    for page in PAGES:
        if not page.exists():
            continue
        for number, line in code_lines(page):
            match = COMMAND.match(line)
            shown = re.split(r" [#|] ", match[1])[0] if match else "…"  # no comment, no pipe
            if re.search(r"[…|<>]|\b[A-Z]{3,}\b", shown):
                continue
            command = to_try(shlex.split(shown))
            if command is None:
                continue
            tried += 1
            result = run(command, folder)
            if result.returncode != 0:
                failed += 1
                print(f"{page.relative_to(ROOT)}:{number}: lightloom {shlex.join(command)}")
                print(f"  ended with {result.returncode}: {result.stderr.strip()}")
    print(f"{tried} commands tried, {failed} failed")
    return 1 if failed else 0


with tempfile.TemporaryDirectory(prefix="lightloom-docs-") as scratch:
    sys.exit(main(scratch))
