"""What is more than a rule allows, and what is excepted: {(rule, subject): size}, in exceptions.txt one line each.
Sizes only fall: more than its exception fails, and an exception that is larger than needed fails too.
"""

HEAD = "# What is more than the house rules allow: rule, subject, size. Sizes only fall (house.py --tighten).\n"


def read(path):
    allowed = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            rule, subject, size = line.split(" ")
            allowed[rule, subject] = int(size)
    return allowed


def write(path, allowed):
    path.write_text(HEAD + "".join(f"{rule} {subject} {size}\n" for (rule, subject), size in sorted(allowed.items())))


def tightened(allowed, over):
    """The exceptions, lowered to what is there."""
    return {key: min(size, over[key][0]) for key, size in allowed.items() if key in over}


def check(over, allowed):
    """Messages; `over` is {(rule, subject): (size, what it is a size of and what to do)}."""
    for (rule, subject), (size, meaning) in sorted(over.items()):
        limit = allowed.get((rule, subject), 0)
        if size > limit:
            yield f"{subject}: {size} {meaning}" + (f" (its exception allows {limit})" if limit else "")
    for (rule, subject), limit in sorted(allowed.items()):
        size = over.get((rule, subject), (0, ""))[0]
        if size < limit:
            yield f"exceptions.txt: {rule} {subject} {limit} is more than needed ({size}): run house.py --tighten"
