"""Every small fault that can be made in a file: one changed place in its syntax tree each.

What is not computed is left alone: docstrings, annotations, log lines, texts of errors, f-strings.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

OTHER = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Add,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
}
TOLD = {"warn", "warning", "message", "event", "TypeVar"}  # calls that only tell
SYMMETRIC = {"min", "max", "minimum", "maximum", "mse_loss", "l1_loss"}  # in their arguments
SPEED = {"inplace", "cancel_futures"}  # arguments that change no result


@dataclass(frozen=True)
class Mutant:
    """A file with one fault.

    Attributes:
        line: where, from 1.
        function: the innermost one around it, or the class; "" at the module's level.
        before, after: the source of what was changed.
        source: of the whole file.
    """

    line: int
    function: str
    before: str
    after: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a file, in its order."""
    tree = ast.parse(source)
    result = []
    for holder, name, index, function in list(_places(tree)):
        old = _get(holder, name, index)
        for new in _faults(old):
            before, after = ast.unparse(old), ast.unparse(new)
            _set(holder, name, index, new)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _set(holder, name, index, old)
            result.append(Mutant(old.lineno, function, before, after, text))
    return result


def _get(holder: ast.AST, name: str, index: int | None) -> ast.expr | ast.stmt:
    value = getattr(holder, name)
    return value if index is None else value[index]


def _set(holder: ast.AST, name: str, index: int | None, new: ast.AST) -> None:
    if index is None:
        setattr(holder, name, new)
    else:
        getattr(holder, name)[index] = new


def _places(node: ast.AST, function: str = "") -> Iterator[tuple[ast.AST, str, int | None, str]]:
    """Every expression and statement that may be changed: its holder, where it is held."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = node.name
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "exc", "cause", "bases", "type_params", "ctx"):
            continue
        held = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in held:
            if not isinstance(child, ast.AST) or _only_told(child):
                continue
            if isinstance(child, ast.keyword) and child.arg in ("strict", *SPEED):
                continue  # strict, of zip, only checks
            if isinstance(child, ast.expr | ast.stmt):
                yield node, name, index, function
            yield from _places(child, function)


def _only_told(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring, or ...
    call = node.value if isinstance(node, ast.Expr) else node
    if not isinstance(call, ast.Call):
        return False
    return _called(call) in TOLD


def _called(call: ast.Call) -> str | None:
    """The last name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def _faults(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand at a node's place."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            for other in OTHER.get(type(operator), ()):
                ops = [other() if n == at else old for n, old in enumerate(node.ops)]
                yield _with(node, ops=ops)
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=OTHER[type(node.op)][0]())
    elif isinstance(node, ast.BinOp):
        for other in OTHER.get(type(node.op), ()):
            yield _with(node, op=other())
        if not isinstance(node.op, ast.BitOr):  # of dicts and types: nothing is computed
            yield deepcopy(node.left)
    elif isinstance(node, ast.UnaryOp):
        yield deepcopy(node.operand)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.If | ast.While) and not isinstance(
        node.test,
        ast.Compare | ast.UnaryOp,  # which are changed themselves
    ):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield _with(node, value=ast.Constant(None))
    elif isinstance(node, ast.AugAssign | ast.Raise | ast.Break | ast.Continue) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.copy_location(ast.Pass(), node)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield _with(node, value=not value)
    elif isinstance(value, int):
        yield _with(node, value=value + 1)
    elif isinstance(value, float):
        yield _with(node, value=value * 2 or 1.0)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Two arguments in each other's place; a named one left out."""
    first = node.args[:2]
    differ = len({ast.dump(one) for one in first}) == 2 and _called(node) not in SYMMETRIC
    if differ and not any(isinstance(one, ast.Constant | ast.Starred) for one in first):
        yield _with(node, args=[*reversed(first), *node.args[2:]])
    for at, keyword in enumerate(node.keywords):
        if keyword.arg not in (None, "strict", *SPEED):  # None: **values
            yield _with(node, keywords=node.keywords[:at] + node.keywords[at + 1 :])


def _with(node: ast.AST, **changes) -> ast.AST:
    new = deepcopy(node)
    for name, value in changes.items():
        setattr(new, name, deepcopy(value))
    return new
