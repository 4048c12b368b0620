"""What the adapters beside this file share: the protocol of docs/interpreters.md, and running a tool.

Needs Python 3.8 and nothing beyond its standard library.
"""
import json
import os
import signal
import subprocess
import sys
import threading

from courier_arguments import Arguments
from courier_output import Output
from courier_tool import Failure

PROTOCOL = 1


class Stopped(BaseException):
    """The runner has sent TERM: the step is no longer wanted."""


def stop(_number, _frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def main(name, skill, tool, functions):
    """Answers `describe` or `run`. `functions`: exec -> a function of a Step that returns its outputs and exit code."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, stop)
    try:
        if sys.argv[1:] == ["describe"]:
            write({"protocol": PROTOCOL, "name": name, "skill": skill, **tool.describe()})
        elif sys.argv[1:] == ["run"]:
            sys.exit(run(tool, functions))
        else:
            print(f"usage: {sys.argv[0]} describe|run", file=sys.stderr)
            sys.exit(64)
    except Stopped:
        # Threads may still wait for a stream that somebody holds open.
        os._exit(128 + signal.SIGTERM)


def run(tool, functions):
    step = Step(json.load(sys.stdin), tool)
    try:
        function = functions.get(step.exec)
        if function is None:
            known = ", ".join(f"'{exec}'" for exec in functions)
            raise Failure(f"expected exec {known}, found {step.exec!r}", final=True)
        outputs, code = function(step)
        step.output.answer({"outputs": outputs, "exitCode": code})
        return 0
    except Failure as failure:
        reply = {"reason": step.output.masked(failure.reason), "final": failure.final, "outputs": failure.outputs}
        if failure.exit_code is not None:
            reply["exitCode"] = failure.exit_code
        step.output.answer(reply)
        return 1


def write(reply):
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


class Step:
    """What the runner wants done."""

    def __init__(self, document, tool):
        command = document["command"]
        self.exec = command.get("exec")
        self.arguments = Arguments(command.get("args") or {})
        self.directory = document.get("workingDirectory") or "/"
        self.version = document.get("version", "")
        self.tool = tool
        inputs = document.get("inputs") or {}
        self.output = Output([inputs.get(name, "") for name in document.get("sensitive") or []])

    def path(self, text):
        """A path of the template, relative to the step's working directory."""
        return os.path.join(self.directory, text)

    def secret(self, value):
        """Keeps `value` out of everything that is shown from now on."""
        self.output.hide(value)
        return value

    def run_tool(self, arguments, environment=None, scratch=None):
        """Runs the tool in the chosen version; what it writes is shown as it comes. Gives its exit code."""
        path = self.tool.at(self.version)
        merged = {name: value for name, value in os.environ.items() if not name.startswith("COURIER_INPUT_")}
        merged.update(environment or {})
        try:
            child = subprocess.Popen(
                [path, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=merged,
                cwd=self.directory)
        except OSError as error:
            raise Failure(f"{path} could not be started in {self.directory}: {error.strerror}") from None
        pumps = [
            threading.Thread(target=self.output.pump, args=pair, daemon=True)
            for pair in ((child.stdout, sys.stdout.buffer, True), (child.stderr, sys.stderr.buffer, False))
        ]
        try:
            for pump in pumps:
                pump.start()
            code = child.wait()
        except Stopped:
            self.end(child, scratch)
            raise
        for pump in pumps:
            # What the tool left running may hold its streams open; the runner ends that when this process is gone.
            pump.join(timeout=0.5)
        return code if code >= 0 else 128 - code

    @staticmethod
    def end(child, scratch):
        """The child is in this process's group and so has been told to end too. What it was given goes first: KILL may come any moment."""
        child.terminate()
        if scratch:
            scratch.remove()
        try:
            child.wait(timeout=4)
        except subprocess.TimeoutExpired:
            child.kill()
