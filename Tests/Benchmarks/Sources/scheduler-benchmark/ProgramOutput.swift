import Glibc

/// Runs another program and takes what it prints.
enum ProgramOutput {
    static func of(_ program: String, _ arguments: [String]) throws -> String {
        guard let stream = popen("'\(program)' \(arguments.joined(separator: " ")) 2>&1", "r") else { throw NoProgram(program: program) }
        defer { pclose(stream) }
        var text = ""
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), stream) != nil {
            text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return text.split(separator: "\n").joined(separator: "\n")
    }
}

/// A program that is not there: it is built with `swift build -c release --product bus-limit`.
struct NoProgram: Error {
    let program: String
}
