"""Where the picture puts folders and arrows: a layered drawing (Sugiyama, Tagawa, Toda 1981). An arrow that passes a
floor takes a lane there; all arrows to one folder share the lane, and so join into a trunk.

Nodes are (folder, floor): the folder itself on its own floor, its lane on a higher one.
"""

SWEEPS = 24


def threads(arrows, floors):
    """{(upper node, lower node): includes}, from floor to floor."""
    found = {}
    for (start, end), count in sorted(arrows.items()):
        upper = (start, floors[start])
        for floor in range(floors[start] - 1, floors[end] - 1, -1):
            lower = (end, floor)
            found[upper, lower] = found.get((upper, lower), 0) + count
            upper = lower
    return found


def neighbours(links):
    """{node: [(neighbour, includes)]} above and below."""
    above, below = {}, {}
    for (upper, lower), count in sorted(links.items()):
        below.setdefault(upper, []).append((lower, count))
        above.setdefault(lower, []).append((upper, count))
    return above, below


def mean(node, near, x):
    """The middle of a node's neighbours, pulled by how often they include; its own place if it has none."""
    pulls = [(x[other], count ** 0.5) for other, count in near.get(node, [])]
    return sum(place * pull for place, pull in pulls) / sum(pull for _, pull in pulls) if pulls else x[node]


def ordered(rows, links):
    """Rows of nodes, each sorted so that few links cross: by the middle of the neighbours, down and up in turn."""
    above, below = neighbours(links)
    x = {node: at / max(len(row) - 1, 1) for row in rows.values() for at, node in enumerate(row)}
    best, fewest = dict(rows), crossings(rows, links)
    for sweep in range(SWEEPS):
        near, floors = (above, sorted(rows, reverse=True)) if sweep % 2 == 0 else (below, sorted(rows))
        for floor in floors:
            row = sorted(rows[floor], key=lambda node: (mean(node, near, x), node))
            rows = {**rows, floor: row}
            x.update((node, at / max(len(row) - 1, 1)) for at, node in enumerate(row))
        count = crossings(rows, links)
        if count < fewest:
            best, fewest = dict(rows), count
    return best


def crossings(rows, links):
    place = {node: at for row in rows.values() for at, node in enumerate(row)}
    ends = [(upper[1], place[upper], place[lower]) for upper, lower in links]
    return sum(f == g and (a - c) * (b - d) < 0 for at, (f, a, b) in enumerate(ends) for g, c, d in ends[at + 1:])


def packed(row, wished, widths, span):
    """Places of a row near the wished ones, in order, without overlap, within 0..span."""
    def pack(nodes, sign, start):
        found, edge = {}, start
        for node in nodes:
            found[node] = max(sign * wished[node], edge + widths[node] / 2)
            edge = found[node] + widths[node] / 2
        over = edge - (span if sign > 0 else 0)
        edge = span if sign > 0 else 0
        for node in reversed(nodes) if over > 0 else ():
            found[node] = min(found[node], edge - widths[node] / 2)
            edge = found[node] - widths[node] / 2
        return {node: sign * place for node, place in found.items()}
    right, left = pack(row, 1, 0), pack(row[::-1], -1, -span)
    return {node: (right[node] + left[node]) / 2 for node in row}


def placed(arrows, floors, width_of, span):
    """({node: middle}, {(upper, lower): includes}, width). `width_of(node)` is the room that a node needs; the width is
    `span`, or more if it must."""
    links = threads(arrows, floors)
    nodes = sorted({node for link in links for node in link} | set(floors.items()))
    rows = {floor: [node for node in nodes if node[1] == floor] for floor in sorted(set(floors.values()))}
    rows = ordered(rows, links)
    above, below = neighbours(links)
    widths = {node: width_of(node) for node in nodes}
    span = max(span, *(sum(widths[node] for node in row) for row in rows.values()))
    x = {node: span * (at + 0.5) / len(row) for row in rows.values() for at, node in enumerate(row)}
    for sweep in range(SWEEPS):
        for floor in sorted(rows, reverse=sweep % 2 == 0):
            wished = {node: (mean(node, above, x) + mean(node, below, x)) / 2 for node in rows[floor]}
            x.update(packed(rows[floor], wished, widths, span))
    return x, links, span
