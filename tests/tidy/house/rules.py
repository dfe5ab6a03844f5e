"""The rules on one file: what it may include, what it must not say, how it opens. Answers name place and way out."""

import fnmatch
import re

import text

LINE_COLUMNS = 120
FUNCTION_LINES = 70
FILE_LINES = 400

# Folder -> folders it may include beside itself (docs/ARCHITECTURE.md). The longest folder that holds a file counts, so
# a subfolder counts as its parent until it is listed. A name allows what lies in that folder itself, with /* also what
# lies beneath it. That no circle closes is seen to by plan.py.
PLAIN = ("sim/core", "sim/network/plain")
NETWORK = (*PLAIN, "sim/engine", "sim/network")
SCENARIOS = ("sim/core", "sim/network/*", "topology/*", "collectives/*", "optics", "analysis", "scenarios")
ARROWS = {
    "sim/core": (),
    "sim/engine": ("sim/core",),
    "sim/network": (*NETWORK, "sim/network/*"),
    "sim/network/plain": ("sim/core",),
    "sim/network/switch": NETWORK,
    "sim/network/transport": (*NETWORK, "sim/network/nic"),
    "sim/network/nic": (*NETWORK, "sim/network/switch", "sim/network/transport", "sim/network/waiting"),
    "sim/network/waiting": (*NETWORK, "sim/network/switch", "sim/network/nic"),
    "sim/campaign": ("sim/core",),
    "topology": (*PLAIN, "topology/families"),
    "topology/families": (*PLAIN, "topology"),
    "collectives": PLAIN,
    "collectives/algorithms": (*PLAIN, "collectives"),
    "collectives/files": (*PLAIN, "collectives"),
    "collectives/traffic": (*PLAIN, "collectives", "collectives/files"),
    "collectives/training": (*PLAIN, "collectives"),
    "optics": PLAIN,
    "analysis": ("sim/core",),
    "scenarios": ("sim/*", *SCENARIOS, "scenarios/*"),
    "scenarios/build": SCENARIOS,
    "scenarios/schema": (*SCENARIOS, "scenarios/build"),
    "scenarios/results": (*SCENARIOS, "scenarios/build", "scenarios/schema"),
    "scenarios/sweep": (*SCENARIOS, "scenarios/build", "scenarios/schema", "scenarios/results"),
    "scenarios/commands": (*SCENARIOS, "scenarios/build", "scenarios/schema", "scenarios/results", "scenarios/sweep"),
}

# Header pattern -> (library, the only files that may include it). A heavy header in a .hpp costs all who include that.
LIBRARIES = [
    (r"boost/(graph|property_map|range|multi_index)", "Boost.Graph", ["topology/*.cpp"]),
    (r"boost/math", "Boost.Math", ["*.cpp"]),
    (r"(tbb|oneapi)/", "oneTBB", ["sim/engine/*.cpp", "sim/campaign/*.cpp"]),
    (r"(hdf5|H5\w*)(_hl)?\.h$", "HDF5", ["analysis/hdf5_*.cpp"]),
    (r"CLI/", "CLI11", ["scenarios/cli*.cpp"]),
    (r"toml\+\+/|toml\.hpp$", "toml++", ["scenarios/*.cpp"]),
    (r"nlohmann/", "nlohmann-json", ["*.cpp"]),
    (r"fmt/", "{fmt}", ["*.cpp"]),
    (r"Random123/", "Random123", ["sim/core/*.cpp"]),
    (r"(metis|scotch)\.h$", "a partitioner", ["sim/engine/partition*.cpp"]),
    (r"google/protobuf/", "protobuf", ["collectives/chakra*.cpp"]),
    (r"(sys/\w+|unistd|fcntl|dirent|signal|pthread|malloc)\.h$", "the operating system", ["*.cpp"]),
]
TESTS_MAY = re.compile(r"doctest/|benchmark/|lightloom/")

