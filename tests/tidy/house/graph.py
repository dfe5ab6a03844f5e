"""Circles and floors of a graph given as {(from, to): weight}. Nodes are named by text; answers are sorted."""


def targets_of(arrows):
    targets = {}
    for (start, end) in arrows:
        targets.setdefault(start, []).append(end)
        targets.setdefault(end, [])
    return {node: sorted(ends) for node, ends in sorted(targets.items())}


def components(arrows):
    """Strongly connected components, each after all that it points to (Tarjan 1972, without recursion)."""
    targets, index, low, stack, found = targets_of(arrows), {}, {}, [], []
    for root in targets:
        if root in index:
            continue
        walk = [(root, iter(targets[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while walk:
            node, rest = walk[-1]
            step = next(rest, None)
            if step is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == index[node]:
                    cut = stack.index(node)
                    found.append(sorted(stack[cut:]))
                    del stack[cut:]
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                walk.append((step, iter(targets[step])))
            elif step in stack:
                low[node] = min(low[node], index[step])
    return found


def circles(arrows):
    """Components of more than one node."""
    return sorted(part for part in components(arrows) if len(part) > 1)


def floors(arrows):
    """{node: floor}: one above the highest it points to; the nodes of a circle share a floor."""
    targets, floor = targets_of(arrows), {}
    for part in components(arrows):
        below = [floor[end] for node in part for end in targets[node] if end not in part]
        floor.update(dict.fromkeys(part, 1 + max(below, default=-1)))
    return floor


def cost(order, inside):
    """The weight of the arrows that run up an order from the top down."""
    place = {node: at for at, node in enumerate(order)}
    return sum(weight for (start, end), weight in inside.items() if place[start] > place[end])


def best_order(part, inside):
    """An order of a circle in which little runs up: each node in turn moves to where it is best, until none moves."""
    order = sorted(part, key=lambda node: (sum(w * ((b == node) - (a == node)) for (a, b), w in inside.items()), node))
    moved = True
    while moved:
        moved = False
        for node in sorted(part):
            rest = [other for other in order if other != node]
            tries = [rest[:at] + [node] + rest[at:] for at in range(len(order))]
            better = min(tries, key=lambda tried: cost(tried, inside))
            if cost(better, inside) < cost(order, inside):
                order, moved = better, True
    return order


def running_back(arrows):
    """A light set of arrows without which no circle is left."""
    back = []
    for part in circles(arrows):
        inside = {arrow: weight for arrow, weight in arrows.items() if set(arrow) <= set(part)}
        order = best_order(part, inside)
        back += [(start, end) for start, end in inside if order.index(start) > order.index(end)]
    return sorted(back)
