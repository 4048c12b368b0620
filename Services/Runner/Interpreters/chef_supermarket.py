"""Cookbooks from a Chef Supermarket, by its API: GET api/v1/cookbooks/NAME and api/v1/cookbooks/NAME/versions/VERSION."""
import json
import os
import re
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from courier_tool import Failure

NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
LARGEST_ANSWER = 16 << 20
LARGEST_ARCHIVE = 256 << 20
LARGEST_COOKBOOK = 1 << 30
SECONDS = 30


class Supermarket:
    """One Supermarket; `say` is told what is fetched."""

    def __init__(self, url, say):
        if not url.lower().startswith(("https://", "http://")):
            raise Failure(f"args.url: expected an address that begins with https:// or http://, found {url!r}", final=True)
        self.url = url.rstrip("/") + "/api/v1/cookbooks/"
        self.say = say
        self.known = {}

    def download(self, wanted, directory):
        """Puts cookbooks, `name` or `name@version`, and all that they depend on into `directory`. Gives name -> version."""
        chosen = self.resolve(wanted)
        os.makedirs(directory, exist_ok=True)
        for name, version in chosen.items():
            self.say(f"downloading {name} {version}")
            self.unpack(self.release(name, version)["file"], name, directory)
        return chosen

    def resolve(self, wanted):
        """The newest version of each that meets every demand known by then. Goes no way back: demands that exclude each other are an error."""
        demands = {}
        chosen = {}
        waiting = []
        for item in wanted:
            name, _, version = item.partition("@")
            waiting.append((name, f"= {version}" if version else ">= 0", "args.cookbooks"))
        while waiting:
            name, demand, origin = waiting.pop(0)
            demands.setdefault(name, []).append((demand, origin))
            if name in chosen and meets(chosen[name], demand):
                continue
            version = self.newest(name, demands[name])
            if name in chosen:
                self.say(f"{name}: {version} instead of {chosen[name]}, as {origin} demands")
            chosen[name] = version
            needs = self.release(name, version).get("dependencies") or {}
            waiting += [(other, demand, f"{name} {version}") for other, demand in needs.items()]
        return chosen

    def newest(self, name, demands):
        versions = self.versions(name)
        fitting = [version for version in versions if all(meets(version, demand) for demand, _ in demands)]
        if not fitting:
            asked = ", ".join(f"{demand} ({origin})" for demand, origin in demands)
            raise Failure(f"cookbook '{name}': expected a version {asked}, found {', '.join(versions) or 'none'}", final=True)
        return max(fitting, key=numbers)

    def versions(self, name):
        if not NAME.fullmatch(name):
            raise Failure(f"expected a cookbook's name, found {name!r}", final=True)
        answer = self.get(name)
        return [urllib.parse.unquote(url.rstrip("/").rpartition("/")[2]).replace("_", ".") for url in answer.get("versions") or []]

    def release(self, name, version):
        return self.get(f"{name}/versions/{version.replace('.', '_')}")

    def get(self, path):
        if path not in self.known:
            self.known[path] = self.fetch(path)
        return self.known[path]

    def fetch(self, path):
        url = self.url + path
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as response:
                answer = json.loads(response.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            raise Failure(f"{url}: {error.code} {error.reason}", final=error.code == 404) from None
        except (OSError, ValueError) as error:
            raise Failure(f"{url}: {error}") from None
        if not isinstance(answer, dict):
            raise Failure(f"{url}: expected a JSON object")
        return answer

    def unpack(self, url, name, directory):
        """Takes the place of a cookbook of that name; until everything is unpacked that one stays."""
        if not str(url).lower().startswith(("https://", "http://")):
            raise Failure(f"cookbook '{name}': expected an address of its archive, found {url!r}")
        with tempfile.TemporaryDirectory(prefix=".courier-", dir=directory) as scratch:
            archive = os.path.join(scratch, "archive")
            try:
                with urllib.request.urlopen(url, timeout=SECONDS) as response, open(archive, "wb") as file:
                    copy(response, file, LARGEST_ARCHIVE, url)
                extract(archive, scratch)
            except (OSError, EOFError, tarfile.TarError) as error:
                raise Failure(f"{url}: {error}") from None
            place = os.path.join(directory, name)
            if not os.path.isdir(os.path.join(scratch, name)):
                raise Failure(f"{url}: expected an archive of a folder '{name}', found {sorted(os.listdir(scratch))}")
            shutil.rmtree(place, ignore_errors=True)
            os.rename(os.path.join(scratch, name), place)


def extract(archive, directory):
    """Only folders and plain files, and none outside `directory`: whatever else an archive holds is no part of a cookbook."""
    left = LARGEST_COOKBOOK
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = [part for part in member.name.split("/") if part not in ("", ".")]
            if member.name.startswith("/") or ".." in parts or not parts or not (member.isfile() or member.isdir()):
                continue
            place = os.path.join(directory, *parts)
            if member.isdir():
                os.makedirs(place, exist_ok=True)
                continue
            left -= member.size
            if left < 0:
                raise Failure(f"{archive}: expected a cookbook of at most {LARGEST_COOKBOOK} bytes, found more")
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with tar.extractfile(member) as source, open(place, "wb") as target:
                shutil.copyfileobj(source, target)
            os.chmod(place, 0o755 if member.mode & 0o100 else 0o644)


def copy(source, target, limit, name):
    for block in iter(lambda: source.read(1 << 16), b""):
        limit -= len(block)
        if limit < 0:
            raise Failure(f"{name}: expected at most {LARGEST_ARCHIVE} bytes, found more")
        target.write(block)


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def meets(version, demand):
    """Whether a version meets a demand such as `>= 1.2`, `~> 1.2.3` or `= 1.0`."""
    operator, _, wanted = demand.strip().partition(" ") if " " in demand.strip() else ("=", "", demand.strip())
    length = max(len(numbers(version)), len(numbers(wanted)))
    one, other = ((numbers(text) + [0] * length)[:length] for text in (version, wanted))
    if operator == "~>":
        fixed = max(len(numbers(wanted)) - 1, 1)
        return one >= other and one[:fixed] == other[:fixed]
    comparisons = {"=": one == other, ">=": one >= other, "<=": one <= other, ">": one > other, "<": one < other}
    if operator not in comparisons:
        raise Failure(f"expected a demand with =, >=, <=, >, < or ~>, found {demand!r}")
    return comparisons[operator]
