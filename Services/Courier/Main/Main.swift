import CourierCore
import Foundation

@main
struct Main {
    static func main() async {
        let status = await CommandLineTool.runProcess(
            arguments: Array(CommandLine.arguments.dropFirst()),
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath)
        exit(status.rawValue)
    }
}
