"""What only JavaScript's templates propose: for each mistake, its correction comes early among the candidates."""

import re

import pytest

from devagent.repair.candidates import Stretch, candidates

# Small as these functions are, a correction that is not among the first is one that a real search never reaches.
_EARLY = 90

# What a function of a and b returns.
RESULTS = [
    ("a % b", "((a % b) + b) % b"),
    ("a.sort()", "[...a].sort()"),
    ("a.add(b)", "new Set(a).add(b)"),
    ("a.push(b)", "[...a, b]"),
    ("a in b", "b.includes(a)"),
    ("a in b", "Object.hasOwn(b, a)"),
    ("a !== NaN", "!Number.isNaN(a)"),
    ("typeof a === 'object'", "typeof a === 'object' && a !== null"),
    ("typeof a !== 'number'", "!Number.isFinite(a)"),
    ("typeof a === undefined", "typeof a === 'undefined'"),
    ("a === b", "JSON.stringify(a) === JSON.stringify(b)"),
    ("a.x + b.x", "Number(a.x) + Number(b.x)"),
    ("a.includes(b)", "a.toLowerCase().includes(b.toLowerCase())"),
    ("a.filter(Boolean)", "a.filter((item) => item != null)"),
    ("[...new Set(a)].map((p) => p.id)", "[...new Map(a.map((item) => [item.id, item])).values()].map((p) => p.id)"),
    ("a.includes(b) ? b.id : null", "a.some((item) => item.id === b.id) ? b.id : null"),
    ("a.map(parseInt)", "a.map(Number)"),
    ("a.map(parseInt)", "a.map((item) => parseInt(item, 10))"),
    ("parseInt(a)", "parseInt(a, 16)"),
    ("a.flat()", "a.flat(Infinity)"),
    ("a.split('')", "[...a]"),
    ("a.slice(a.indexOf(b))", "a.slice(a.indexOf(b) + b.length)"),
    ("a.slice(a.indexOf('->'))", "a.slice(a.indexOf('->') + 2)"),
    ("a.slice(b, 5)", "a.slice(b, b + 5)"),
    ("a.path.startsWith(b)", "a.path === b || a.path.startsWith(`${b}/`)"),
    ("a.replace('.', b)", "a.replace(/\\./g, b)"),
    ("a.replace('.', b)", "a.replace('.', () => b)"),
    ("a.match(/^x/g)", "a.match(/^x/gm)"),
    ("new RegExp(a).test(b)", "new RegExp(a, 'g').test(b)"),
    ("new RegExp(a, 'i')", "new RegExp(a.replace(/[.*+?^${}()|[\\]\\\\]/g, '\\\\$&'), 'i')"),
    ("a.match(/x/g).length", "(a.match(/x/g) ?? []).length"),
    ("a.get(b) + 1", "(a.get(b) ?? 0) + 1"),
    ("Number(a) + 1", "(Number(a) || 0) + 1"),
    ("Math.round(a * b)", "Math.round(a * b * 100) / 100"),
    ("Math.max(...a)", "Math.max(0, ...a)"),
    ("JSON.stringify(a)", "JSON.stringify(Object.fromEntries(a))"),
    ("`${a}:${b % 60}`", "`${a}:${String(b % 60).padStart(2, '0')}`"),
    ("`?q=${a}`", "`?q=${encodeURIComponent(a)}`"),
    ("'${a}!'", "`${a}!`"),
    ("`${a}${b}`", "`${a}|${b}`"),
    ("a.get([b, 1])", "a.get(`${b},${1}`)"),
    ("Object.assign(a, b)", "Object.assign({}, a, b)"),
    ("new Array(a).fill([])", "Array.from({ length: a }, () => [])"),
    ("{ ...a, size: 1 }", "{ size: 1, ...a }"),
    ("{ open: b }", "{ ...a, open: b }"),
    ("{ ...a, size: { width: b } }", "{ ...a, size: { ...a.size, width: b } }"),
    ("JSON.parse(JSON.stringify(a))", "structuredClone(a)"),
    ("a.f(b)", "a.f?.(b)"),
    ("a.b.c", "a?.b?.c"),
    ("a.reduce((x, y) => x + y)", "a.reduce((x, y) => x + y, 0)"),
    ("a.map((x) => {\n    x.name;\n  })", "a.map((x) => {\n    return x.name;\n  })"),
    ("a.map((x) => { x, b })", "a.map((x) => ({ x, b }))"),
    ("a.sort((x, y) => x.name - y.name)", "a.sort((x, y) => x.name.localeCompare(y.name))"),
    ("() => a()", "(...args) => a(...args)"),
    ("setTimeout(a(b), 10)", "setTimeout(() => a(b), 10)"),
    ("new Date(a, b, 1)", "new Date(a, b - 1, 1)"),
    ("new Date(a, b, 1).getTime()", "Date.UTC(a, b, 1)"),
    ("`${a.getMonth()}`", "`${a.getMonth() + 1}`"),
    ("`${a % 12}`", "`${a % 12 || 12}`"),
    ("Object.keys(b)", "Object.keys({ ...a, ...b })"),
    ("a.startsWith(b)", "a === b"),
    ("a === b", "a.startsWith(b)"),
    ("a.x === b", "a.x.includes(b)"),
    ("a[b]", "a[b] ?? b"),
    ("a + b.seconds", "a + b.seconds * 1000"),
    ("fetch(a.url, b)", "fetch(a.url, encodeURIComponent(b))"),
    ("a.filter((x) => x.done)", "a.filter((x) => !x.done)"),
    ("a.split(' ')", "a.split(/\\s+/)"),
    ("a.toString(16)", "a.toString(16).padStart(2, '0')"),
    ("a + b * 2", "Math.round((a + b * 2) * 100) / 100"),
    ("a.map(([k, v]) => [k, v])", "a.map(([k, v]) => [v, k])"),
    ("Math.max(a, Math.min(b, 1))", "Math.max(b, Math.min(a, 1))"),
    ("(...c) => setTimeout(a, 10)", "(...c) => setTimeout(() => a(...c), 10)"),
]

