/// One value for each row of a table, equal values kept once: what is asked of a value is worked out once for all rows that have it.
struct ValueColumn<Value: Hashable & Sendable>: Sendable {
    /// The number of each row's value; 0: the row has none.
    private var numbers: [UInt32] = []
    /// The values by number, and how many rows have each.
    private var values: [Value?] = [nil]
    private var counts: [UInt32] = [0]
    private var numberOf: [Value: UInt32] = [:]
    private var free: [UInt32] = []

    /// How many different values there are.
    var distinctCount: Int { numberOf.count }

    subscript(row: Int) -> Value? {
        row < numbers.count ? values[Int(numbers[row])] : nil
    }

    mutating func set(_ row: Int, _ value: Value?) {
        let old = row < numbers.count ? numbers[row] : 0
        if old != 0, values[Int(old)] == value { return }
        if old == 0, value == nil { return }
        while numbers.count <= row { numbers.append(0) }
        release(old)
        numbers[row] = value.map { take($0) } ?? 0
    }

    private mutating func take(_ value: Value) -> UInt32 {
        if let number = numberOf[value] {
            counts[Int(number)] += 1
            return number
        }
        let number = free.popLast() ?? UInt32(values.count)
        if Int(number) == values.count {
            values.append(value)
            counts.append(1)
        } else {
            values[Int(number)] = value
            counts[Int(number)] = 1
        }
        numberOf[value] = number
        return number
    }

    private mutating func release(_ number: UInt32) {
        guard number != 0 else { return }
        counts[Int(number)] -= 1
        guard counts[Int(number)] == 0, let value = values[Int(number)] else { return }
        numberOf[value] = nil
        values[Int(number)] = nil
        free.append(number)
    }

    /// The rows of `rows` whose value is one of `wanted`: it is looked up, however many values there are.
    func rows(of rows: RowSet, with wanted: [Value]) -> RowSet {
        var answers = [UInt8](repeating: 1, count: values.count)
        for number in wanted.compactMap({ numberOf[$0] }) { answers[Int(number)] = 2 }
        return self.rows(of: rows, answers) { _ in false }
    }

    /// The rows of `rows` whose value `test` holds of; it is asked once for each value that occurs there.
    func rows(of rows: RowSet, where test: (Value) -> Bool) -> RowSet {
        var answers = [UInt8](repeating: 0, count: values.count)
        answers[0] = 1
        return self.rows(of: rows, answers, test)
    }

    /// - Parameter answers: For each value's number 0: not asked yet, 1: no, 2: yes.
    private func rows(of rows: RowSet, _ answers: [UInt8], _ test: (Value) -> Bool) -> RowSet {
        var answers = answers
        return numbers.withUnsafeBufferPointer { numbers in
            rows.filter { row in
                guard row < numbers.count else { return false }
                let number = Int(numbers[row])
                if answers[number] == 0 { answers[number] = values[number].map(test) == true ? 2 : 1 }
                return answers[number] == 2
            }
        }
    }
}

/// A text that is equal to another only byte for byte; `String` takes different writings of an accent for the same.
struct ExactText: Sendable, Hashable {
    let text: String

    static func == (left: ExactText, right: ExactText) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
