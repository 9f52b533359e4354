"""How what is drawn looks: by light, in the dark, in wide and narrow windows."""

from importlib.resources import files

from .plan import MOST_COLUMNS, room_for

# Gradio's own colours are taken where they have enough contrast.
_LIGHT = """.clew {
  --clew-ink: var(--body-text-color, #1f2733);
  --clew-paper: var(--background-fill-primary, #fff);
  --clew-soft: #5b6575; --clew-wash: #f6f8fa; --clew-line: #d8dee6; --clew-edge: #a5afbd;
  --clew-accent: #1f5fbf; --clew-glow: #eaf1fc; --clew-mark: #fff0b8;
  --clew-good: #1a7f4b; --clew-doubt: #94610a; --clew-bad: #b42323;
}
"""
_DARK = """.clew {
  --clew-ink: var(--body-text-color, #e6eaf0);
  --clew-paper: var(--background-fill-primary, #14171d);
  --clew-soft: #a3adbc; --clew-wash: #20252e; --clew-line: #39414e; --clew-edge: #647083;
  --clew-accent: #8ab4f8; --clew-glow: #1d2c45; --clew-mark: #57470f;
  --clew-good: #5fd39a; --clew-doubt: #e9b84f; --clew-bad: #ff8a80;
}
"""
_IN_ONE_COLUMN = """
.clew .columns-{0} svg.plan {{ width: var(--nw); height: var(--nh); }}
.clew .columns-{0} svg.plan .node {{ transform: translate(var(--nx), var(--ny)); }}
.clew .columns-{0} svg.plan .narrow {{ display: inline; }}
.clew .columns-{0} svg.plan .wide {{ display: none; }}
"""


def _shapes() -> str:
    """All but the colours, with what puts a plan in one column where there is no more room."""
    parts = [files(__package__).joinpath("style.css").read_text("utf-8")]
    for columns in range(2, MOST_COLUMNS):
        rules = _IN_ONE_COLUMN.format(columns)
        parts.append(f"@container (max-width: {room_for(columns):g}px) {{{rules}}}\n")
    return "".join([*parts, _IN_ONE_COLUMN.format(MOST_COLUMNS)])


_SHAPES = _shapes()

STYLE = f"{_LIGHT}.dark {_DARK}{_SHAPES}"
"""CSS of all that this package draws; Gradio puts the class ``dark`` on the body in the dark."""

PAGE_STYLE = f"{_LIGHT}@media (prefers-color-scheme: dark) {{ {_DARK} }}\n{_SHAPES}"
"""The same for a page of its own, which is as light or dark as the reader's system."""
