/// What is published on a channel and not yet confirmed, by tag. Confirms come in any order, singly or up to a tag.
struct Outstanding<Element> {
    private var slots: [Element?] = []
    private var head = 0
    private var firstTag: UInt64 = 1

    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// What has been waiting longest.
    var oldest: Element? { head < slots.count ? slots[head] : nil }

    /// Remembers what was published with the next tag of the channel.
    mutating func append(_ element: Element) {
        slots.append(element)
        count += 1
    }

    /// Removes what `tag` confirms, and with `multiple` everything before it (0 means everything), in order.
    mutating func settle(_ tag: UInt64, multiple: Bool, _ body: (Element) -> Void) {
        let last = multiple && tag == 0 ? firstTag + UInt64(slots.count) - 1 : tag
        guard last >= firstTag, last - firstTag < UInt64(slots.count) else { return }
        let end = Int(last - firstTag)
        // What lies before the head is settled already; a confirm may be about it once more.
        for index in stride(from: multiple ? head : end, through: end, by: 1) {
            guard let element = slots[index] else { continue }
            slots[index] = nil
            count -= 1
            body(element)
        }
        while head < slots.count, slots[head] == nil { head += 1 }
        if head > 1024, head * 2 > slots.count { compact() }
    }

    /// Removes everything; the channel begins anew with tag 1.
    mutating func removeAll(_ body: (Element) -> Void) {
        let left = slots
        self = Outstanding()
        for case let element? in left { body(element) }
    }

    private mutating func compact() {
        slots.removeFirst(head)
        firstTag += UInt64(head)
        head = 0
    }
}