SIMULATION = ("sim/", "topology/", "collectives/", "optics/")
# (pattern, folders it holds in, what to do, files exempt)
BANNED = [
    (r"\b(?:std::)?s?rand\s*\(", ("",), "rand: use RandomStream (sim/core/random.hpp)", ()),
    (r"\bstd::(random_device|mt19937\w*|minstd_rand0?|default_random_engine)\b", ("",),
     "engines of the standard library: use RandomStream (sim/core/random.hpp)", ()),
    (r"\bstd::\w+_distribution\b", ("",),
     "its bits depend on the library: use RandomStream::below, uniform, exponential (sim/core/random.hpp)", ()),
    (r"\bstd::hash\b", ("",), "its bits depend on the library: use Digest (sim/core/digest.hpp)", ()),
    (r"\bstd::(log|log1p|exp|expm1|erfc?|pow|tgamma|lgamma)[fl]?\s*\(", ("sim/",),
     "its bits depend on the CPU: use sim/core/portable_math.hpp", ()),
    (r"\b(system_clock|steady_clock|high_resolution_clock|gettimeofday|clock_gettime)\b",
     ("topology/", "collectives/", "optics/"),
     "a model must not read the machine's clock: time is SimTime", ()),
    (r"\b(?:double|float)\s+\w*(?:seconds|time|delay|latency|duration)\w*\b(?!\s*\()", ("sim/",),
     "seconds in floating point must not decide an event: use SimTime or Duration (sim/core/quantity.hpp)", ()),
    (r"\bstd::chrono::duration<\s*(?:double|float)", ("sim/engine/", "sim/network/plain/", "topology/", "collectives/"),
     "seconds in floating point must not decide an event: use Duration (sim/core/quantity.hpp)", ()),
    (r"(?<![\w:])assert\s*\(", ("",), "assert: use EXPECTS, ENSURES or ASSERT_THAT (sim/core/contract.hpp)", ()),
    (r"\busing\s+namespace\s+std\s*;", ("",), "name what you use", ()),
    (r"\b(?:std::)?(?:strtok|gets|setlocale|localtime|gmtime)\s*\(", ("",), "it has global state", ()),
]
IN_COMMENTS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XXX|HA" r"CK)\b")
# A document that a reader of the repository does not have, or a decision.
CITED = re.compile(r"\b(?:contract|design)\s+§[\d.]*|(?<![\w./])\.\./(?:facts|shared)\b|\bdecisions?\s+(\d{4})\b")
UNORDERED = re.compile(r"\bstd::unordered_(?:multi)?(?:map|set)<[^;{}()]*>\s+(\w+)\s*[;{=,)]")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def line_of(content, place):
    return content.count("\n", 0, place) + 1


def folder_of(path):
    """The longest folder of ARROWS that holds this file; None for tests and the top level."""
    holders = [folder for folder in ARROWS if path.startswith(folder + "/")]
    return max(holders, key=len, default=None)


def allows(place, folder):
    """Whether `sim/network` or `sim/*` covers a folder."""
    return folder == place or (place.endswith("/*") and (folder + "/").startswith(place[:-1]))


def check_own_include(path, target, root):
    if not (root / target).exists() and not (root / (target + ".in")).exists():
        return f"includes {target}, which is not there: name it from the top folder"
    mine, theirs = folder_of(path), folder_of(target)
    if path.startswith("tests/"):
        return None
    if mine is None:
        return f"includes {target}: no arrow leaves this folder; give it a line in ARROWS (tests/tidy/house/rules.py)"
    if theirs is None or theirs.split("/")[0] == "scenarios" != mine.split("/")[0]:
        return f"includes {target}: nobody includes {target.split('/')[0]}"
    if not any(allows(place, theirs) for place in (mine, *ARROWS[mine])):
        return f"includes {target}: {mine} may include only {', '.join((mine, *ARROWS[mine]))}"
    return None


