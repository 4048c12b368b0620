import HTTPTypes
import Hummingbird
import JSON
import JobModel
import NIOCore

/// Takes a request's body, after checking that it is what the API reads.
enum BodyReader {
    /// The most bytes of a body that are read: 1 MiB.
    static let maximumBytes = TemplateReader.maximumBytes

    static let tooLarge = APIProblem(.contentTooLarge, "The body has more than \(maximumBytes) bytes, which is the most that is read.")

    /// The body of `request`, which is JSON by its headers.
    ///
    /// - Throws: ``APIProblem`` with status 413 or 415.
    static func json(_ request: Request) async throws -> [UInt8] {
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw APIProblem(
                .unsupportedMediaType, "The body is encoded (\(coding.prefix(64))); send it as it is, without Content-Encoding.",
                headers: [.acceptEncoding: "identity"])
        }
        try checkType(request.headers[.contentType])
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBytes { throw tooLarge }
        return Array(buffer: try await request.body.collect(upTo: maximumBytes))
    }

    private static func checkType(_ header: String?) throws(APIProblem) {
        let expected = "expected application/json in UTF-8"
        guard let header else { throw APIProblem(.unsupportedMediaType, "The request has no Content-Type: \(expected).") }
        let parts = header.split(separator: ";").map { $0.trimming(while: \.isWhitespace).lowercased() }
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count).trimming { $0 == "\"" }
        guard parts.first == "application/json", charset == nil || charset == "utf-8" else {
            throw APIProblem(.unsupportedMediaType, "The Content-Type is '\(header.prefix(100))': \(expected).")
        }
    }

    /// Reads `bytes` as `Value`. With `fields`, an object may have no others.
    ///
    /// - Throws: ``APIProblem`` with status 400 for what is no JSON and 422 for JSON of another shape.
    static func decode<Value: JSONDecodable>(_ bytes: [UInt8], as type: Value.Type, fields: Set<String>? = nil) throws -> Value {
        do {
            if let fields { try refuseOthers(than: fields, in: bytes) }
            return try Value(json: bytes)
        } catch let error as JSONError {
            let isShape = [.type, .value, .missingField, .notInteger, .numberRange].contains(error.code)
            let problem = TemplateProblem(
                isShape ? .invalid : .unparsable, at: error.pointer ?? .root, message: isShape ? "wrong value" : "no valid JSON",
                expected: error.expected, found: error.found, position: error.position)
            throw APIProblem(isShape ? .unprocessableContent : .badRequest, "The body cannot be used: \(problem).", problems: [problem])
        }
    }

    private static func refuseOthers(than fields: Set<String>, in bytes: [UInt8]) throws {
        var reader = JSONReader(bytes)
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
