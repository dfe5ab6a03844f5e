"""The plan of the house as a picture: folders as boxes whose area is their lines, cut into their files, on floors;
ribbons fall from who includes to what is included, as wide as the square root of the number of includes.
"""

from xml.sax.saxutils import escape

import layout
import tree
import treemap

SPAN, MARGIN, LEFT = 1340, 28, 74  # for boxes, or more if they need it; around the picture; for the floors' names
BOX, STEP, TOP = 108, 226, 96      # height of a box; from floor to floor; above the first
GAP, LANE = 26, 20                 # between the boxes of a floor; room for a lane
BACK = "#d62728"                   # what runs back
LETTER = 0.56                        # width of a letter, in font sizes
# One colour per part of the house: (the part, dark for names and ribbons, light for files).
COLOURS = [("sim/core", "#5f6b7a", "#d9dee4"), ("sim/engine", "#7a5c9e", "#e3d9ef"),
           ("sim/network", "#2f6fb0", "#d3e4f5"), ("topology", "#2e8b6f", "#d0ebe1"),
           ("collectives", "#b5762a", "#f6e4cb"), ("optics", "#b8434e", "#f6d6d8"),
           ("analysis", "#6d8a2c", "#e5edcd"), ("scenarios", "#33424f", "#dfe5e9")]
HALO = ' text-anchor="middle" stroke="#ffffff" stroke-width="4" paint-order="stroke" stroke-linejoin="round"'


def colours(folder):
    parts = [entry for entry in COLOURS if (folder.partition(":")[0] + "/").startswith(entry[0] + "/")]
    return max(parts, key=lambda entry: len(entry[0]))[1:] if parts else ("#555555", "#e5e5e5")


def ribbon(count):
    return 0.9 * count ** 0.5


def label(house, folder):
    f = house.parts[folder]
    return f"{f.files} file{'s' * (f.files > 1)}, {f.lines:,} lines"


