"""Doc comments in headers: which public types and free functions have none.

A comment stands on the lines before a declaration or behind it on its own line. One comment may head several functions
that follow each other without a blank line. Not asked for: members, forward declarations, aliases, operators, what is
defined outside its class, and namespaces called `detail`.
"""

import re

import text

TYPE = re.compile(r"(?:template\s*<[^{}]*>\s*)?(?:struct|class|union|enum(?:\s+class)?)\s+"
                  r"(?:alignas\s*\([^)]*\)\s*)?(\w+)(?:\s+final)?\s*(?::[^:]|$)")
NOT_ASKED = re.compile(r"using\b|typedef\b|friend\b|static_assert\b|extern\b")
CALLS = re.compile(r"\b(?:noexcept|decltype|requires|alignas|explicit)\s*\(")


def declarations(content):
    """(text, first line, last line, has a body) of each declaration at namespace scope, in order."""
    code = text.without_directives(content)
    stack, start, round_ = [], 0, 0  # one entry per open brace: "scope", "hidden", "body" or "inner"
    for place, character in enumerate(code):
        if character in "()":
            round_ += 1 if character == "(" else -1
        if character == "{":
            head = code[start:place].strip()
            if round_ or "body" in stack or "inner" in stack:
                stack.append("inner")
            elif re.match(r"(inline\s+)?namespace\b", head):
                stack.append("hidden" if re.search(r"\bdetail\b|namespace$", head) else "scope")
                start = place + 1
            else:
                stack.append("body")
        elif character == "}":
            entry = stack.pop() if stack else "scope"
            if entry == "body" and "hidden" not in stack:
                yield (*located(code, start, place), True)
            start = start if entry == "inner" else place + 1
        elif character == ";" and not {"body", "inner"} & set(stack):
            if code[start:place].strip() and "hidden" not in stack:
                yield (*located(code, start, place), False)
            start = place + 1


def located(code, start, end):
    """The text up to its body, the line it begins on and the line it ends on, counted from 0."""
    begin = start + len(code[start:end]) - len(code[start:end].lstrip())
    return code[begin:end].partition("{")[0], code.count("\n", 0, begin), code.count("\n", 0, end)


def subject(head, has_body):
    """The name that a declaration declares if it must have a comment; None if it need not."""
    head = " ".join(head.split())
    if NOT_ASKED.match(head):
        return None
    kind = TYPE.match(head)
    if kind:
        return kind[1] if has_body else None
    names = text.NAME.findall(CALLS.sub(" ", head).partition("=")[0])
    if not names or "::" in names[0] or names[0].startswith("operator") or "operator" in head:
        return None
    return names[0]


def undocumented(content):
    """(name, line) of public types and free functions without a doc comment."""
    lines = content.splitlines()
    last, last_is_told = -2, False
    for head, first, end, has_body in declarations(content):
        before = lines[first - 1].strip() if first else ""
        behind = any(re.search(r"\S.*//", line) for line in lines[first:first + head.count("\n") + 1])
        grouped = last == first - 1 and last_is_told and not TYPE.match(" ".join(head.split()))
        told = before.startswith("//") or before.endswith("*/") or behind or grouped
        if not told and (name := subject(head, has_body)):
            yield name, first + 1
        last, last_is_told = end, told
