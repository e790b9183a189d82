"""A Python that has torch loaded when it starts.

Importing torch takes two to four seconds of a processor, and the panels' tests would do it more
than a hundred times. :func:`program` names a program that stands for Python: ``-m semigda ...`` is
forked from a server that has imported the slow packages, and so is code that begins with
:data:`MARK`. Everything else is run by the real one, and so is an engine whose Python is set up in
another way. The program ends as what was forked ends, and takes it along if it is killed. Only:
what was forked is not its child.

    python Testing/host/forked.py SOCKET     the server, until its standard input ends
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from importlib.machinery import PathFinder
from pathlib import Path

PYTHON = sys.executable
LOADED = ("numpy", "torch", "safetensors.torch", "SimpleITK")
PACKAGES = [name.partition(".")[0] for name in LOADED]
MARK = "# forked\n"  # the first line of code of the engine
VARIABLE = "SEMIGDA_FORKED_PYTHON"  # the program, for the processes of a test run
CLIENT = """#!{python} -IS
import json, os, signal, socket, sys

arguments = sys.argv[1:]
if arguments[:2] == ["-m", "semigda"] or "".join(arguments[1:2]).startswith({mark!r}):
    with socket.socket(socket.AF_UNIX) as server:
        server.connect({place!r})
        asked = json.dumps([arguments, dict(os.environ), os.getcwd(), os.nice(0)]).encode()
        socket.send_fds(server, [len(asked).to_bytes(4, "little")], [0, 1, 2])
        server.sendall(asked)
        told = server.recv(16)
    if told != b"other":
        status = int(told)
        if status < 0:
            signal.signal(-status, signal.SIG_DFL)
            os.kill(os.getpid(), -status)
        os._exit(status)
os.execv({python!r}, [{python!r}, *arguments])
"""

_server: subprocess.Popen | None = None


def program() -> str:
    """The program; its server ends with the process that asks first.

    The real Python where a process with torch cannot be forked.
    """
    global _server
    if not sys.platform.startswith("linux"):
        return PYTHON
    if VARIABLE not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="semigda-forked-"))
        made, place = folder / Path(PYTHON).name, str(folder / "socket")
        environment = os.environ | {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
        environment.pop("PYTHONPATH", None)
        _server = subprocess.Popen(
            [PYTHON, __file__, place],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        _server.stdout.readline()
        made.write_text(CLIENT.format(python=PYTHON, place=place, mark=MARK), "utf-8")
        made.chmod(0o700)
        os.environ[VARIABLE] = str(made)
    return os.environ[VARIABLE]


def serve(place: str) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place)
        server.listen()
        print("listening", flush=True)
        for name in LOADED:
            importlib.import_module(name)
        gc.freeze()  # or every fork copies all of it when it looks for garbage
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            asking, _ = server.accept()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if os.fork() == 0:
                server.close()
                _answer(asking)
                os._exit(0)
            asking.close()
    shutil.rmtree(Path(place).parent)


def _answer(asking: socket.socket) -> None:
    """Fork what is asked for, and wait for its end, or for that of the program that asks."""
    size, files, _, _ = socket.recv_fds(asking, 4, 3)
    with asking.makefile("rb") as stream:
        told = json.loads(stream.read(int.from_bytes(size, "little")))
    if not _is_same_python(told[1]):
        asking.sendall(b"other")
        return
    child = os.fork()
    if child == 0:
        asking.close()
        _become(files, *told)
    ended = os.pidfd_open(child)
    if ended not in select.select([asking, ended], [], [])[0]:
        os.killpg(child, signal.SIGKILL)  # with what it started
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with contextlib.suppress(OSError):  # it was killed
        asking.sendall(str(status).encode())


def _is_same_python(environment: dict[str, str]) -> bool:
    """Whether Python and what is loaded would be the same."""
    settings = [
        {name: value for name, value in one.items() if name.startswith(("PYTHON", "OMP_", "LD_"))}
        for one in (environment, os.environ)
    ]
    for one in settings:
        one.pop("PYTHONUNBUFFERED", None)  # every fork's streams are written line by line
    paths = settings[0].pop("PYTHONPATH", "").split(os.pathsep)
    found = PathFinder.find_spec
    return settings[0] == settings[1] and not any(found(name, paths) for name in PACKAGES)


def _become(files, arguments, environment, folder, nice) -> None:
    os.setpgid(0, 0)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, 1, "utf-8", closefd=False) for number, mode in enumerate("rww")
    )
    os.chdir(folder)
    os.nice(nice - os.nice(0))
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:1] = [folder, *environment.get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv = arguments[1:]
    if arguments[0] == "-m":
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        exec(arguments[1], {"__name__": "__main__"})
    sys.exit()


if __name__ == "__main__":
    serve(sys.argv[1])
