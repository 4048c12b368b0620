extension JSONReader {
    /// Reads a key and makes sure that the object did not have it before.
    ///
    /// - Parameters:
    ///   - firstKey: Where the object's keys begin in `keys`.
    ///   - names: All keys of the object, once they are many or one is not plain ASCII.
    mutating func key(firstKey: Int, names: inout KeyNames?) throws -> JSONKey {
        mark = index
        guard current == UInt8(ascii: "\"") else {
            throw unexpected(
                keys.count > firstKey || names != nil ? "another key in double quotes" : "a key in double quotes or the end of the object")
        }
        let text = try scanString()
        let key = text.isEscaped ? escapedKey(text) : JSONKey(bytes, offset: text.start, count: text.count)
        if !text.isPlain { try checkMarks(of: key) }
        if names == nil, text.isPlain, keys.count - firstKey < KeyEntry.most {
            let entry = KeyEntry(hash: key.filter, offset: text.start, count: text.count)
            for other in keys[firstKey...] where other.hash == entry.hash {
                if isSame(other, entry) { throw duplicate(key) }
            }
            keys.append(entry)
            return key
        }
        var all = names ?? KeyNames(keys[firstKey...].map { KeyName(bytes[$0.offset..<$0.offset + $0.count]) })
        names = nil
        let isNew = all.insert(key.withUTF8 { KeyName($0) }).inserted
        names = all
        guard isNew else { throw duplicate(key) }
        return key
    }

    private func isSame(_ left: KeyEntry, _ right: KeyEntry) -> Bool {
        left.count == right.count
            && bytes[left.offset..<left.offset + left.count].elementsEqual(bytes[right.offset..<right.offset + right.count])
    }

    private func escapedKey(_ text: StringText) -> JSONKey {
        let bytes = Array(unescaped(text).utf8)
        return JSONKey(bytes, offset: 0, count: bytes.count)
    }

    /// Refuses what would make comparing the key as a `String` slow: that sorts each run of combining marks, in quadratic time.
    private func checkMarks(of key: JSONKey) throws {
        let most = JSONLimits.combiningMarks
        guard key.count > 2 * most else { return }
        var run = 0
        for scalar in key.string.unicodeScalars {
            // The first combining mark is U+0300.
            let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
            run = isMark ? run + 1 : 0
            guard run <= most else {
                throw defect(.value, at: mark, expected: "a key with at most \(most) combining marks in a row", found: "one with more")
            }
        }
    }

    private func duplicate(_ key: JSONKey) -> JSONError {
        defect(.duplicateKey, at: mark, expected: "each key once in an object", found: "the key \"\(key.string)\" a second time")
            .inside(key.string)
    }

    /// The error for a key at `offset` that equals another one as a `String`, but not byte for byte: who holds members by `String` would lose
    /// one of them.
    @usableFromInline
    func equivalent(_ key: String, at offset: Int) -> JSONError {
        defect(
            .duplicateKey, at: offset, expected: "each key once in an object",
            found: "the key \"\(key)\" a second time, written with other code points")
    }
}

extension JSONKey {
    /// Differs for most keys that differ. Not for hash tables: whoever writes the document can make it collide.
    @inline(__always)
    var filter: UInt64 {
        var hash = (words.0 ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ words.1) &* 0xC2B2_AE3D_27D4_EB4F
        return (hash ^ words.2) &* 0x1656_67B1_9E37_79F9 ^ words.3
    }
}
