"""The tests mirror the house: unit tests lie and are named as what they test, labels are the kinds, every test is
built, every validation has its page. Answers are what is amiss as {(rule, path): (size, way out)}, or messages.
"""

import re

LABEL = re.compile(r"\bLABELS?\s+(\w+)")
TESTS = re.compile(r"\b(set_tests_properties|doctest_discover_tests)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


def mirrored(name, folder):
    """The room or folder, in a source folder or beneath it, that a unit test of this name tests: one of the same name,
    or with words added. `uec_loops` tests `uec`. None if there is none."""
    rooms = {path.stem if path.suffix else path.name for path in folder.rglob("*")
             if path.is_dir() or path.suffix in (".hpp", ".cpp")}
    return next((room for room in sorted(rooms) if name == room or name.startswith(room + "_")), None)


def strays(root):
    """Unit tests that are not where, or not called as, what they test."""
    found = {}
    for path in sorted((root / "tests/unit").rglob("*.cpp")):
        where = path.relative_to(root / "tests/unit").parent
        if "TEST_CASE" in path.read_text() and not mirrored(path.stem, root / where):
            why = (f"unit test of nothing: {where} has no room or folder {path.stem}; name it after what it tests there"
                   if (root / where).is_dir() else
                   f"unit test of nothing: there is no source folder {where}; put it where what it tests lies")
            found["mirror", path.relative_to(root).as_posix()] = 1, why
    return found


def unnamed(root):
    """Validation tests whose file no page of docs/validation names."""
    said = "".join(page.read_text() for page in sorted((root / "docs/validation").glob("*.md")))
    tests = (path.relative_to(root).as_posix() for path in sorted((root / "tests/validation").rglob("*.cpp")))
    meaning = "validation without a page: name it in docs/validation, with what it checks and its source"
    return {("page", path): (1, meaning) for path in tests if path not in said}


def labels(root):
    """Tests whose label is not their kind, which is the folder under tests/. lightloom_test sees to that itself."""
    for listing in sorted((root / "tests").rglob("CMakeLists.txt")):
        parts = listing.relative_to(root / "tests").parts
        content = re.sub(r"#[^\n]*", "", listing.read_text())
        for call in TESTS.finditer(content) if len(parts) > 1 else ():
            given = LABEL.findall(call[2])
            if given != [parts[0]]:
                where = f"{listing.relative_to(root)}:{content.count(chr(10), 0, call.start()) + 1}"
                yield (f"{where}: {call[1]} has the label {' '.join(given) or 'none'}: under tests/{parts[0]} it is "
                       f"{parts[0]}")


def is_built(path, tests):
    """Whether a CMakeLists.txt beside or above a source names it, or the one beside it takes all there are."""
    beside = path.parent / "CMakeLists.txt"
    if beside.exists() and "lightloom_test(" in beside.read_text() and not path.name.startswith("main_"):
        return True
    for folder in (folder for folder in path.parents if tests in (folder, *folder.parents)):
        listing, name = folder / "CMakeLists.txt", re.escape(path.relative_to(folder).as_posix())
        if listing.exists() and re.search(rf"(?<![\w.-]){name}(?!\w)", listing.read_text()):
            return True
    return False


def unbuilt(root):
    """Sources under tests/ that no CMakeLists.txt builds."""
    for path in sorted((root / "tests").rglob("*.cpp")):
        if not is_built(path, root / "tests"):
            yield (f"{path.relative_to(root)}:1: nothing builds it, so its tests never run: say lightloom_test(…) in "
                   f"{(path.parent / 'CMakeLists.txt').relative_to(root)}")