def write(x, y, words, size, colour, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{more}>{escape(words)}</text>'


def tile(path, lines, place, light, dark):
    """One file: a tile with its name where that fits."""
    x, y, width, height = place
    out = [f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{light}" stroke="#ffffff">'
           f"<title>{escape(path)}: {lines} lines</title></rect>"]
    name = path.rpartition("/")[2]
    size = min(10, (width - 6) / (LETTER * len(name)))
    if size >= 6 and height >= size + 4:
        out.append(write(x + 3, y + size + 1, name, f"{size:.1f}", dark))
    return out


class Picture:
    """Places first, then drawn from behind: floors, ribbons, boxes."""

    def __init__(self, house):
        self.house = house
        self.top = max(house.floors.values())
        floors = [[name for name in house.parts if house.floors[name] == floor] for floor in range(self.top + 1)]
        # The fullest floor sets how many square pixels a line has, up to a limit.
        self.scale = min(26.0, *((0.8 * SPAN - 2 * GAP * len(names)) * BOX / sum(house.parts[n].lines for n in names)
                                 for names in floors))
        self.x, self.links, span = layout.placed(house.arrows, house.floors, self.room_of, SPAN)
        self.x = {node: MARGIN + LEFT + x for node, x in self.x.items()}
        self.width = round(span + LEFT + 2 * MARGIN)
        self.height = TOP + STEP * self.top + BOX + 92

    def box(self, folder):
        return self.house.parts[folder].lines * self.scale / BOX

    def is_lane(self, node):
        return self.house.floors[node[0]] != node[1]

    def room_of(self, node):
        if self.is_lane(node):
            return LANE
        words = max(1.25 * len(node[0]), len(label(self.house, node[0])))
        return max(self.box(node[0]), LETTER * 10.5 * words) + GAP

    def y(self, floor):
        return TOP + STEP * (self.top - floor)

    def port(self, node, other, upper):
        """Where the ribbon between a box and another node meets the box: spread along its edge, by where they go."""
        if self.is_lane(node):
            return self.x[node]
        links = [link for link in self.links if link[0 if upper else 1] == node]
        others = sorted((link[1 if upper else 0] for link in links), key=lambda n: (self.x[n], n))
        spread = min(0.8 * self.box(node[0]), 22 * len(others))
        return self.x[node] + spread * ((others.index(other) + 0.5) / len(others) - 0.5)

    def ribbons(self):
        for (upper, lower), count in sorted(self.links.items(), key=lambda item: -item[1]):
            colour = colours(lower[0])[0]
            x1, y1 = self.port(upper, lower, True), self.y(upper[1]) + BOX
            x2, y2 = self.port(lower, upper, False), self.y(lower[1]) - (0 if self.is_lane(lower) else 34)
            bend = 0.5 * (y2 - y1)
            arrow = "" if self.is_lane(lower) else f'<path d="M{x2 - 4:.1f} {y2 - 1:.1f}h8l-4 7z" fill="{colour}"/>'
            yield (f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}" '
                   f'stroke="{colour}" stroke-width="{ribbon(count):.1f}" fill="none" stroke-opacity="0.55"/>' + arrow)
        for start, end in self.house.arrows:
            if self.house.floors[start] == self.house.floors[end]:
                yield self.beside(start, end)
        for node in sorted({node for link in self.links for node in link}):
            if self.is_lane(node):
                total = sum(count for (upper, _), count in self.links.items() if upper == node)
                yield (f'<path d="M{self.x[node]:.1f} {self.y(node[1]):.1f}v{BOX}" stroke="{colours(node[0])[0]}" '
                       f'stroke-width="{ribbon(total):.1f}" stroke-opacity="0.55"/>')

    def beside(self, start, end):
        """An arrow of a circle: it stays on its floor, in red, and hangs from box to box."""
        floor = self.house.floors[start]
        x1, x2, y = self.x[start, floor], self.x[end, floor], self.y(floor) + BOX
        sag = 26 + 0.05 * abs(x2 - x1)
        return (f'<path d="M{x1:.1f} {y}C{x1:.1f} {y + sag:.1f} {x2:.1f} {y + sag:.1f} {x2:.1f} {y}" fill="none" '
                f'stroke="{BACK}" stroke-width="{ribbon(self.house.arrows[start, end]):.1f}" stroke-opacity="0.8"/>')

    def boxes(self):
        for folder in sorted(self.house.parts):
            dark, light = colours(folder)
            width, y = self.box(folder), self.y(self.house.floors[folder])
            x = self.x[folder, self.house.floors[folder]] - width / 2
            inside = {path: file.lines for path, file in self.house.files.items() if self.house.part(path) == folder}
            yield f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BOX}" fill="#ffffff"/>'
            for path, *place in treemap.tiles(list(inside.items()), x, y, width, BOX):
                yield from tile(path, inside[path], place, light, dark)
            yield (f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BOX}" rx="2" fill="none" stroke="{dark}" '
                   'stroke-width="1.4"/>')
            middle = x + width / 2
            yield write(middle, y - 18, folder, 13, dark, ' font-weight="bold"' + HALO)
            yield write(middle, y - 5, label(self.house, folder), 10.5, "#5a6470", HALO)

    def grounds(self):
        for floor in range(self.top + 1):
            y = self.y(floor)
            yield (f'<rect x="{MARGIN}" y="{y - 38}" width="{self.width - 2 * MARGIN}" height="{BOX + 50}" rx="6" '
                   'fill="#f5f6f8"/>')
            yield write(MARGIN + 12, y + BOX / 2 + 4, f"floor {floor}", 12, "#8a939d")

    def legend(self):
        y = self.height - 34
        yield write(MARGIN, y, "A ribbon falls from who includes to what is included and has its colour; "
                    "its width is the square root of the number of includes:", 11, "#5a6470")
        x = MARGIN + 700
        for count in (1, 10, 100):
            yield f'<path d="M{x} {y - 4}h40" stroke="#8a939d" stroke-width="{ribbon(count):.1f}"/>'
            yield write(x + 46, y, str(count), 11, "#5a6470")
            x += 84
        yield write(MARGIN, y + 18, "A box is a folder, a tile in it a file; their areas are their lines. "
                    "A folder stands one floor above the highest of those it includes.", 11, "#5a6470")


def drawn(house):
    """The picture, as the text of an SVG file."""
    picture = Picture(house)
    lines = sum(f.lines for f in house.parts.values())
    circles = sum(map(len, (house.room_circles, house.header_circles, house.folder_circles)))
    head = (f"{len(house.parts)} parts on {picture.top + 1} floors, {lines:,} lines, {len(house.arrows)} arrows; "
            + (f"{circles} circles" if circles else "no circle"))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}" '
        f'width="{picture.width}" height="{picture.height}" font-family="Helvetica, Arial, sans-serif">',
        f'<rect width="{picture.width}" height="{picture.height}" fill="#ffffff"/>',
        write(MARGIN, 36, "The house: folders, files and who includes whom", 18, "#33424f", ' font-weight="bold"'),
        write(picture.width - MARGIN, 36, head, 12, "#5a6470", ' text-anchor="end"'),
        *picture.grounds(), *picture.ribbons(), *picture.boxes(), *picture.legend(), "</svg>", ""])
