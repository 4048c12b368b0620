import FoundationEssentials

/// The identifiers of the nodes that a fleet plays: the same numbers are the same nodes, in every process.
enum FleetNodes {
    /// Node `index`, from 0.
    static func id(_ index: Int) -> UUID {
        func byte(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: index >> (8 * place)) }
        return UUID(uuid: (0xF1, 0xEE, 0x70, 0, 0, 0, 0x40, 0, 0x80, 0, byte(5), byte(4), byte(3), byte(2), byte(1), byte(0)))
    }

    /// `count` nodes from the one with the number `first` on.
    static func ids(_ count: Int, from first: Int = 0) -> [UUID] { (first..<first + count).map(id) }
}
