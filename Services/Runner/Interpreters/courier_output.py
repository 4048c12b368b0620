"""What is shown of a step."""
import json
import sys
import threading


class Output:
    """Hands on what a tool writes, without the values that must not be shown, and keeps the end of its standard output for the verdict."""

    KEPT = 1 << 18

    def __init__(self, hidden):
        self.hidden = []
        self.tail = b""
        self.lock = threading.Lock()
        self.at_line_start = True
        for value in hidden:
            self.hide(value)

    def hide(self, value):
        # Longest first: a value that is part of another must not break it up.
        if value:
            self.hidden = sorted({*self.hidden, *(line for line in value.splitlines() if len(line) > 3), value}, key=len, reverse=True)

    def masked(self, text):
        for value in self.hidden:
            if value:
                text = text.replace(value, "***")
        return text

    def pump(self, source, target, is_stdout):
        # A value could be cut in two by what has come so far, so with values to hide only whole lines are handed on.
        read = source.readline if self.hidden else (lambda: source.read1(65536))
        for data in iter(read, b""):
            if self.hidden:
                data = self.masked(data.decode("utf-8", "replace")).encode()
            with self.lock:
                if is_stdout:
                    self.tail = (self.tail + data)[-self.KEPT:]
                    self.at_line_start = data.endswith(b"\n")
                target.write(data)
                target.flush()

    def show(self, path):
        """Hands on a file as standard output."""
        with open(path, "rb") as file:
            self.pump(file, sys.stdout.buffer, True)

    @property
    def text(self):
        with self.lock:
            return self.tail.decode("utf-8", "replace")

    def say(self, text):
        """Tells the person who watches."""
        print(self.masked(text), file=sys.stderr, flush=True)

    def answer(self, reply):
        """The last line on standard output is the answer; everything before it is the step's own output."""
        with self.lock:
            if not self.at_line_start:
                sys.stdout.buffer.write(b"\n")
            sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
            sys.stdout.buffer.flush()
