/// The set of days that match a rule's day-level parts, over all years: 28 kinds of year are worked out once, so that looking for a day,
/// backwards or forwards, skips a year in a few instructions, and counting the days of a year is a population count.
struct DayFilter {
    /// `YearMask.words` words for each kind of year; empty when every day matches.
    private let words: [UInt64]
    /// The matching days of each kind of year.
    private let counts: [Int]
    let matchesNothing: Bool

    init(_ rules: DayRules) {
        guard !rules.isEmpty else {
            words = []
            counts = []
            matchesNothing = false
            return
        }
        var words: [UInt64] = []
        words.reserveCapacity(YearKind.count * YearMask.words)
        var counts: [Int] = []
        var mask = YearMask()
        for index in 0..<YearKind.count {
            // Only week numbers look beyond the year itself.
            if index & 3 == 0 || index & 3 == 3 || !rules.weekNumbers.isEmpty { mask = rules.mask(for: YearKind(index: index)) }
            for word in 0..<YearMask.words { words.append(mask.bits[word]) }
            counts.append(words.suffix(YearMask.words).reduce(0) { $0 + $1.nonzeroBitCount })
        }
        self.words = words
        self.counts = counts
        matchesNothing = counts.allSatisfy { $0 == 0 }
    }

    var matchesEveryDay: Bool { words.isEmpty }

    /// A year with where its mask begins in `words`.
    private struct Year {
        let firstDay: Int
        let kind: Int
        var base: Int { kind * YearMask.words }

        init(_ year: Int) {
            firstDay = Civil.firstDay(ofYear: year)
            kind = YearKind.index(ofYear: year, firstDay: firstDay)
        }
    }

    func contains(_ day: Int) -> Bool {
        if matchesEveryDay { return true }
        let year = Year(Civil.year(of: day))
        let index = day - year.firstDay
        return words[year.base + index >> 6] >> UInt64(index & 63) & 1 != 0
    }

    /// The first matching day from `day` on, nil beyond year 9999. `day` is not before year 1.
    func next(from day: Int) -> Int? {
        guard day <= Civil.lastDay else { return nil }
        if matchesEveryDay { return day }
        if matchesNothing { return nil }
        let number = Civil.year(of: day)
        let year = Year(number)
        if let found = first(in: year, from: day - year.firstDay) { return found }
        var later = number + 1
        while later <= 9_999 {
            let year = Year(later)
            if counts[year.kind] > 0 { return first(in: year, from: 0) }
            later += 1
        }
        return nil
    }

    /// The last matching day up to `day`, nil before year 1. `day` is not beyond year 9999.
    func previous(from day: Int) -> Int? {
        guard day >= Civil.firstDay else { return nil }
        if matchesEveryDay { return day }
        if matchesNothing { return nil }
        let number = Civil.year(of: day)
        let year = Year(number)
        if let found = last(in: year, upTo: day - year.firstDay) { return found }
        var earlier = number - 1
        while earlier >= 1 {
            let year = Year(earlier)
            if counts[year.kind] > 0 { return last(in: year, upTo: 365) }
            earlier -= 1
        }
        return nil
    }

    /// How many of the days match.
    func count(in days: Range<Int>) -> Int {
        if matchesEveryDay || days.isEmpty { return days.count }
        var total = 0
        var number = Civil.year(of: days.lowerBound)
        var year = Year(number)
        total -= count(in: year, before: days.lowerBound - year.firstDay)
        while true {
            let next = Year(number + 1)
            if days.upperBound <= next.firstDay { return total + count(in: year, before: days.upperBound - year.firstDay) }
            total += counts[year.kind]
            number += 1
            year = next
        }
    }

    /// The matching day with `index` matching days between `day` and it, nil beyond year 9999.
    func day(at index: Int, from day: Int) -> Int? {
        if matchesEveryDay {
            let (found, overflow) = day.addingReportingOverflow(index)
            return overflow || found > Civil.lastDay ? nil : found
        }
        var number = Civil.year(of: day)
        var year = Year(number)
        let (sum, overflow) = index.addingReportingOverflow(count(in: year, before: day - year.firstDay))
        guard !overflow else { return nil }
        var left = sum
        while number <= 9_999 {
            if left < counts[year.kind] { return year.firstDay + select(left, in: year) }
            left -= counts[year.kind]
            number += 1
            year = Year(number)
        }
        return nil
    }

    private func first(in year: Year, from index: Int) -> Int? {
        var word = index >> 6
        guard word < YearMask.words else { return nil }
        var bits = words[year.base + word] & (~0 << UInt64(index & 63))
        while bits == 0 {
            word += 1
            if word == YearMask.words { return nil }
            bits = words[year.base + word]
        }
        return year.firstDay + word << 6 + bits.trailingZeroBitCount
    }

    private func last(in year: Year, upTo index: Int) -> Int? {
        var word = index >> 6
        var bits = words[year.base + word] & (~0 >> UInt64(63 - index & 63))
        while bits == 0 {
            if word == 0 { return nil }
            word -= 1
            bits = words[year.base + word]
        }
        return year.firstDay + word << 6 + 63 - bits.leadingZeroBitCount
    }

    private func count(in year: Year, before index: Int) -> Int {
        var total = 0
        for word in 0..<index >> 6 { total += words[year.base + word].nonzeroBitCount }
        guard index & 63 != 0 else { return total }
        return total + (words[year.base + index >> 6] & ~(~0 << UInt64(index & 63))).nonzeroBitCount
    }

    private func select(_ rank: Int, in year: Year) -> Int {
        var left = rank
        for word in 0..<YearMask.words {
            let bits = words[year.base + word]
            if left < bits.nonzeroBitCount { return word << 6 + bits.bit(at: left) }
            left -= bits.nonzeroBitCount
        }
        return 0
    }
}

extension UInt64 {
    /// The position of the set bit with `rank` set bits below it; there must be one.
    func bit(at rank: Int) -> Int {
        var bits = self
        for _ in 0..<rank { bits &= bits &- 1 }
        return bits.trailingZeroBitCount
    }
}
