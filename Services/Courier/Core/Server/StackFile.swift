internal import JSON

/// What a stack started on this machine says about itself in `.courier/stack.json`.
struct StackFile: Sendable, Equatable {
    /// Where it was found.
    let path: String
    let url: String?
    let tokenFile: String?
    let managementURL: String?
    let managementUser: String?
    let managementPassword: String?
    let managementPasswordFile: String?
    let virtualHost: String?

    static let maximumBytes = 1 << 20

    /// Reads the file's content; paths in it are seen from the file's directory.
    init(path: String, content: [UInt8]) throws {
        let document: JSONNode
        do {
            document = try JSONNode.parse(content)
        } catch {
            throw CommandFailure.badInput("\(path) is no JSON document: \(error); start the stack again, or give --url")
        }
        let directory = Paths.parent(of: path) ?? "."
        let file = { (name: String) in document[name]?.text.map { Paths.join(directory, $0) } }
        self.path = path
        url = document["url"]?.text
        tokenFile = file("tokenFile")
        managementURL = document["managementUrl"]?.text
        managementUser = document["managementUser"]?.text
        managementPassword = document["managementPassword"]?.text
        managementPasswordFile = file("managementPasswordFile")
        virtualHost = document["virtualHost"]?.text
    }

    /// Looks for `.courier/stack.json` in `directory` and upwards.
    static func find(from directory: String) async throws -> StackFile? {
        var current: String? = directory
        while let directory = current {
            let path = Paths.join(directory, ".courier/stack.json")
            do {
                let content = try await BlockingWork.run { try Platform.read(path: path, limit: maximumBytes) }
                return try StackFile(path: path, content: content)
            } catch let failure as Platform.Failure {
                guard failure.isMissingFile else { throw CommandFailure.badInput("cannot read \(path): \(failure.reason)") }
            }
            current = Paths.parent(of: directory)
        }
        return nil
    }
}
