# ruff: noqa: E501  what stands in a file is told in one piece
"""Small merges in three languages: what one side takes away, and what the other adds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Files = Mapping[str, str | None]
Edit = tuple[str, str, str]
"""A path, the text in it, and what is put in its place; an empty text stands for the whole file."""


@dataclass(frozen=True)
class Case:
    """One merge. `taken` is what the first side did to the base, `added` what the second did.

    `at` is where the finding has to be, `told` what its text has to say.
    """

    name: str
    base: Mapping[str, str]
    taken: tuple[Edit, ...]
    added: tuple[Edit, ...]
    at: str = ""
    told: tuple[str, ...] = ()
    swap: bool = False
    drop: tuple[str, ...] = field(default=())

    def version(self, number: int) -> Files:
        """The files of the base (0), or the changes of the first side (1) or the second (2) to them."""
        if number == 0:
            return self.base
        if (number == 1) != self.swap:
            return {**self._edited(self.taken), **dict.fromkeys(self.drop)}
        return self._edited(self.added)

    def swapped(self) -> "Case":
        """The same with the sides exchanged."""
        return replace(self, swap=not self.swap)

    def _edited(self, edits: tuple[Edit, ...]) -> Files:
        found: dict[str, str] = {}
        for path, old, new in edits:
            text = found.get(path, self.base.get(path, ""))
            assert old in text, (self.name, path, old)
            found[path] = text.replace(old, new) if old else new
        return found


SHAPES = '''"""Shapes."""

import math
import os

LIMIT = 10


class Shape:
    sides = 0

    def __init__(self, size, name):
        self.size = size
        self.label = name

    def area(self):
        return self.size * 2

    def scaled(self, factor):
        return Shape(self.size * factor, self.label)


def total(shapes, start=0):
    result = start
    for shape in shapes:
        result += shape.area()
    return math.ceil(result)


def largest(shapes):
    """The largest."""
    best = None
    for shape in shapes:
        if best is None or shape.area() > best.area():
            best = shape
    return best


def where():
    return os.getcwd()
'''
USER = '''"""Uses of shapes."""

from pkg.shapes import Shape


def square(size):
    return Shape(size, "square")


def last():
    return 1
'''
PYTHON = {"pkg/__init__.py": "", "pkg/shapes.py": SHAPES, "pkg/user.py": USER}
LARGEST = SHAPES[SHAPES.index("def largest") : SHAPES.index("def where")]
NEW = "pkg/report.py"

BASE_CLASS = '''from abc import ABC, abstractmethod


class Store(ABC):
    @abstractmethod
    def read(self, key):
        """Read."""

    def close(self):
        pass

    def write(self, key, value):
        """Write."""
'''
STORES = {"pkg/__init__.py": "", "pkg/store.py": BASE_CLASS}
NEW_STORE = """from .store import Store


class Memory(Store):
    def read(self, key):
        return key

    def write(self, key, value):
        return None
"""

TS_SHAPES = """import { ceil } from './math';

export const LIMIT = 10;

export interface Sized {
  size: number;
  grow(by: number): void;
}

export class Shape implements Sized {
  label = 'shape';

  constructor(public size: number, name: string) {
    this.label = name;
  }

  grow(by: number): void {
    this.size += by;
  }

  area(): number {
    return this.size * 2;
  }
}

export function total(shapes: Shape[], start = 0): number {
  return ceil(shapes.reduce((sum, shape) => sum + shape.area(), start));
}

export function largest(shapes: Shape[]): Shape {
  return shapes[shapes.length - 1];
}
"""
TS_MATH = "export function ceil(x: number): number {\n  return Math.ceil(x);\n}\n"
TS_USER = """import { Shape } from './shapes';

export function square(size: number): Shape {
  return new Shape(size, 'square');
}

export function last(): number {
  return 1;
}
"""
TYPESCRIPT = {"src/shapes.ts": TS_SHAPES, "src/math.ts": TS_MATH, "src/user.ts": TS_USER}
TS_NEW = "src/report.ts"

J = "src/main/java/org/demo"
JAVA_SHAPE = """package org.demo;

import java.util.List;
import java.util.Map;

public class Shape implements Sized {
    public static final int LIMIT = 10;
    private final int size;
    protected String label = "shape";

    public Shape(int size) {
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    public int area(int height) {
        return size * height;
    }

    public static int total(List<Shape> shapes) {
        int result = 0;
        for (Shape shape : shapes) {
            result += shape.size();
        }
        return result;
    }

    public static Shape largest(Map<String, Shape> shapes) {
        return shapes.get("largest");
    }
}
"""
JAVA_SIZED = """package org.demo;

public interface Sized {
    int size();

