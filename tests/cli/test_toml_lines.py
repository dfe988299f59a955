"""Where a key stands in a file of TOML, against where a generator put it."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.cli.toml_lines import line_of

BARE = "abcdefghijklmnopqrstuvwxyz0123456789-_"
LETTERS = st.text(BARE, min_size=1, max_size=6)
ANY = st.text("ab.#=[] \"'\\\n\t\x85\u2028\u00e9\U0001f600", max_size=4)
PITFALLS = ["[select]", "k1 = 3", "# no comment", '"', "'", "a.b = [", "}", ""]
"""What looks like a statement, and is none inside a string or an array."""


def quoted(text):
    escaped = "".join(f"\\U{ord(c):08X}" if ord(c) < 32 or c in '"\\\x7f' else c for c in text)
    return f'"{escaped}"'


@st.composite
def keys(draw):
    """Return a key, and one of the ways to write it."""
    name = draw(LETTERS | ANY)
    ways = [quoted(name)]
    if name and set(name) <= set(BARE):
        ways.append(name)
    if "'" not in name and name.isprintable():
        ways.append(f"'{name}'")
    return name, draw(st.sampled_from(ways))


@st.composite
def values(draw, depth=0):
    """Return a value as it is written, and the paths inside it if these are on its first line."""
    kind = draw(st.sampled_from(["number", "text", "lines", "literal", "array", "table"]))
    if kind == "number":
        return str(draw(st.integers(-99, 99))), []
    if kind == "text" or (depth and kind in ("lines", "literal", "array")):
        return quoted(draw(ANY | st.sampled_from(PITFALLS))), []
    if kind == "lines":
        inside = "\n".join(draw(st.lists(st.sampled_from(PITFALLS), max_size=4)))
        return '"""\n' + inside.replace('"', '\\"') + '"""', []
    if kind == "literal":
        inside = "\n".join(draw(st.lists(st.sampled_from(PITFALLS), max_size=4)))
        return "'''\n" + inside.replace("'", "") + "'''", []
    if kind == "array":
        items = draw(st.lists(values(1), max_size=3))
        body = "".join(f"  {written}, # [select]\n\n" for written, _ in items)
        return f"[\n{body}]", [[place] for place in range(len(items))]
    entries = draw(st.lists(st.tuples(keys(), values(1)), max_size=2, unique_by=lambda e: e[0][0]))
    written = ", ".join(f"{key} = {value}" for (_, key), (value, _) in entries)
    inner = [[name, *path] for (name, _), (_, paths) in entries for path in [[], *paths]]
    return f"{{ {written} }}", inner


@st.composite
def documents(draw):
    """Return a file, and the line of every path in it."""
    lines, places = [], {}

    def put(statement, *paths):
        for path in paths:
            places[tuple(path)] = len(lines) + 1
        lines.extend(statement.split("\n"))

    def put_entries(table):
        entries = st.tuples(keys(), st.none() | keys(), values())
        for (name, key), dotted, (value, inner) in draw(
            st.lists(entries, max_size=3, unique_by=lambda e: e[0][0])
        ):
            lines.extend(draw(st.lists(st.sampled_from(["", "  # k1 = 3", "#"]), max_size=2)))
            path = [*table, name]
            if dotted is None:
                put(f"{key} = {value}", path, *([*path, *more] for more in inner))
            else:
                below = [*path, dotted[0]]
                written = f"{key} . {dotted[1]} = {value}"
                put(written, path, below, *([*below, *more] for more in inner))

    put_entries([])
    tops = {path[0] for path in places}
    headers = st.lists(keys(), min_size=1, max_size=3)
    for header in draw(st.lists(headers, max_size=4, unique_by=lambda h: h[0][0])):
        if header[0][0] in tops:
            continue
        path = [name for name, _ in header]
        written = ".".join(key for _, key in header)
        above = [path[:depth] for depth in range(1, len(path))]
        if draw(st.booleans()):
            put(f"[{written}]", *above, path)
            put_entries(path)
        else:
            for number in range(draw(st.integers(1, 2))):
                new = [path] if number == 0 else []
                put(f"[[{written}]] # {number}", *(above if new else []), *new, [*path, number])
                put_entries([*path, number])
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines), places


@given(documents(), st.data())
@settings(deadline=None, max_examples=60)
def test_each_key_is_found_where_it_stands(document, data):
    text, places = document
    tomllib.loads(text)
    asked = st.lists(st.sampled_from(list(places.items())), max_size=4) if places else st.just([])
    for path, line in data.draw(asked):
        assert line_of(text, path) == line
    assert line_of(text, ["no such table", "nor key"]) is None


def test_what_is_inside_a_value_over_several_lines_has_the_first_of_them():
    text = 'before = 1\ntext = [\n  "a",\n  5,\n]\nafter = """\n[select]\n"""\n'
    assert line_of(text, ["text", 1]) == 2
    assert line_of(text, ["after"]) == 6
    assert line_of(text, ["text", 2]) is None and line_of(text, ["select"]) is None