# The statements of a function of a and b.
BODIES = [
    ("if (a.indexOf(b)) {\n  return 1;\n}", "if (a.indexOf(b) !== -1) {\n  return 1;\n}"),
    ("const i = a.indexOf(b);\nreturn i || null;", "const i = a.indexOf(b);\nreturn i >= 0 ? i : null;"),
    ("if (a[b]) {\n  return 1;\n}", "if (b in a) {\n  return 1;\n}"),
    ("if (a.get(b)) {\n  return 1;\n}", "if (a.has(b)) {\n  return 1;\n}"),
    ("if (a.x && a.y) {\n  return 1;\n}", "if (a.x != null && a.y != null) {\n  return 1;\n}"),
    ("if (a = b) {\n  return 1;\n}", "if (a === b) {\n  return 1;\n}"),
    ("if (a.length) {\n  return 1;\n}", "if (Array.isArray(a)) {\n  return 1;\n}"),
    ("if (a) {\n  b();\n} else {\n  b(1);\n}", "if (!a) {\n  b(1);\n}"),
    ("a.concat(b);\nreturn a;", "a = a.concat(b);\nreturn a;"),
    ("a.concat(b);\nreturn a;", "a.push(...b);\nreturn a;"),
    ("a.push(b.items);", "a.push(...b.items);"),
    ("a.splice(1, b);", "a.splice(1, 0, b);"),
    ("a.splice(b);", "a.splice(b, 1);"),
    ("a[b] = undefined;", "delete a[b];"),
    ("delete a[b];", "a.splice(b, 1);"),
    ("a[b].push(1);", "(a[b] ??= []).push(1);"),
    ("a.get(b).push(1);", "if (!a.has(b)) a.set(b, []);\na.get(b).push(1);"),
    ("a.set(b.x, [b]);", "a.set(b.x, [...(a.get(b.x) ?? []), b]);"),
    ("const m = new Map(a);\nreturn m[b];", "const m = new Map(a);\nreturn m.get(b);"),
    ("const m = new Map();\nm[a] = b;", "const m = new Map();\nm.set(a, b);"),
    ("const m = {};\nm[a] = b;", "const m = Object.create(null);\nm[a] = b;"),
    ("const key = a.id;\nreturn b.get(key);", "const key = `${a.id}:${b}`;\nreturn b.get(key);"),
    ("let best = 0;\nif (b > best) best = b;", "let best = -Infinity;\nif (b > best) best = b;"),
    ("a.list.push(b);", "a.list.push(structuredClone(b));"),
    ("a.day = b;\nb.setDate(1);", "a.day = new Date(b);\nb.setDate(1);"),
    ("use(a.getHours(), a.getMinutes());", "use(a.getUTCHours(), a.getUTCMinutes());"),
    ("for (const x in a) {\n  b(x);\n}", "for (const x of a) {\n  b(x);\n}"),
    (
        "for (let i = 0; i < a.length; i++) {\n  a.splice(i, 1);\n}",
        "for (let i = a.length - 1; i >= 0; i--) {\n  a.splice(i, 1);\n}",
    ),
    ("for (var i = 0; i < b; i++) {\n  a(() => i);\n}", "for (let i = 0; i < b; i++) {\n  a(() => i);\n}"),
    ("let n = 0;\nif (a) {\n  let n = b;\n}\nreturn n;", "let n = 0;\nif (a) {\n  n = b;\n}\nreturn n;"),
    (
        "switch (a) {\n  case 1:\n    b();\n  case 2:\n    b(2);\n}",
        "switch (a) {\n  case 1:\n    b();\n    break;\n  case 2:\n    b(2);\n}",
    ),
    (
        "switch (b) {\n  case 1:\n    return 2;\n  default:\n}",
        "switch (b) {\n  case 1:\n    return 2;\n  default:\n    return a;\n}",
    ),
    (
        "use('x');\nswitch (a) {\n  case 'y':\n    return b;\n}",
        "use('x');\nswitch (a) {\n  case 'x':\n  case 'y':\n    return b;\n}",
    ),
    ("if (a) {\n  new RangeError(b);\n}", "if (a) {\n  throw new RangeError(b);\n}"),
    ("try {\n  a();\n} catch (e) {\n  b(e);\n}", "try {\n  a();\n} catch (e) {\n  b(e);\n  throw e;\n}"),
    ("if (a) {\n  return 1;\n}\na * b;", "if (a) {\n  return 1;\n}\nreturn a * b;"),
    ("a.busy = true;\nb();\na.busy = false;", "a.busy = true;\ntry {\n  b();\n} finally {\n  a.busy = false;\n}"),
    (
        "a.timer = setTimeout(b, 10);",
        "clearTimeout(a.timer);\na.timer = setTimeout(b, 10);",
    ),
    (
        "a.forEach((x) => {\n  if (x === b) {\n    return x;\n  }\n});",
        "for (const x of a) {\n  if (x === b) {\n    return x;\n  }\n}",
    ),
    (
        "let run = [];\nfor (const x of a) {\n  run.push(x);\n  if (x) {\n    b(run);\n    run = [];\n  }\n}",
        "let run = [];\nfor (const x of a) {\n  run.push(x);\n  if (x) {\n    b(run);\n    run = [];\n  }\n}\n"
        "if (run.length > 0) {\n  b(run);\n}",
    ),
    (
        "return a.sort((x, y) => {\n  if (x.day > y.day) return 1;\n  return -1;\n});",
        "return a.sort((x, y) => {\n  if (x.day > y.day) return 1;\n  if (x.day < y.day) return -1;\n  return 0;\n});",
    ),
    ("const [x, y] = a.split('=');", "const [x, y] = [a.slice(0, a.indexOf('=')), a.slice(a.indexOf('=') + 1)];"),
    (
        "for (let i = 0; i < a.length; i++) {\n  use(b[i]);\n}\nuse(b.length);",
        "for (let i = 0; i < Math.min(a.length, b.length); i++) {\n  use(b[i]);\n}\nuse(b.length);",
    ),
    ("const seen = new Set();\nreturn seen;", "const seen = new Set([a]);\nreturn seen;"),
    ("a.done = true;", "a.done = !a.done;"),
    ("for (const x of a) {\n  b(x);\n}\nreturn true;", "for (const x of a) {\n  b(x);\n}\nreturn a.length === 0;"),
    ("return JSON.parse(a);", "try {\n  return JSON.parse(a);\n} catch {\n  return b;\n}"),
    ("a.x = b[a];", "if (a in b) {\n  a.x = b[a];\n}"),
    ("const key = b[0];\nreturn a[key];", "const key = JSON.stringify(b);\nreturn a[key];"),
    ("const [x, y] = b;\nuse(x, y);", "const [x, y = ''] = b;\nuse(x, y);"),
    ("const x = {};\nx[a] = b;", "const x = {};\nx[a] = b ?? true;"),
    ("if (!a.name) {\n  b();\n}", "if (!a.name.trim()) {\n  b();\n}"),
    (
        "const c = a.open();\nconst d = b(c);\na.shut(c);\nreturn d;",
        "const c = a.open();\ntry {\n  const d = b(c);\n  return d;\n} finally {\n  a.shut(c);\n}",
    ),
]

