"""A rectangle cut into tiles with given areas, as square as can be (Bruls, Huizing, van Wijk 2000, "Squarified
treemaps").
"""


def worst(row, side):
    """The greatest aspect ratio of tiles laid in a row along a side."""
    total = sum(row)
    return max(max(side * side * area / total**2, total**2 / (side * side * area)) for area in row)


def tiles(items, x, y, width, height):
    """[(name, x, y, width, height)] of items [(name, weight)], largest first, weights above 0."""
    scale = width * height / max(sum(weight for _, weight in items), 1)
    rest = [(name, weight * scale) for name, weight in sorted(items, key=lambda item: (-item[1], item[0]))]
    found = []
    while rest:
        side = min(width, height)
        count = 1
        while count < len(rest):
            row = [area for _, area in rest[:count + 1]]
            if worst(row, side) > worst(row[:-1], side):
                break
            count += 1
        thick = sum(area for _, area in rest[:count]) / side
        along = 0.0
        for name, area in rest[:count]:
            long = area / thick
            found.append((name, x, y + along, thick, long) if width >= height else (name, x + along, y, long, thick))
            along += long
        if width >= height:
            x, width = x + thick, width - thick
        else:
            y, height = y + thick, height - thick
        rest = rest[count:]
    return found
