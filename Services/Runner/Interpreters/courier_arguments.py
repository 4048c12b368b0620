"""The arguments of a command."""
import contextlib
import json

from courier_tool import Failure


class Arguments:
    """The arguments of a command. Each is asked for once; what nobody asked for is an error."""

    def __init__(self, given):
        self.given = {name: value for name, value in given.items() if value is not None}
        self.known = []

    def text(self, name, default=None, required=False):
        value = self.take(name)
        if value is None or value == "":
            if required:
                raise Failure(f"args.{name}: expected a text, found nothing", final=True)
            return default
        if isinstance(value, (dict, list, bool)):
            raise Failure(f"args.{name}: expected a text, found {kind(value)}", final=True)
        return str(value)

    def texts(self, name):
        """An array of texts, or one text with commas."""
        value = self.take(name)
        if isinstance(value, str):
            value = value.split(",")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Failure(f"args.{name}: expected texts, separated by commas or in an array, found {kind(value)}", final=True)
        return [item.strip() for item in value if item.strip()]

    def flag(self, name, default=False):
        value = self.take(name)
        if value is None or value == "":
            return default
        if isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        if not isinstance(value, bool):
            raise Failure(f"args.{name}: expected true or false, found {kind(value)}", final=True)
        return value

    def number(self, name, lowest, highest, default=None):
        """A number, or a text that is one, as it was written."""
        value = self.take(name)
        if value is None or value == "":
            return default
        try:
            if isinstance(value, (bool, dict, list)) or not lowest <= float(value) <= highest:
                raise ValueError
        except ValueError:
            raise Failure(f"args.{name}: expected a number from {lowest} to {highest}, found {kind(value)} {value!r}", final=True) from None
        return str(value)

    def object(self, name):
        value = self.take(name)
        if isinstance(value, str) and value.strip().startswith("{"):
            with contextlib.suppress(ValueError):
                value = json.loads(value)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise Failure(f"args.{name}: expected an object, found {kind(value)}", final=True)
        return value

    def take(self, name):
        if name not in self.known:
            self.known.append(name)
        return self.given.get(name)

    def end(self):
        """Refuses arguments that nobody has asked for."""
        for name in self.given:
            if name not in self.known:
                raise Failure(f"args: expected one of {', '.join(self.known)}, found '{name}'", final=True)


def kind(value):
    if isinstance(value, bool):
        return "a truth value"
    names = {str: "a text", dict: "an object", list: "an array", type(None): "null"}
    return names.get(type(value), "a number")
