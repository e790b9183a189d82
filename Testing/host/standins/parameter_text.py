"""How each type of a parameter is written as text into a scripted-module node."""

from __future__ import annotations

import enum
import pathlib
import types
import typing

import slicer


class Default:
    """Annotation: the value of a parameter that the node does not hold yet."""

    def __init__(self, value=None, *, generator=None):
        self._value, self._generator = value, generator

    @property
    def value(self):
        return self._generator() if self._generator else self._value


class _Text:
    """A value that is one string."""

    def __init__(self, kinds, default, encode=str, decode=None, optional=False):
        self.kinds, self._default, self.optional = kinds, default, optional
        self.encode, self.decode = encode, decode or kinds[0]

    def default(self):
        return self._default

    def check(self, value):
        if value is None:
            raise ValueError("Value must not be None")
        if not isinstance(value, self.kinds):
            raise TypeError(f"{value!r} is not one of {self.kinds}")

    def is_in(self, node, name):
        return node.HasParameter(name)

    def write(self, node, name, value):
        node.SetParameter(name, self.encode(value))

    def read(self, node, name):
        return self.decode(node.GetParameter(name))

    def remove(self, node, name):
        node.UnsetParameter(name)


class _Node(_Text):
    """A node, kept as a node reference that follows the node when a scene is loaded."""

    def __init__(self, kinds):
        super().__init__(kinds, None)

    def check(self, value):
        if value is not None and not isinstance(value, self.kinds):
            raise TypeError(f"{value.GetClassName()} is not one of {self.kinds}")

    def write(self, node, name, value):
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)

    def remove(self, node, name):
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class _ObservedList(list):
    """A list whose changes go into the node at once, as in Slicer."""

    def __init__(self, values, written):
        super().__init__(values)
        self._written = written


def _written_through(method):
    def call(self, *arguments, **keywords):
        result = getattr(list, method)(self, *arguments, **keywords)
        self._written(self)
        return result

    return call


for _method in "append extend insert remove pop clear sort reverse __setitem__ __delitem__".split():
    setattr(_ObservedList, _method, _written_through(_method))


class _List:
    """`name.len` and `name.0`, `name.1` ..."""

    def __init__(self, element):
        self.element = element

    def default(self):
        return []

    def check(self, value):
        for one in value:
            self.element.check(one)

    def is_in(self, node, name):
        return node.HasParameter(f"{name}.len")

    def write(self, node, name, value):
        value = list(value)
        with slicer.util.NodeModify(node):
            old = int(node.GetParameter(f"{name}.len") or 0)
            for index, one in enumerate(value):
                self.element.write(node, f"{name}.{index}", one)
            node.SetParameter(f"{name}.len", str(len(value)))
            for index in range(len(value), old):
                self.element.remove(node, f"{name}.{index}")

    def read(self, node, name):
        count = int(node.GetParameter(f"{name}.len"))
        values = [self.element.read(node, f"{name}.{index}") for index in range(count)]
        return _ObservedList(values, lambda changed: self.write(node, name, changed))


def _is_node(kind) -> bool:
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


def node_types(kind) -> tuple:
    """The node classes of `vtkMRMLXNode` or of a union of such; () for anything else."""
    if typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kinds = [one for one in typing.get_args(kind) if one is not type(None)]
        return tuple(kinds) if all(_is_node(one) for one in kinds) else ()
    return (kind,) if _is_node(kind) else ()


def codec_for(kind):
    if node_types(kind):
        return _Node(node_types(kind))
    if kind is bool:
        return _Text((bool,), False, decode=lambda text: text == "True")
    if kind is int:
        return _Text((int,), 0)
    if kind is float:
        return _Text((float, int), 0.0)
    if kind is str:
        return _Text((str,), "")
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        first = next(iter(kind))
        return _Text((kind,), first, lambda value: value.name, lambda text: kind[text])
    if isinstance(kind, type) and issubclass(kind, pathlib.PurePath):
        return _Text((kind,), kind())
    if typing.get_origin(kind) is list:
        return _List(codec_for(typing.get_args(kind)[0]))
    raise TypeError(f"The test host has no parameter type {kind}")
