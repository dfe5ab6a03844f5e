"""C++ as text: comments and strings blanked out, functions found by their braces. No preprocessor, no meaning."""

import re

TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
                    re.DOTALL)


def blanked(content):
    """The same text with comments and the insides of literals as blanks; line breaks stay, so places stay true."""
    def blank(match):
        return "".join(c if c == "\n" else " " for c in match.group(0))
    return TOKENS.sub(blank, content)


def without_directives(content):
    """Blanked text whose preprocessor lines are blanks too."""
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda match: re.sub(r"[^\n]", " ", match.group(0)),
                  blanked(content), flags=re.MULTILINE)


SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b|\bextern\b")
NAME = re.compile(r"([A-Za-z_~][\w:~]*|operator\W{1,3})\s*\(")


def is_scope(header):
    """Whether the text before a brace opens a namespace or a type rather than a function."""
    found = SCOPE.search(header)
    before = header[:found.start()] if found else ""
    return bool(found) and "(" not in before.replace("alignas(", "") and not header.rstrip().endswith(")")


def functions(content):
    """(name, lines) of each function with a body, its lambdas included; lines from its head to its closing brace."""
    code = without_directives(content)
    found = []
    stack = []  # one entry per open brace: "scope", "block" or (name, line) of a function
    inside = 0  # how many entries are functions
    start = 0   # where the text before the next brace begins
    for place, character in enumerate(code):
        if character == "{":
            header = code[start:place]
            if inside or "(" not in header:
                stack.append("scope" if is_scope(header) else "block")
            elif is_scope(header):
                stack.append("scope")
            else:
                head = start + len(header) - len(header.lstrip())
                names = NAME.findall(header)
                stack.append((names[0] if names else "?", code.count("\n", 0, head)))
                inside += 1
            start = place + 1
        elif character == "}":
            entry = stack.pop() if stack else "block"
            if isinstance(entry, tuple):
                inside -= 1
                found.append((entry[0], code.count("\n", 0, place) - entry[1] + 1))
            start = place + 1
        elif character == ";":
            start = place + 1
    return found
