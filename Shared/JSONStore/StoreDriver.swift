/// Keeps a service's records: a journal that is appended to, and snapshots that stand for all of it up to a point.
///
/// Order is the order of the calls: `append` and `snapshot` run in the caller's isolation until they have taken their place in the journal,
/// so what one actor calls first is first, whoever waits longer. Neither can be cancelled once called.
///
/// A crash at any moment loses nothing that `append` returned for. It may keep records whose `append` did not return, always the first ones of
/// those in order, and of one call perhaps only the first few: what must stand or fall together belongs into one record.
///
/// After an error in writing, the store accepts nothing more: every waiting and later call throws that same error. The process is then
/// expected to end; opening the store again replays what was acknowledged.
public protocol StoreDriver: Sendable {
    /// Calls `apply`, in the caller's isolation, for the records of the newest snapshot and then for those of the journal after it, in
    /// order. Once, before the first append.
    /// - Throws: `StoreError` for damage, another format, or a version that cannot be read; also when `apply` throws (code `recordRefused`,
    ///   with the place and the cause). The store then stays unusable. `CancellationError` when the task is cancelled.
    nonisolated(nonsending) func recover(_ apply: (StoreRecord) throws -> Void) async throws -> Recovery

    /// Appends the records in order and returns the last one's sequence once they are durable; callers that wait share one write and one
    /// sync. Each record is one JSON value without a line feed. Without records it waits for those appended before.
    /// - Throws: `StoreError`; nothing is appended when the code is `invalidArgument`, `notRecovered` or `closed`.
    @discardableResult
    nonisolated(nonsending) func append(_ records: [[UInt8]]) async throws -> UInt64

    /// Replaces everything appended before this call by the records that `write` emits, and returns the sequence covered once that is
    /// durable. Appends go on meanwhile.
    ///
    /// The state that `write` emits must be the one after exactly the appends called before: capture a copy of it and call this in the
    /// isolation that appends, with no suspension between. `write` runs on the store's own thread; what it throws abandons the snapshot
    /// and is thrown on, and the journal stays as it is.
    @discardableResult
    nonisolated(nonsending) func snapshot(
        writing write: @escaping @Sendable (_ emit: (_ record: [UInt8]) throws -> Void) throws -> Void
    ) async throws -> UInt64

    /// Sizes and counts as of now.
    var usage: StoreUsage { get }

    /// Lets what was appended become durable, then gives the directory back. Later calls throw `StoreError` with the code `closed`.
    nonisolated(nonsending) func close() async
}

extension StoreDriver {
    /// Replaces everything appended before this call by `records`; see `snapshot(writing:)`.
    @discardableResult
    public nonisolated(nonsending) func snapshot(_ records: some Sequence<[UInt8]> & Sendable) async throws -> UInt64 {
        try await snapshot { emit in
            for record in records { try emit(record) }
        }
    }

    /// Appends one record; see `append(_:)`.
    @discardableResult
    public nonisolated(nonsending) func append(_ record: [UInt8]) async throws -> UInt64 {
        try await append([record])
    }
}