# The same in an asynchronous function.
WAITING = [
    ("const c = a.read(b);\nreturn c.x;", "const c = await a.read(b);\nreturn c.x;"),
    ("if (!a.ready(b)) {\n  return 1;\n}", "if (!(await a.ready(b))) {\n  return 1;\n}"),
    ("return a;", "return await a;"),
    ("a.set(b, await b.read());", "a.set(b, b.read());"),
    ("return a.map((x) => b(x));", "return Promise.all(a.map((x) => b(x)));"),
    ("const c = await a.map(b);", "const c = await Promise.all(a.map(b));"),
    (
        "a.forEach(async (x, i) => {\n  await b(x, i);\n});",
        "for (const [i, x] of a.entries()) {\n  await b(x, i);\n}",
    ),
    ("for (const x of a) {\n  b(x);\n}", "for await (const x of a) {\n  b(x);\n}"),
]

CLASS = """class Panel extends View {{
  static items = [];
  #count = 0;
  get size() {{
    return 1;
  }}
  show(x) {{
    {}
  }}
  listen(bus) {{
    this.bus = bus;
    bus.on('change', this.show);
  }}
}}
"""
# The statement of a method `show` of a class that also has `size` and `listen`.
METHODS = [
    ("x.on('a', this.show);", "x.on('a', this.show.bind(this));"),
    ("x.on('a', this.show);", "x.on('a', (x) => this.show(x));"),
    ("x.on(function (y) {\n  this.y = y;\n});", "x.on((y) => {\n  this.y = y;\n});"),
    ("return this.size();", "return this.size;"),
    ("return this.show(x);", "return super.show(x);"),
    ("return (...args) => x(...args);", "return (...args) => x.apply(this, args);"),
    ("this.bus = null;", "this.bus.off('change', this.show);\n    this.bus = null;"),
    ("x();", "x();\n    this.#count = 0;"),
]

