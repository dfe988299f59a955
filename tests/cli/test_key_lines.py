"""The line of each key of a TOML file, compared with a generator and with growing prefixes."""

from __future__ import annotations

import time
import tomllib

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from entropylaw.cli.config_file import key_lines

BARE = "abcdefghijklmnopqrstuvwxyz0123456789-_"
LETTERS = st.text(BARE, min_size=1, max_size=6)
ANY = st.text("ab.#=[] \"'\\\n\t\x85\u2028\u00e9\U0001f600", max_size=4)
PITFALLS = ["[select]", "k1 = 3", "# no comment", '"', "'", "a.b = [", "}", ""]
"""Lines that look like statements, and are none inside a string or an array."""


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
    """Return a value in TOML, and the paths inside it."""
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
        inner = [[n, *path] for n, (_, paths) in enumerate(items) for path in [[], *paths]]
        return f"[\n{body}]", inner
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


@given(documents())
@settings(deadline=None, max_examples=100)
def test_each_key_has_the_line_on_which_it_was_written(document):
    text, lines = document
    tomllib.loads(text)
    assert key_lines(text) == lines == lines_by_growing_prefixes(text)


def lines_by_growing_prefixes(text):
    """Return the lines of all keys from the parser alone, in quadratic time.

    The first lines of a file are valid TOML exactly where a statement ends, so a key belongs to
    the statement with which it first appears.
    """
    lines, start = {}, 1
    physical = text.split("\n")
    for end in range(1, len(physical) + 1):
        try:
            tables = tomllib.loads("\n".join(physical[:end]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
        for path in paths(tables):
            lines.setdefault(path, start)
        start = end + 1
    return lines


def paths(value, above=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*above, key)
        if isinstance(item, dict | list):
            yield from paths(item, (*above, key))


FRAGMENTS = [
    "[a]", "[a.b]", "[ a . b . c ] # ]", "[[d]]", "[[d]] # again", "[d.e]", "[[d.f]]", "[d.f.g]",
    "[[d.f]] # again", "['[[q]]'.\"#\"]", "x = 1", "y.z = 2", "y.'w' = 3", '"" = 4', '""."k#" = 5',
    's = """"one quote"""', 't = """\n[a]\n# no comment\n\\""" ends with two """""',
    "u = '''\n[[d]]\n'''''", 'v = ""', "w = ''", 'i = { j = [1, { k = "}" }], l.m = 2 }',
    'n = [ # "]\n  "]", \'[\', [\n  """\n]\n""" ], { o = 1 },\n]', "# [a]", "", "  p = 2020-01-01 # '",
    'r = "\\"" # [', "c1 = [\r\n]\r", "f = 1e5",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), unique=True, max_size=12))
@example(["[[d]]", "[[d.f]]", "x = 1", "[[d.f]] # again", "[d.f.g]", "[[d]] # again", "[d.e]"])
@example(["[a.b]", "x = 1", "[a]", "y.z = 2", "y.'w' = 3"])
def test_any_mix_of_statements(fragments):
    text = "\n".join(fragments)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    assert key_lines(text) == lines_by_growing_prefixes(text)


def test_thousands_of_lines_take_less_than_a_second():
    groups = "".join(f'[[group]]\nname = """\n{n}"""\n"key {n}".x = {n}\n' for n in range(2_000))
    text = groups + "numbers = [\n" + "  1, # [\n" * 2_000 + "]\n"
    assert text.count("\n") > 10_000
    started = time.process_time()
    lines = key_lines(text)
    assert time.process_time() - started < 1
    assert lines["group", 1_999, "key 1999", "x"] == 8_000
    assert lines["group", 1_999, "numbers", 1_999] == 8_001