def check_library(path, target):
    for pattern, library, places in LIBRARIES:
        if re.match(pattern, target):
            if path.startswith("tests/") or any(fnmatch.fnmatch(path, place) for place in places):
                return None
            return f"includes <{target}>: {library} is seen only in {', '.join(places)}"
    if TESTS_MAY.match(target):
        return None if path.startswith("tests/") else f"includes <{target}>: only tests may"
    if re.fullmatch(r"[a-z_0-9]+", target):
        return None  # the standard library
    return f"includes <{target}>: no rule allows this library; docs/decisions is the way to one"


def check_includes(path, content, root):
    code = re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), content, flags=re.DOTALL)
    for match in INCLUDE.finditer(code):
        own = match.group(1) == '"'
        problem = check_own_include(path, match.group(2), root) if own else check_library(path, match.group(2))
        if problem:
            yield f"{path}:{line_of(code, match.start())}: {problem}"


def check_banned(path, content):
    code = text.blanked(content)
    for pattern, folders, way_out, exempt in BANNED:
        if not path.startswith(tuple(folders)) or path in exempt:
            continue
        for match in re.finditer(pattern, code):
            yield f"{path}:{line_of(code, match.start())}: {match.group(0).strip()} is banned: {way_out}"
    for match in IN_COMMENTS.finditer(content):
        yield f"{path}:{line_of(content, match.start())}: {match.group(0)} is banned: do it, or open an issue"


def check_unordered(path, content, root):
    """Iteration over an unordered container declared in the file or in the header beside it."""
    code = text.blanked(content)
    header = root / (path.rsplit(".", 1)[0] + ".hpp")
    declared = code + (text.blanked(header.read_text()) if path.endswith(".cpp") and header.exists() else "")
    for name in sorted(set(UNORDERED.findall(declared))):
        for match in re.finditer(rf"for\s*\([^;()]*:\s*(?:\w+(?:\.|->))?{name}\s*\)|\b{name}\.c?begin\s*\(", code):
            yield (f"{path}:{line_of(code, match.start())}: iterates over the unordered container {name}: its order "
                   "depends on the library; use std::map, or a sorted vector")


def check_citations(path, content, root):
    """Documents and decisions that a comment cites and that are not there."""
    for number, line in enumerate(content.splitlines(), start=1):
        for match in CITED.finditer(line.partition("//")[2]):
            decision = match.group(1)
            if decision and any((root / "docs/decisions").glob(f"{decision}-*.md")):
                continue
            yield (f"{path}:{number}: cites {match.group(0)}, which is not in the repository: name a page or "
                   "a decision that is there, or the source itself")


def check_titles(path, content):
    """Titles of tests that CTest would cut in two: CMake takes a semicolon as the end of a list's entry."""
    for match in re.finditer(r'TEST_CASE\(\s*((?:"[^"\n]*"\s*)+)', content):
        if ";" in match.group(1):
            yield (f"{path}:{line_of(content, match.start())}: a title with a semicolon: CTest takes it as two titles; "
                   "use a comma")


def check_opening(path, content, root):
    """How a file fails to open by saying what it is about. A .cpp may leave that to its header, if included first."""
    lines = content.splitlines() or [""]
    if path.endswith(".hpp"):
        good = len(lines) > 1 and lines[0] == "#pragma once" and lines[1].startswith("//")
        return None if good else "must open with #pragma once and then a comment that says what it models"
    if path.endswith(".py"):
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        return None if first.startswith('"""') else "must open with a docstring"
    if lines[0].startswith("//"):
        return None
    first = INCLUDE.match(lines[0])
    named = first.group(2) if first else ""
    if named.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1].replace(".cpp", ".hpp") and (root / named).exists():
        return None
    return "must open with a comment that says what it is about, or with its own header, which does"


def check(path, content, root):
    """Every break of a rule in one file, lengths apart."""
    problems = []
    opening = check_opening(path, content, root)
    if opening:
        problems.append(f"{path}:1: {opening}")
    if path.endswith(".py"):
        return problems
    problems += check_includes(path, content, root)
    problems += check_banned(path, content)
    problems += check_unordered(path, content, root)
    problems += check_citations(path, content, root)
    problems += check_titles(path, content)
    return problems
