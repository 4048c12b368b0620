"""Finding a tool on this machine, and a place for what it is given."""
import os
import re
import secrets
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor


class Failure(Exception):
    """Why a step failed. `final`: another attempt would only fail again."""

    def __init__(self, reason, final=False, exit_code=None, outputs=None):
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.exit_code = exit_code
        self.outputs = outputs or {}


class Scratch:
    """A directory that only this user can read, gone when the step is over or stopped."""

    def __init__(self):
        self.path = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"courier-{os.getpid()}-{secrets.token_hex(8)}")

    def __enter__(self):
        os.mkdir(self.path, 0o700)
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def directory(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path, 0o700, exist_ok=True)
        return path

    def write(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


class Tool:
    """A tool on this machine, perhaps in several versions."""

    PATIENCE = 8

    def __init__(self, title, executables, places=(), environment=None):
        """`executables`: its names, the first one preferred. `places`: directories beside those of PATH where it is usually installed."""
        self.title = title
        self.executables = executables
        self.places = places
        self.environment = environment

    def describe(self):
        found = self.versions()
        versions = sorted({version for version, _ in found.values() if version})
        if versions:
            return {"versions": versions}
        complaints = "; ".join(f"{path}: {reason}" for path, (_, reason) in found.items())
        return {"versions": [], "missing": complaints or self.absence}

    @property
    def absence(self):
        where = ":".join([*os.environ.get("PATH", "").split(":"), *self.places])
        return f"{self.title} is not installed: no {' or '.join(self.executables)} in {where}; install it and restart the runner"

    def installations(self):
        """The paths of all that are installed, each program once."""
        found = {}
        for directory in [*os.environ.get("PATH", "").split(":"), *self.places]:
            for name in self.executables:
                path = os.path.join(directory, name)
                if directory.startswith("/") and os.path.isfile(path) and os.access(path, os.X_OK):
                    found.setdefault(os.path.realpath(path), path)
        return list(found.values())

    def versions(self):
        """Path -> version, or None and why there is none."""
        paths = self.installations()
        with ThreadPoolExecutor(max_workers=max(len(paths), 1)) as pool:
            return dict(zip(paths, pool.map(self.version, paths)))

    def version(self, path):
        try:
            with Scratch() as scratch:
                answer = subprocess.run(
                    [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=self.PATIENCE, check=False,
                    env={**os.environ, "HOME": scratch.path}, cwd="/")
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, f"--version: {error}"
        match = re.search(r"\d+\.\d+(\.\d+)*(-[0-9A-Za-z.]+)?", answer.stdout.decode("utf-8", "replace"))
        if answer.returncode != 0 or not match:
            return None, f"--version: expected exit code 0 and a version, found {answer.returncode} and {answer.stdout[:80]!r}"
        return match.group(), None

    def at(self, version):
        """The path of that version."""
        paths = self.installations()
        if not paths:
            raise Failure(self.absence)
        if len(paths) == 1:
            return paths[0]
        found = self.versions()
        for path, (known, _) in found.items():
            if known == version:
                return path
        there = ", ".join(known for known, _ in found.values() if known) or "none"
        raise Failure(f"expected {self.title} {version}, found {there}: it has changed since the runner started; restart the runner")


def private_home():
    """Whether tools need a home of their own here: a service's may be `/`, or not there at all."""
    home = os.environ.get("HOME", "/")
    return home == "/" or not os.access(home, os.W_OK)
