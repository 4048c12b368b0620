extension JSONReader {
    /// Reads an object and hands over its members in their order.
    ///
    /// - Parameter body: Called for each member with the reader at the member's value, of which it reads one. A value it does not read at all
    ///   is skipped.
    /// - Throws: `JSONError` when the next value is no object, is malformed, or has a key twice; what `body` throws.
    public mutating func object(_ body: (inout JSONReader, JSONKey) throws -> Void) throws {
        guard beginValue() == UInt8(ascii: "{") else { throw mismatch("an object") }
        let start = index
        let firstKey = keys.count
        try open()
        do {
            try members(body)
        } catch {
            close(backTo: start, firstKey: firstKey)
            throw error
        }
        depthLeft += 1
        keys.removeLast(keys.count - firstKey)
        mark = start
    }

    /// Reads an array.
    ///
    /// - Parameter body: Called for each element with the reader at the element, which it reads. An element it does not read at all is skipped.
    /// - Throws: `JSONError` when the next value is no array or is malformed; what `body` throws.
    public mutating func array(_ body: (inout JSONReader) throws -> Void) throws {
        guard beginValue() == UInt8(ascii: "[") else { throw mismatch("an array") }
        let start = index
        let firstKey = keys.count
        try open()
        do {
            try elements(body)
        } catch {
            close(backTo: start, firstKey: firstKey)
            throw error
        }
        depthLeft += 1
        mark = start
    }

    private mutating func open() throws {
        guard depthLeft > 0 else {
            let allowed = min(max(limits.depth, 0), JSONLimits.deepest)
            throw defect(.depth, at: index, expected: "at most \(allowed) arrays and objects inside one another", found: "one more")
        }
        depthLeft -= 1
        index += 1
    }

    /// After an error: as if the container had not been begun.
    private mutating func close(backTo start: Int, firstKey: Int) {
        depthLeft += 1
        keys.removeLast(keys.count - firstKey)
        index = start
    }

    private mutating func members(_ body: (inout JSONReader, JSONKey) throws -> Void) throws {
        let firstKey = keys.count
        var names: KeyNames?
        skipWhiteSpace()
        if current == UInt8(ascii: "}") {
            index += 1
            return
        }
        while true {
            let key = try key(firstKey: firstKey, names: &names)
            skipWhiteSpace()
            guard current == UInt8(ascii: ":") else { throw unexpected("a colon after the key") }
            index += 1
            skipWhiteSpace()
            let start = index
            do {
                try body(&self, key)
                if index == start { try skip() }
            } catch {
                throw Self.located(error, inside: key.string)
            }
            skipWhiteSpace()
            switch current {
            case UInt8(ascii: ","):
                index += 1
                skipWhiteSpace()
            case UInt8(ascii: "}"):
                index += 1
                return
            default: throw unexpected("a comma or the end of the object")
            }
        }
    }

    private mutating func elements(_ body: (inout JSONReader) throws -> Void) throws {
        skipWhiteSpace()
        if current == UInt8(ascii: "]") {
            index += 1
            return
        }
        var element = 0
        while true {
            let start = index
            do {
                try body(&self)
                if index == start { try skip() }
            } catch {
                throw Self.located(error, inside: String(element))
            }
            element += 1
            skipWhiteSpace()
            switch current {
            case UInt8(ascii: ","):
                index += 1
                skipWhiteSpace()
            case UInt8(ascii: "]"):
                index += 1
                return
            default: throw unexpected("a comma or the end of the array")
            }
        }
    }

    /// The error seen from the value that holds the one it is about.
    static func located(_ error: any Error, inside token: String) -> any Error {
        (error as? JSONError)?.inside(token) ?? error
    }
}
