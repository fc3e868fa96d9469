"""Nothing in the engine depends on the order of a set: it changes from run to run."""

import ast

import pytest

from tests.tidy.tree import trees

SET_TYPES = frozenset({"set", "frozenset", "AbstractSet", "MutableSet", "Set"})
SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
# What goes through its argument, element by element, in order.
ORDERED = frozenset(
    {"list", "tuple", "iter", "enumerate", "map", "filter", "zip", "dict", "reversed"}
)
# What gives the same for any order.
INDIFFERENT = frozenset({"sorted", "set", "frozenset", "any", "all", "sum", "min", "max", "len"})


class Sets:
    """Knows which expressions of a module are sets: literals, calls, and names bound to them."""

    def __init__(self, tree: ast.AST) -> None:
        self.names: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign) and _is_set_type(node.annotation):
                self._learn(node.target)
            elif isinstance(node, ast.arg) and node.annotation and _is_set_type(node.annotation):
                self.names.add(node.arg)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and self.holds(node.value):
                for target in node.targets:
                    self._learn(target)

    def holds(self, node: ast.AST) -> bool:
        match node:
            case ast.Set() | ast.SetComp():
                found = True
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found = name in self.names
            case ast.Call(func=ast.Name(id=name)):
                found = name in {"set", "frozenset"}
            case ast.Call(func=ast.Attribute(value=value, attr=name)):
                found = name in SET_METHODS or (name == "copy" and self.holds(value))
            case ast.BinOp(left=left, right=right, op=op):
                found = isinstance(op, SET_OPERATORS) and (self.holds(left) or self.holds(right))
            case ast.IfExp(body=body, orelse=orelse):
                found = self.holds(body) or self.holds(orelse)
            case _:
                found = False
        return found

    def _learn(self, target: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self.names.add(target.id)
        elif isinstance(target, ast.Attribute):
            self.names.add(target.attr)


def _is_set_type(annotation: ast.AST) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in SET_TYPES)
        or (isinstance(node, ast.Attribute) and node.attr in SET_TYPES)
        for node in _outermost(annotation)
    )


def _outermost(annotation: ast.AST) -> list[ast.AST]:
    """The types that a value of this annotation may be; what is inside their brackets is not."""
    match annotation:
        case ast.BinOp(left=left, right=right, op=ast.BitOr()):
            return [*_outermost(left), *_outermost(right)]
        case ast.Subscript(value=ast.Name(id="Final"), slice=inner):
            return _outermost(inner)
        case ast.Subscript(value=value):
            return [value]
    return [annotation]


def disorder(path: str, tree: ast.AST) -> list[str]:
    """Return the lines that go through a set in whatever order it has."""
    sets = Sets(tree)
    calm = {
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in INDIFFERENT
        for argument in node.args
    }
    return [
        f"{path}:{getattr(node, 'lineno', 0)}: goes through a set"
        for node in ast.walk(tree)
        if any(sets.holds(walked) for walked in _walked(node, calm))
    ]


def _walked(node: ast.AST, calm: set[ast.expr]) -> list[ast.expr]:
    """The expressions that this node goes through in order."""
    match node:
        case ast.For(iter=iterated) | ast.YieldFrom(value=iterated) | ast.Starred(value=iterated):
            return [iterated]
        case ast.ListComp() | ast.DictComp() | ast.GeneratorExp() if node not in calm:
            return [part.iter for part in node.generators]
        case ast.Call(func=ast.Name(id=name), args=args) if name in ORDERED:
            return args
        case ast.Call(func=ast.Attribute(value=value, attr="pop"), args=[]):
            return [value]
        case ast.Call(func=ast.Attribute(attr="join" | "extend" | "fromkeys"), args=args):
            return args
    return []


def test_the_engine_never_goes_through_a_set() -> None:
    found = [line for path, tree in trees("src/tongbao/engine") for line in disorder(path, tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "sin",
    [
        "for x in {1, 2}: f(x)",
        "for x in set(a) | b: f(x)",
        "seen = set()\nfor x in seen: f(x)",
        "seen: Final[set[str]] = g()\ny = [x for x in seen]",
        "def f(seen: frozenset[str] | None): return list(seen)",
        "self.seen: set[str] = g()\ny = {x: 1 for x in self.seen}",
        "seen = {x for x in a}\ny = seen.pop()",
        "y = next(iter(a.union(b)))",
        "y = [*{1, 2}]",
        "y = ','.join({'a', 'b'})",
        "def f(): yield from {1, 2}",
    ],
)
def test_a_canary_that_goes_through_a_set_is_found(sin: str) -> None:
    assert len(disorder("a.py", ast.parse(sin))) == 1


@pytest.mark.parametrize(
    "fine",
    [
        "for x in sorted({1, 2}): f(x)",
        "seen = set()\ny = x in seen and len(seen)",
        "y = any(x > 1 for x in {1, 2})",
        "y = {x for x in {1, 2}}",
        "y: dict[str, set[int]] = {}\nfor x in y: f(x)",
        "for x in a.items(): f(x)",
    ],
)
def test_what_does_not_depend_on_order_is_left_alone(fine: str) -> None:
    assert disorder("a.py", ast.parse(fine)) == []