# Whole files.
FILES = [
    (
        "const BASE = { a: [] };\nfunction f(o) {\n  return { ...BASE, ...o };\n}\n",
        "const BASE = { a: [] };\nfunction f(o) {\n  return { ...structuredClone(BASE), ...o };\n}\n",
    ),
    (
        "class A {\n  limit = 9;\n  next(x) {\n    return x + 1;\n  }\n}\n",
        "class A {\n  limit = 9;\n  next(x) {\n    return Math.min(x + 1, this.limit);\n  }\n}\n",
    ),
    (
        "function canSend(x) {\n  return x.open;\n}\nfunction send(x) {\n  x.push(1);\n}\n",
        "function canSend(x) {\n  return x.open;\n}\n"
        "function send(x) {\n  if (!canSend(x)) {\n    return;\n  }\n  x.push(1);\n}\n",
    ),
    (
        "class A {\n  open = 0;\n  close(x) {\n    x();\n  }\n}\n",
        "class A {\n  open = 0;\n  close(x) {\n    this.open -= 1;\n    x();\n  }\n}\n",
    ),
    ("function f(a, b) {\n  return a * b;\n}\n", "function f(a, b = 0) {\n  return a * b;\n}\n"),
    ("function f({ a }) {\n  return a;\n}\n", "function f({ a } = {}) {\n  return a;\n}\n"),
    ("function f({ a }) {\n  return a;\n}\n", "function f({ a = 0 }) {\n  return a;\n}\n"),
    ("function f({ a, b }) {\n  return [a];\n}\n", "function f({ a, b }) {\n  return [a ?? b];\n}\n"),
    ("function* f(a) {\n  yield f(a);\n}\n", "function* f(a) {\n  yield* f(a);\n}\n"),
    ("function pairKey(a, b) {\n  return a + b;\n}\n", "function pairKey(a, b) {\n  return `${a}|${b}`;\n}\n"),
    ("const o = { f: () => {\n  return this.x;\n} };\n", "const o = { f() {\n  return this.x;\n} };\n"),
    (CLASS.format("x();"), CLASS.format("x();").replace("static items", "items")),
    (
        "class A {\n  full() {\n    return 1;\n  }\n}\nfunction f(a) {\n  return a.full ? 1 : 2;\n}\n",
        "class A {\n  full() {\n    return 1;\n  }\n}\nfunction f(a) {\n  return a.full() ? 1 : 2;\n}\n",
    ),
]