    default boolean isEmpty() {
        return size() == 0;
    }
}
"""
JAVA_USER = """package org.demo.user;

import org.demo.Shape;

public class User {
    public int one() {
        return new Shape(1).size();
    }

    public int last() {
        return 1;
    }
}
"""
JAVA = {f"{J}/Shape.java": JAVA_SHAPE, f"{J}/Sized.java": JAVA_SIZED, f"{J}/user/User.java": JAVA_USER}
LARGEST_JAVA = JAVA_SHAPE[JAVA_SHAPE.index("    public static Shape largest") : -2]


def java(name: str, body: str, imports: str = "import org.demo.Shape;\n") -> Edit:
    """A new class that uses the others."""
    return f"{J}/user/{name}.java", "", f"package org.demo.user;\n\n{imports}\npublic class {name} {{\n{body}}}\n"


def after(path: str, text: str, more: str) -> Edit:
    """Text put behind text."""
    return path, text, text + more


_PYTHON_CASES = (
    Case(
        "python: a removed function is imported",
        PYTHON,
        (("pkg/shapes.py", LARGEST, ""),),
        ((NEW, "", "from pkg.shapes import Shape, largest\n\n\ndef top(shapes):\n    return largest(shapes)\n"),),
        "pkg/report.py:1",
        ("topic imports largest from pkg.shapes", "main removed it", "pkg/shapes.py:30"),
    ),
    Case(
        "python: a removed function is used by its module",
        PYTHON,
        (("pkg/shapes.py", LARGEST, ""),),
        ((NEW, "", "from pkg import shapes\n\n\ndef top(them):\n    return shapes.largest(them)\n"),),
        "pkg/report.py:5",
        ("uses shapes.largest", "removed"),
    ),
    Case(
        "python: a removed constant is used",
        PYTHON,
        (("pkg/shapes.py", "LIMIT = 10\n", ""),),
        ((NEW, "", "import pkg.shapes as shapes\n\n\ndef most():\n    return shapes.LIMIT\n"),),
        "pkg/report.py:5",
        ("shapes.LIMIT", "removed"),
    ),
    Case(
        "python: a removed method is called on what a class makes",
        PYTHON,
        (
            (
                "pkg/shapes.py",
                "    def scaled(self, factor):\n        return Shape(self.size * factor, self.label)\n",
                "",
            ),
        ),
        (after("pkg/user.py", "def last():\n", "    one = Shape(1, 'x')\n    one.scaled(2)\n"),),
        "pkg/user.py:12",
        ("Shape.scaled", "removed"),
    ),
    Case(
        "python: a removed attribute is read",
        PYTHON,
        (
            ("pkg/shapes.py", "        self.label = name\n", ""),
            ("pkg/shapes.py", "Shape(self.size * factor, self.label)", "Shape(self.size * factor, '')"),
        ),
        ((NEW, "", "from pkg.shapes import Shape\n\n\ndef name(shape: Shape):\n    return shape.label\n"),),
        "pkg/report.py:5",
        ("Shape.label", "removed"),
    ),
    Case(
        "python: a renamed function is imported",
        PYTHON,
        (("pkg/shapes.py", "def largest(", "def biggest("),),
        ((NEW, "", "from .shapes import largest\n\n\ndef top(shapes):\n    return largest(shapes)\n"),),
        "pkg/report.py:1",
        ("renamed it to biggest", "Use biggest here"),
    ),
    Case(
        "python: a renamed function is called in its own file",
        PYTHON,
        (("pkg/shapes.py", "def largest(", "def biggest("),),
        (after("pkg/shapes.py", "def where():\n", "    print(largest([]))\n"),),
        "pkg/shapes.py:40",
        ("uses largest", "renamed it to biggest"),
    ),
    Case(
        "python: a renamed parameter is used",
        PYTHON,
        (
            (
                "pkg/shapes.py",
                "def total(shapes, start=0):\n    result = start\n",
                "def total(shapes, first=0):\n    result = first\n",
            ),
        ),
        (("pkg/shapes.py", "    return math.ceil(result)", "    return math.ceil(result) + bool(start)"),),
        "pkg/shapes.py:27",
        ("uses start", "in that function"),
    ),
    Case(
        "python: a removed import is used",
        PYTHON,
        (("pkg/shapes.py", "import os\n", ""), ("pkg/shapes.py", "    return os.getcwd()", "    return '.'")),
        (("pkg/shapes.py", '    """The largest."""\n', '    """The largest."""\n    print(os.sep)\n'),),
        "pkg/shapes.py:31",
        ("uses os", "removed its import"),
    ),
    Case(
        "python: a parameter more is asked for",
        PYTHON,
        (("pkg/shapes.py", "def largest(shapes):", "def largest(shapes, key):"),),
        ((NEW, "", "from pkg.shapes import largest\n\n\ndef top(shapes):\n    return largest(shapes)\n"),),
        "pkg/report.py:5",
        ("calls largest in its old form", "from (shapes) to (shapes, key)"),
    ),
    Case(
        "python: a parameter of a constructor is gone",
        PYTHON,
        (
            ("pkg/shapes.py", "def __init__(self, size, name):", "def __init__(self, size):"),
            ("pkg/shapes.py", "self.label = name", "self.label = ''"),
        ),
        (after("pkg/user.py", "def last():\n", "    print(Shape(1, 'x'))\n"),),
        "pkg/user.py:11",
        ("calls Shape in its old form", "changed its parameters"),
    ),
    Case(
        "python: a keyword is called otherwise",
        PYTHON,
        (
            (
                "pkg/shapes.py",
                "def total(shapes, start=0):\n    result = start\n",
                "def total(shapes, first=0):\n    result = first\n",
            ),
        ),
        ((NEW, "", "from pkg.shapes import total\n\n\ndef all_of(shapes):\n    return total(shapes, start=1)\n"),),
        "pkg/report.py:5",
        ("calls total in its old form",),
    ),
    Case(
        "python: parameters stand in another order",
        PYTHON,
        (("pkg/shapes.py", "def __init__(self, size, name):", "def __init__(self, name, size):"),),
        (after("pkg/user.py", "def last():\n", "    print(Shape(1, 'x'))\n"),),
        "pkg/user.py:11",
        ("changed its parameters",),
    ),
    Case(
        "python: a method asks for more",
        PYTHON,
        (("pkg/shapes.py", "def scaled(self, factor):", "def scaled(self, factor, unit):"),),
        (after("pkg/user.py", "def last():\n", "    one = Shape(1, 'x')\n    one.scaled(2)\n"),),
        "pkg/user.py:12",
        ("calls scaled in its old form",),
    ),
    Case(
        "python: both define a function of one name",
        PYTHON,
        (after("pkg/shapes.py", "LIMIT = 10\n", "\n\ndef smallest(shapes):\n    return min(shapes)\n"),),
        (
            after(
                "pkg/shapes.py", "    return os.getcwd()\n", "\n\ndef smallest(shapes, key):\n    return shapes[-1]\n"
            ),
        ),
        "pkg/shapes.py:9",
        ("added another smallest",),
    ),
    Case(
        "python: both define a module of one name",
        PYTHON,
        (("pkg/report.py", "", "X = 1\n"),),
        (("pkg/report/__init__.py", "", "Y = 1\n"),),
        "pkg/report.py:1",
        ("the module report",),
    ),
    Case(
        "python: a function has moved to another module",
        PYTHON,
        (("pkg/shapes.py", LARGEST, ""), ("pkg/ranks.py", "", LARGEST)),
        ((NEW, "", "from pkg.shapes import largest\n\n\ndef top(shapes):\n    return largest(shapes)\n"),),
        "pkg/report.py:1",
        ("moved it to pkg/ranks.py:1", "Take it from pkg/ranks.py"),
    ),
    Case(
        "python: a module has moved",
        PYTHON,
        (("pkg/forms.py", "", SHAPES), ("pkg/user.py", "pkg.shapes", "pkg.forms")),
        ((NEW, "", "from pkg.shapes import largest\n\n\ndef top(shapes):\n    return largest(shapes)\n"),),
        "pkg/report.py:1",
        ("moved pkg/shapes.py to pkg/forms.py",),
        drop=("pkg/shapes.py",),
    ),
    Case(
        "python: an abstract method more",
        STORES,
        (
            (
                "pkg/store.py",
                "    def close(self):\n",
                "    @abstractmethod\n    def drop(self, key):\n        pass\n\n    def close(self):\n",
            ),
        ),
        (("pkg/memory.py", "", NEW_STORE),),
        "pkg/memory.py:4",
        ("added Memory, which has no drop", "made Store ask for drop"),
    ),
    Case(
        "python: an overridden method asks for more",
        STORES,
        (("pkg/store.py", "def write(self, key, value):", "def write(self, key, value, ttl):"),),
        (("pkg/memory.py", "", NEW_STORE),),
        "pkg/memory.py:8",
        ("overrides Store.write in its old form",),
    ),
)

_TYPESCRIPT_CASES = (
    Case(
        "typescript: a removed function is imported",
        TYPESCRIPT,
        (
            (
                "src/shapes.ts",
                "export function largest(shapes: Shape[]): Shape {\n  return shapes[shapes.length - 1];\n}\n",
                "",
            ),
        ),
        (
            (
                TS_NEW,
                "",
                "import { Shape, largest } from './shapes';\n\nexport const top = (them: Shape[]) => largest(them);\n",
            ),
        ),
        "src/report.ts:1",
        ("imports largest from ./shapes", "removed"),
    ),
    Case(
        "typescript: a renamed class is imported",
        TYPESCRIPT,
        (
            ("src/math.ts", "function ceil(", "function up("),
            ("src/shapes.ts", "import { ceil }", "import { up }"),
            ("src/shapes.ts", "return ceil(", "return up("),
        ),
        ((TS_NEW, "", "import { ceil } from './math';\n\nexport const two = ceil(1.5);\n"),),
        "src/report.ts:1",
        ("renamed it to up",),
    ),
    Case(
        "typescript: a removed method is called",
        TYPESCRIPT,
        (
            ("src/shapes.ts", "  area(): number {\n    return this.size * 2;\n  }\n", ""),
            ("src/shapes.ts", "shape.area()", "shape.size"),
        ),
        (
            after(
                "src/user.ts", "export function last(): number {\n", "  const one = new Shape(1, 'x');\n  one.area();\n"
            ),
        ),
        "src/user.ts:9",
        ("Shape.area", "removed"),
    ),
    Case(
        "typescript: a parameter more is asked for",
        TYPESCRIPT,
        (("src/shapes.ts", "largest(shapes: Shape[])", "largest(shapes: Shape[], by: string)"),),
        ((TS_NEW, "", "import { largest } from './shapes';\n\nexport const top = largest([]);\n"),),
        "src/report.ts:3",
        ("calls largest in its old form",),
    ),
    Case(
        "typescript: a constructor asks for less",
        TYPESCRIPT,
        (
            ("src/shapes.ts", "constructor(public size: number, name: string)", "constructor(public size: number)"),
            ("src/shapes.ts", "this.label = name", "this.label = ''"),
            ("src/user.ts", "new Shape(size, 'square')", "new Shape(size)"),
        ),
        ((TS_NEW, "", "import { Shape } from './shapes';\n\nexport const one = new Shape(1, 'one');\n"),),
        "src/report.ts:3",
        ("calls Shape in its old form",),
    ),
    Case(
        "typescript: a removed import is used",
        TYPESCRIPT,
        (
            ("src/shapes.ts", "import { ceil } from './math';\n", ""),
            ("src/shapes.ts", "return ceil(", "return Math.round("),
        ),
        (("src/shapes.ts", "  return shapes[shapes.length - 1];", "  return shapes[ceil(shapes.length - 1)];"),),
        "src/shapes.ts:30",
        ("uses ceil", "removed its import"),
    ),
    Case(
        "typescript: an interface asks for more",
        TYPESCRIPT,
        (
            ("src/shapes.ts", "  grow(by: number): void;\n", "  grow(by: number): void;\n  shrink(): void;\n"),
            ("src/shapes.ts", "  area(): number {", "  shrink(): void {}\n\n  area(): number {"),
        ),
        (
            (
                TS_NEW,
                "",
                "import { Sized } from './shapes';\n\nexport class Box implements Sized {\n  size = 1;\n\n  grow(by: number): void {}\n}\n",
            ),
        ),
        "src/report.ts:3",
        ("added Box, which has no shrink",),
    ),
    Case(
        "typescript: both define a function of one name",
        TYPESCRIPT,
        (
            after(
                "src/shapes.ts",
                "export const LIMIT = 10;\n",
                "\nexport function half(x: number) {\n  return x / 2;\n}\n",
            ),
        ),
        (
            (
                "src/shapes.ts",
                "  return shapes[shapes.length - 1];\n}\n",
                "  return shapes[shapes.length - 1];\n}\n\nexport function half(y: number) {\n  return 0.5 * y;\n}\n",
            ),
        ),
        "src/shapes.ts:5",
        ("added another half",),
    ),
    Case(
        "typescript: a module has moved",
        TYPESCRIPT,
        (("src/lib/math.ts", "", TS_MATH), ("src/shapes.ts", "'./math'", "'./lib/math'")),
        ((TS_NEW, "", "import { ceil } from './math';\n\nexport const two = ceil(1.5);\n"),),
        "src/report.ts:1",
        ("moved src/math.ts to src/lib/math.ts",),
        drop=("src/math.ts",),
    ),
)

_JAVA_CASES = (
    Case(
        "java: a removed method is called",
        JAVA,
        ((f"{J}/Shape.java", LARGEST_JAVA, ""),),
        (java("Report", "    public Shape top() {\n        return Shape.largest(null);\n    }\n"),),
        f"{J}/user/Report.java:7",
        ("uses Shape.largest", "removed"),
    ),
    Case(
        "java: a removed method is called on an object",
        JAVA,
        ((f"{J}/Shape.java", "    public int area(int height) {\n        return size * height;\n    }\n", ""),),
        (java("Report", "    public int top(Shape shape) {\n        return shape.area(1);\n    }\n"),),
        f"{J}/user/Report.java:7",
        ("Shape.area", "removed"),
    ),
    Case(
        "java: a renamed class is imported",
        JAVA,
        ((f"{J}/Form.java", "", JAVA_SHAPE.replace("Shape", "Form")), (f"{J}/user/User.java", "Shape", "Form")),
        (java("Report", "    private Shape shape;\n"),),
        f"{J}/user/Report.java:3",
        ("imports org.demo.Shape", f"{J}/Form.java"),
        drop=(f"{J}/Shape.java",),
    ),
    Case(
        "java: a constructor asks for more",
        JAVA,
        (
            (f"{J}/Shape.java", "public Shape(int size) {", "public Shape(int size, String name) {"),
            (f"{J}/user/User.java", "new Shape(1)", 'new Shape(1, "")'),
        ),
        (java("Report", "    private Shape shape = new Shape(1);\n"),),
        f"{J}/user/Report.java:6",
        ("calls Shape in its old form",),
    ),
    Case(
        "java: a method asks for less",
        JAVA,
        (
            (
                f"{J}/Shape.java",
                "public int area(int height) {\n        return size * height;",
                "public int area() {\n        return size;",
            ),
        ),
        (java("Report", "    public int top(Shape shape) {\n        return shape.area(1);\n    }\n"),),
        f"{J}/user/Report.java:7",
        ("calls area in its old form",),
    ),
    Case(
        "java: an interface asks for more",
        JAVA,
        (
            (f"{J}/Sized.java", "    int size();\n", "    int size();\n\n    int weight();\n"),
            after(
                f"{J}/Shape.java",
                "    public int area(int height) {\n        return size * height;\n    }\n",
                "\n    @Override\n    public int weight() {\n        return 0;\n    }\n",
            ),
        ),
        (
            (
                f"{J}/user/Box.java",
                "",
                "package org.demo.user;\n\nimport org.demo.Sized;\n\npublic class Box implements Sized {\n    @Override\n    public int size() {\n        return 1;\n    }\n}\n",
            ),
        ),
        f"{J}/user/Box.java:5",
        ("added Box, which has no weight",),
    ),
    Case(
        "java: a removed import is used",
        JAVA,
        (
            (f"{J}/Shape.java", "import java.util.List;\n", ""),
            (f"{J}/Shape.java", "total(List<Shape> shapes)", "total(Shape[] shapes)"),
        ),
        (
            (
                f"{J}/Shape.java",
                '        return shapes.get("largest");',
                '        List<Shape> all = null;\n        return shapes.get("largest");',
            ),
        ),
        f"{J}/Shape.java:32",
        ("uses List", "removed its import"),
    ),
    Case(
        "java: a renamed field is used",
        JAVA,
        ((f"{J}/Shape.java", "protected String label =", "protected String title ="),),
        (
            (
                f"{J}/Shape.java",
                '        return shapes.get("largest");\n    }\n',
                '        return shapes.get("largest");\n    }\n\n    public String doubled() {\n        return this.label + this.label;\n    }\n',
            ),
        ),
        f"{J}/Shape.java:37",
        ("label", "renamed it to title"),
    ),
    Case(
        "java: both define a method of one name",
        JAVA,
        (
            after(
                f"{J}/Shape.java",
                '    protected String label = "shape";\n',
                "\n    public int half() {\n        return size / 2;\n    }\n",
            ),
        ),
        (
            (
                f"{J}/Shape.java",
                LARGEST_JAVA,
                LARGEST_JAVA + "\n    public int half() {\n        return size() / 2;\n    }\n",
            ),
        ),
        f"{J}/Shape.java:11",
        ("added another Shape.half",),
    ),
    Case(
        "java: both define a class of one name in a package",
        JAVA,
        (
            (
                f"{J}/Shape.java",
                '        return shapes.get("largest");\n    }\n}\n',
                '        return shapes.get("largest");\n    }\n}\n\nclass Corner {\n}\n',
            ),
        ),
        ((f"{J}/Corner.java", "", "package org.demo;\n\nclass Corner {\n    int angle;\n}\n"),),
        f"{J}/Shape.java:37",
        ("added another Corner",),
    ),
)

CASES = (*_PYTHON_CASES, *_TYPESCRIPT_CASES, *_JAVA_CASES)

TOP = "from pkg.shapes import largest\n\n\ndef top(shapes):\n    return largest(shapes)\n"
WITHOUT_LARGEST = ("pkg/shapes.py", LARGEST, "")
OVERRIDING = {
    f"{J}/Panel.java": """package org.demo;

import javax.swing.JPanel;

public class Panel extends JPanel {
    @Override
    public void updateUI() {
        super.updateUI();
    }
}
"""
}

_PYTHON_MISSES = (
    Case(
        "python: moved, and still to be had from where it was",
        PYTHON,
        (
            ("pkg/shapes.py", LARGEST, ""),
            ("pkg/shapes.py", "import os\n", "import os\n\nfrom .ranks import largest\n"),
            ("pkg/ranks.py", "", LARGEST),
        ),
        ((NEW, "", TOP),),
    ),
    Case(
        "python: renamed, and the old name kept",
        PYTHON,
        (
            ("pkg/shapes.py", "def largest(", "def biggest("),
            ("pkg/shapes.py", "def where():", "largest = biggest\n\n\ndef where():"),
        ),
        ((NEW, "", TOP),),
    ),
    Case(
        "python: a module that makes its names itself",
        PYTHON,
        (
            WITHOUT_LARGEST,
            ("pkg/shapes.py", "def where():", "def __getattr__(name):\n    return max\n\n\ndef where():"),
        ),
        ((NEW, "", TOP),),
    ),
    Case(
        "python: a name that is given to something as a text, which may bind it",
        PYTHON,
        (WITHOUT_LARGEST, ("pkg/shapes.py", "def where():", "deprecated(__name__, 'largest')\n\n\ndef where():")),
        ((NEW, "", TOP),),
    ),
    Case(
        "python: the removed name is only mentioned",
        PYTHON,
        (WITHOUT_LARGEST,),
        (
            (
                NEW,
                "",
                'from pkg import shapes\n\n\ndef top():\n    """Like shapes.largest."""\n    return "shapes.largest"  # largest\n',
            ),
        ),
    ),
    Case(
        "python: the user has a function of that name",
        PYTHON,
        (WITHOUT_LARGEST,),
        ((NEW, "", "def largest(them):\n    return max(them)\n\n\ndef top(shapes):\n    return largest(shapes)\n"),),
    ),
    Case(
        "python: a local variable of that name",
        PYTHON,
        (WITHOUT_LARGEST,),
        ((NEW, "", "def top(shapes):\n    largest = max(shapes)\n    return largest.size\n"),),
    ),
    Case(
        "python: a method that a base from elsewhere may have",
        {
            "pkg/__init__.py": "",
            "pkg/view.py": "from elsewhere import View\n\n\nclass Mine(View):\n    def draw(self):\n        pass\n\n    def other(self):\n        pass\n",
        },
        (("pkg/view.py", "    def draw(self):\n        pass\n\n", ""),),
        (("pkg/use.py", "", "from pkg.view import Mine\n\n\ndef use(view: Mine):\n    view.draw()\n"),),
    ),
    Case(
        "python: a parameter more with a default",
        PYTHON,
        (("pkg/shapes.py", "def largest(shapes):", "def largest(shapes, key=None, *, reverse=False):"),),
        ((NEW, "", TOP),),
    ),
    Case(
        "python: arguments nobody can count",
        PYTHON,
        (("pkg/shapes.py", "def largest(shapes):", "def largest(shapes, key):"),),
        ((NEW, "", "from pkg.shapes import largest\n\n\ndef top(*shapes):\n    return largest(*shapes)\n"),),
    ),
    Case(
        "python: a decorator may give it other parameters",
        {**PYTHON, "pkg/shapes.py": SHAPES.replace("def largest(", "@wrapped\ndef largest(")},
        (("pkg/shapes.py", "def largest(shapes):", "def largest(session, shapes):"),),
        ((NEW, "", TOP),),
    ),
    Case(
        "python: parameters by name in another order",
        PYTHON,
        (("pkg/shapes.py", "def __init__(self, size, name):", "def __init__(self, name, size):"),),
        (after("pkg/user.py", "def last():\n", "    print(Shape(size=1, name='x'))\n"),),
    ),
    Case(
        "python: a removed import, and a keyword of that name",
        PYTHON,
        (("pkg/shapes.py", "import os\n", ""), ("pkg/shapes.py", "    return os.getcwd()", "    return '.'")),
        (("pkg/shapes.py", '    """The largest."""\n', '    """The largest."""\n    print(dict(os=1))\n'),),
    ),
    Case(
        "python: both add the same text",
        PYTHON,
        (after("pkg/shapes.py", "LIMIT = 10\n", "\n\ndef smallest(shapes):\n    return min(shapes)\n"),),
        (after("pkg/shapes.py", "    return os.getcwd()\n", "\n\ndef smallest(shapes):\n    return min(shapes)\n"),),
    ),
    Case(
        "python: both define a method of one name in different classes",
        STORES,
        (("pkg/store.py", "    def close(self):\n", "    def drop(self):\n        pass\n\n    def close(self):\n"),),
        (after("pkg/store.py", '        """Write."""\n', "\n\nclass Other:\n    def drop(self):\n        pass\n"),),
    ),
    Case(
        "python: a class that is abstract itself",
        STORES,
        (
            (
                "pkg/store.py",
                "    def close(self):\n",
                "    @abstractmethod\n    def drop(self, key):\n        pass\n\n    def close(self):\n",
            ),
        ),
        (
            (
                "pkg/cached.py",
                "",
                "from abc import ABC\n\nfrom .store import Store\n\n\nclass Cached(Store, ABC):\n    def read(self, key):\n        return key\n",
            ),
        ),
    ),
    Case(
        "python: an override that takes anything",
        STORES,
        (("pkg/store.py", "def write(self, key, value):", "def write(self, key, value, ttl):"),),
        (("pkg/memory.py", "", NEW_STORE.replace("key, value)", "*args)")),),
    ),
    Case(
        "python: the user's side used it before as well",
        {**PYTHON, NEW: TOP},
        (WITHOUT_LARGEST, (NEW, TOP, "def top(shapes):\n    return max(shapes)\n")),
        (after("pkg/user.py", "def last():\n", "    print('last')\n"),),
    ),
    Case(
        "python: a module became a package",
        PYTHON,
        (("pkg/shapes/__init__.py", "", SHAPES),),
        ((NEW, "", TOP),),
        drop=("pkg/shapes.py",),
    ),
)

_TYPESCRIPT_MISSES = (
    Case(
        "typescript: a parameter more that may be left out",
        TYPESCRIPT,
        (("src/shapes.ts", "largest(shapes: Shape[])", "largest(shapes: Shape[], by?: string, last = 1)"),),
        ((TS_NEW, "", "import { largest } from './shapes';\n\nexport const top = largest([]);\n"),),
    ),
    Case(
        "typescript: moved, and exported from where it was",
        TYPESCRIPT,
        (("src/lib/math.ts", "", TS_MATH), ("src/math.ts", TS_MATH, "export * from './lib/math';\n")),
        ((TS_NEW, "", "import { ceil } from './math';\n\nexport const two = ceil(1.5);\n"),),
    ),
    Case(
        "typescript: exported under its old name",
        TYPESCRIPT,
        (
            (
                "src/math.ts",
                "export function ceil(x: number): number {\n  return Math.ceil(x);\n}\n",
                "function up(x: number): number {\n  return Math.ceil(x);\n}\n\nexport { up as ceil };\n",
            ),
        ),
        ((TS_NEW, "", "import { ceil } from './math';\n\nexport const two = ceil(1.5);\n"),),
    ),
    Case(
        "typescript: a member more that may be left out",
        TYPESCRIPT,
        (
            (
                "src/shapes.ts",
                "  grow(by: number): void;\n",
                "  grow(by: number): void;\n  shrink?(): void;\n  color?: string;\n",
            ),
        ),
        (
            (
                TS_NEW,
                "",
                "import { Sized } from './shapes';\n\nexport class Box implements Sized {\n  size = 1;\n\n  grow(by: number): void {}\n}\n",
            ),
        ),
    ),
    Case(
        "typescript: an import that hid what is there anyway",
        {
            "src/a.ts": "import fetch from 'node-fetch';\n\nexport function one() {\n  return 1;\n}\n\nexport function two() {\n  return 2;\n}\n\nexport function load(x: string) {\n  return fetch(x);\n}\n"
        },
        (
            ("src/a.ts", "import fetch from 'node-fetch';\n", "import './polyfill';\n"),
            ("src/a.ts", "return fetch(x)", "return x"),
        ),
        (("src/a.ts", "  return 1;\n", "  return fetch('1');\n"),),
    ),
    Case(
        "typescript: a type and a value of one name",
        TYPESCRIPT,
        (after("src/shapes.ts", "export const LIMIT = 10;\n", "\nexport type Half = number;\n"),),
        (
            (
                "src/shapes.ts",
                "  return shapes[shapes.length - 1];\n}\n",
                "  return shapes[shapes.length - 1];\n}\n\nexport const Half = 0.5;\n",
            ),
        ),
    ),
)

_JAVA_MISSES = (
    Case(
        "java: an overload more",
        JAVA,
        (
            after(
                f"{J}/Shape.java",
                "    public int area(int height) {\n        return size * height;\n    }\n",
                "\n    public int area(int height, int depth) {\n        return area(height) * depth;\n    }\n",
            ),
        ),
        (java("Report", "    public int top(Shape shape) {\n        return shape.area(1);\n    }\n"),),
    ),
    Case(
        "java: a default method more",
        JAVA,
        (
            (
                f"{J}/Sized.java",
                "    int size();\n",
                "    int size();\n\n    default int weight() {\n        return 0;\n    }\n",
            ),
        ),
        (
            (
                f"{J}/user/Box.java",
                "",
                "package org.demo.user;\n\nimport org.demo.Sized;\n\npublic class Box implements Sized {\n    @Override\n    public int size() {\n        return 1;\n    }\n}\n",
            ),
        ),
    ),
    Case(
        "java: what an interface newly asks for is inherited",
        JAVA,
        ((f"{J}/Sized.java", "    int size();\n", "    int size();\n\n    int area(int height);\n"),),
        (
            (
                f"{J}/user/Box.java",
                "",
                "package org.demo.user;\n\nimport org.demo.Shape;\nimport org.demo.Sized;\n\npublic class Box extends Shape implements Sized {\n    public Box() {\n        super(1);\n    }\n}\n",
            ),
        ),
    ),
    Case(
        "java: an override that is gone, and inherited from elsewhere",
        OVERRIDING,
        ((f"{J}/Panel.java", "    @Override\n    public void updateUI() {\n        super.updateUI();\n    }\n", ""),),
        (
            java(
                "Report",
                "    public void top(Panel panel) {\n        panel.updateUI();\n    }\n",
                "import org.demo.Panel;\n",
            ),
        ),
    ),
    Case(
        "java: a class in another folder of the same package",
        JAVA,
        (("lib/src/main/java/org/demo/Shape.java", "", JAVA_SHAPE),),
        (java("Report", "    private Shape shape = new Shape(1);\n"),),
        drop=(f"{J}/Shape.java",),
    ),
    Case(
        "java: everything of the package is imported",
        JAVA,
        ((f"{J}/Shape.java", "import java.util.List;\nimport java.util.Map;\n", "import java.util.*;\n"),),
        (
            (
                f"{J}/Shape.java",
                '        return shapes.get("largest");',
                '        List<Shape> all = null;\n        return shapes.get("largest");',
            ),
        ),
    ),
    Case(
        "java: overloads of both sides",
        JAVA,
        (
            after(
                f"{J}/Shape.java",
                '    protected String label = "shape";\n',
                "\n    public int half(int by) {\n        return size / by;\n    }\n",
            ),
        ),
        (
            (
                f"{J}/Shape.java",
                LARGEST_JAVA,
                LARGEST_JAVA + "\n    public int half(String by) {\n        return size();\n    }\n",
            ),
        ),
    ),
    Case(
        "java: a constructor that lombok makes",
        JAVA,
        (
            (f"{J}/Shape.java", "public class Shape", "@lombok.AllArgsConstructor\npublic class Shape"),
            (
                f"{J}/Shape.java",
                "    public Shape(int size) {\n        this.size = size;\n    }\n",
                "    public Shape(int size, int more, int other) {\n        this.size = size;\n    }\n",
            ),
        ),
        (java("Report", "    private Shape shape = new Shape(1);\n"),),
    ),
)

NEAR_MISSES = (*_PYTHON_MISSES, *_TYPESCRIPT_MISSES, *_JAVA_MISSES)
