internal import ArgumentParser

/// How results are written.
struct OutputOptions: ParsableArguments {
    @Option(help: "How the result is written: table, json or yaml.")
    var format: OutputFormat = .table
}
