"""Draws the results as SVG, with nothing but the standard library."""
import html
import math

LINE, LEFT, WIDTH = 18, 330, 560
STYLE = "<style>text{font:12px sans-serif}.r{text-anchor:end}.ok{fill:#3a7d44}.short{fill:#c0562b}</style>"


def svg(width, height, body):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            f'{STYLE}<rect width="100%" height="100%" fill="white"/>{"".join(body)}</svg>\n')


def reached(rows):
    """A bar for each goal: how far it is reached, on a logarithmic axis from a tenth to ten times."""
    def x(value):
        return LEFT + WIDTH * (math.log10(min(max(value, 0.1), 10)) + 1) / 2
    bars = []
    for name, row in rows.items():
        for verdict in row["verdicts"]:
            y = 40 + LINE * len(bars)
            kind = "ok" if verdict["reached"] >= 1 else "short"
            left, right = sorted((x(1), x(verdict["reached"])))
            label = html.escape(f'{name}: {verdict["goal"]}')
            bars.append(f'<text class="r" x="{LEFT - 6}" y="{y + 12}" textLength="">{label}</text>'.replace(' textLength=""', "")
                        + f'<rect class="{kind}" x="{left:.1f}" y="{y + 2}" width="{max(right - left, 1):.1f}" height="{LINE - 5}"/>'
                        + f'<text x="{right + 4:.1f}" y="{y + 12}">{verdict["reached"]:.2f}</text>')
    height = 50 + LINE * len(bars)
    axis = [f'<text x="{x(1) - 20}" y="18">goal</text>']
    for value in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        axis.append(f'<line x1="{x(value):.1f}" x2="{x(value):.1f}" y1="34" y2="{height}" stroke="{"black" if value == 1 else "#ddd"}"/>'
                    f'<text x="{x(value) - 8:.1f}" y="31">{value:g}</text>')
    return svg(LEFT + WIDTH + 60, height, axis + bars)


def growth(rows):
    """What one item and one node cost as there are more of them, relative to the fewest."""
    points = [(name.removeprefix("growth."), row["medians"]["once"] / row["medians"]["mpyx"])
              for name, row in rows.items() if name.startswith("growth.")]
    body = ['<text x="10" y="20">cost of each, relative to the fewest (1: linear; below: better)</text>']
    for i, (name, cost) in enumerate(points):
        y = 40 + 24 * i
        body.append(f'<text class="r" x="110" y="{y + 13}">{name}</text><rect class="{"ok" if cost <= 1.05 else "short"}" x="120" y="{y}" '
                    f'width="{cost * 200:.1f}" height="16"/><text x="{126 + cost * 200:.1f}" y="{y + 13}">{cost:.2f}</text>')
    body.append(f'<line x1="320" x2="320" y1="32" y2="{48 + 24 * len(points)}" stroke="black"/>')
    return svg(640, 60 + 24 * len(points), body)


def draw(rows, folder):
    (folder / "bench.svg").write_text(reached(rows))
    if any(name.startswith("growth.") for name in rows):
        (folder / "bench-growth.svg").write_text(growth(rows))