def function_of(body: str, head: str = "function") -> str:
    lines = "\n".join(f"  {line}" for line in body.split("\n"))
    return f"{head} f(a, b) {{\n{lines}\n}}\n"


PAIRS = [
    *((function_of(f"return {before};"), function_of(f"return {after};")) for before, after in RESULTS),
    *((function_of(before), function_of(after)) for before, after in BODIES),
    *((function_of(before, "async function"), function_of(after, "async function")) for before, after in WAITING),
    *((CLASS.format(before), CLASS.format(after)) for before, after in METHODS),
    *FILES,
]


def told(code: bytes) -> bytes:
    return re.sub(rb"[\s;]+", b"", code)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_correction_comes_early(before: str, after: str) -> None:
    found = [edit.content for _, edit in candidates([Stretch("f.js", before.encode(), 1, before.count("\n"))])]
    ranks = [rank for rank, code in enumerate(found) if told(code) == told(after.encode())]
    assert ranks and ranks[0] < _EARLY


def test_parameters_with_types_are_given_defaults_behind_their_types() -> None:
    before = "function f(a: number, { b }: Options) {\n  return a * b;\n}\n"
    found = {edit.content for _, edit in candidates([Stretch("f.ts", before.encode(), 1, 3)])}
    assert before.replace("a: number", "a: number = 0").encode() in found
    assert before.replace(": Options", ": Options = {}").encode() in found


def test_what_is_compared_is_not_asked_whether_it_is_there() -> None:
    """`a < b != null` would be true whatever a and b are, and so pass many a test."""
    found = [
        edit.content for _, edit in candidates([Stretch("f.js", function_of("if (a < b) return 1;").encode(), 1, 3)])
    ]
    assert found and not [code for code in found if b"a != null <" in code or b"a < b != null" in code]


def test_no_form_of_javascript_is_proposed_for_python() -> None:
    before = b"def f(a, b):\n    for x in a:\n        b(x % 7, a.get(x) + 1)\n    return [a, b] if a in b else a.x(b)\n"
    found = [edit.content for _, edit in candidates([Stretch("f.py", before, 1, 4)])]
    assert found and not [code for code in found if re.search(rb"\?\?|=>|===|await|const |new ", code)]
