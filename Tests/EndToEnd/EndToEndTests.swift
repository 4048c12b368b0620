import Testing

/// Real processes and a real broker. One suite after the other: each has a stack of its own, and a small machine has room for one.
@Suite(.serialized) enum EndToEndTests {}
