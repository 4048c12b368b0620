import FoundationEssentials

/// Where the executables are, and what the environment asks for.
enum Executables {
    /// `COURIER_BIN`, or where the tests are built.
    static let directory: String = {
        if let directory = ProcessInfo.processInfo.environment["COURIER_BIN"] { return directory }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return tests.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }()

    /// `COURIER_LONG=1`: longer forms of the tests.
    static let isLong = ProcessInfo.processInfo.environment["COURIER_LONG"] == "1"

    /// `COURIER_KEEP=1`: the directories with logs and stores stay.
    static let keepsFiles = ProcessInfo.processInfo.environment["COURIER_KEEP"] == "1"
}
