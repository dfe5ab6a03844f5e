"""The walk of docs/TOUR.md is true. A step opens with `**3. `path/of/file.cpp`**` and goes on to the next one.

- Steps are numbered from 1, and their files exist.
- What a step names in backticks is in the files it names, or in those of the next step: functions (`post_send`,
  `Nic::post`, `publish()`) there, types (`FabricPlan`) anywhere in the sources.
- Each step names a function of the next step's file, or that file.

    python3 tour.py ROOT_OF_THE_REPOSITORY
"""

import re
import sys
from pathlib import Path

STEP = re.compile(r"^\*\*(\d+)\. `([^`]+)`\*\*", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w/]+\.(?:hpp|cpp)")
FUNCTION = re.compile(r"((?:\w+::)*[a-z]\w*)(\([\w, ]*\))?")
TYPE = re.compile(r"[A-Z]\w*[a-z]\w*")
FOLDERS = ("sim", "topology", "collectives", "optics", "scenarios", "analysis")


def sources(root):
    """{path: content} of every header and source."""
    return {path.relative_to(root).as_posix(): path.read_text() for folder in FOLDERS
            for path in sorted((root / folder).rglob("*.[hc]pp"))}


def steps(page):
    """(number, line, path, text) of each step; a step ends where the next begins, or its paragraph does."""
    found = list(STEP.finditer(page))
    for match, after in zip(found, [*found[1:], None]):
        end = after.start() if after else page.find("\n\n", match.end())
        yield (int(match[1]), page.count("\n", 0, match.start()) + 1, match[2],
               page[match.end():end if end >= 0 else len(page)])


def resolved(name, path, files):
    """The path of a file named as a reader would, seen from another: `nic/nic.cpp`, `link.hpp`; None if unclear."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if f"{folder}/{name}".lstrip("/") in files:
            return f"{folder}/{name}".lstrip("/")
    fits = [one for one in files if one.endswith("/" + name)]
    return fits[0] if len(fits) == 1 else None


def is_function(word):
    """Whether a word in backticks names a function: a qualified or called name, or one with an underscore."""
    match = FUNCTION.fullmatch(word)
    return bool(match) and ("::" in word or "(" in word or "_" in word)


def last_name(word):
    return word.partition("(")[0].rpartition("::")[2]


def with_rooms(paths, files):
    """The text of these files and of the headers or sources of the same names."""
    rooms = sorted({path.rpartition(".")[0] for path in paths})
    return "\n".join(files.get(room + suffix, "") for room in rooms for suffix in (".hpp", ".cpp"))


def holds(name, content):
    return bool(re.search(rf"\b{name}\b", content))


def defines(name, content):
    """Whether a function of this name has a body here."""
    return bool(re.search(rf"^(?!\s)[^;{{}}#\n]*\b{name}\s*\([^;{{}}]*\)[^;{{}}]*\{{", content, re.MULTILINE))


def check(root):
    page = (root / "docs/TOUR.md").read_text()
    files = sources(root)
    walk = list(steps(page))
    if not walk:
        yield "docs/TOUR.md:1: no step is found; a step opens with **1. `path/of/file.cpp`**"
    for at, (number, line, path, said) in enumerate(walk):
        where = f"docs/TOUR.md:{line}: step {number}"
        if number != at + 1:
            yield f"{where}: expected {at + 1}"
        if path not in files:
            yield f"{where}: {path} is not there"
            continue
        words = CODE.findall(said)
        named = {word: resolved(word, path, files) for word in words if FILE.fullmatch(word)}
        yield from (f"{where}: no file, or several, called {word}: give more of its path"
                    for word, one in named.items() if one is None)
        here = with_rooms([path, *filter(None, named.values())], files)
        following = walk[at + 1][2] if at + 1 < len(walk) else None
        there = with_rooms([following], files) if following in files else ""
        for word in words:
            if is_function(word) and not holds(last_name(word), here + there):
                yield f"{where}: {word} is not in the files that it names; name the file it is in, or its new name"
            elif TYPE.fullmatch(word) and not any(holds(word, content) for content in files.values()):
                yield f"{where}: no type is called {word}"
        hands_over = any(FUNCTION.fullmatch(word) and defines(last_name(word), there) for word in words)
        if there and following not in named.values() and not hands_over:
            yield f"{where}: names neither {following} nor a function of it: a reader does not find step {number + 1}"


def main():
    problems = list(check(Path(sys.argv[1]).resolve()))
    print("\n".join(problems) or "every step of the tour is true")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
