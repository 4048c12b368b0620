import HTTPTypes
import Hummingbird
import JSON
import JobModel
import NIOCore

/// Takes a request's body, after checking that it is what the API reads.
enum BodyReader {
    /// The most bytes of a body that are read: 1 MiB.
    static let maximumBytes = TemplateReader.maximumBytes

    private static let limits = JSONLimits(depth: TemplateReader.maximumDepth, bytes: maximumBytes)

    static let tooLarge = APIProblem(.contentTooLarge, "The body has more than \(maximumBytes) bytes, which is the most that is read.")

    /// The body of `request`, which is JSON by its headers.
    ///
    /// - Throws: ``APIProblem`` with status 413 or 415.
    static func json(_ request: Request) async throws -> [UInt8] {
        try await body(of: request, types: [jsonType]).bytes
    }

    static let jsonType = "application/json"

    /// The body of `request`, and which of `types` it has by its headers.
    ///
    /// - Throws: ``APIProblem`` with status 413 or 415.
    static func body(of request: Request, types: [String]) async throws -> (bytes: [UInt8], type: String) {
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw APIProblem(
                .unsupportedMediaType, "The body is encoded (\(coding.prefix(64))); send it as it is, without Content-Encoding.",
                headers: [.acceptEncoding: "identity"])
        }
        let type = try checkType(request.headers[.contentType], types)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBytes { throw tooLarge }
        return (Array(buffer: try await request.body.collect(upTo: maximumBytes)), type)
    }

    private static func checkType(_ header: String?, _ types: [String]) throws(APIProblem) -> String {
        let expected = "expected \(types.joined(separator: ", ")) in UTF-8"
        guard let header else { throw APIProblem(.unsupportedMediaType, "The request has no Content-Type: \(expected).") }
        let parts = header.split(separator: ";").map { $0.trimming(while: \.isWhitespace).lowercased() }
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count).trimming { $0 == "\"" }
        guard let type = parts.first, types.contains(type), charset == nil || charset == "utf-8" else {
            throw APIProblem(.unsupportedMediaType, "The Content-Type is '\(header.prefix(100))': \(expected).")
        }
        return type
    }

    /// Reads `bytes` as `Value`. With `fields`, an object may have no others.
    ///
    /// - Throws: ``APIProblem`` with status 400 for what is no JSON and 422 for JSON of another shape.
    static func decode<Value: JSONDecodable>(_ bytes: [UInt8], as type: Value.Type, fields: Set<String>? = nil) throws -> Value {
        do {
            if let fields { try refuseOthers(than: fields, in: bytes) }
            return try Value(json: bytes, limits: limits)
        } catch let error as JSONError {
            let isShape = [.type, .value, .missingField, .notInteger, .numberRange].contains(error.code)
            let problem = TemplateProblem(
                isShape ? .invalid : .unparsable, at: error.pointer ?? .root, message: isShape ? "wrong value" : "no valid JSON",
                expected: error.expected, found: error.found, position: error.position)
            throw APIProblem(isShape ? .unprocessableContent : .badRequest, "The body cannot be used: \(problem).", problems: [problem])
        }
    }

    private static func refuseOthers(than fields: Set<String>, in bytes: [UInt8]) throws {
        var reader = JSONReader(bytes, limits: limits)
        try reader.object { reader, key in
            let name = key.string
            guard fields.contains(name) else {
                throw reader.failure(
                    "one of the fields \(fields.sorted().joined(separator: ", "))", found: "the field '\(name.prefix(64))'")
            }
            try reader.skip()
        }
        try reader.end()
    }
}

extension Substring {
    fileprivate func trimming(while isPadding: (Character) -> Bool) -> Substring {
        var text = drop(while: isPadding)
        while let last = text.last, isPadding(last) { text.removeLast() }
        return text
    }
}
