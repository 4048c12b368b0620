// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let deque: Self = .product(name: "DequeModule", package: "swift-collections")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let heap: Self = .product(name: "HeapModule", package: "swift-collections")
}

extension Target {
    /// A library under `Shared/`.
    static func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
        .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: settings)
    }

    /// The logic of one executable: `Services/<folder>/Core`.
    static func core(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
        .target(name: name, dependencies: dependencies, path: "Services/\(folder)/Core", swiftSettings: settings)
    }

    /// The tests of a library: `Tests/<library>Tests`.
    static func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
    }
}

let package = Package(
    name: "courier",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .shared("JSON"),
        .tests("JSONTests", ["JSON"]),

        .shared("Recurrence"),
        .tests("RecurrenceTests", ["Recurrence"]),

        .shared("MessageBus"),
        .tests("MessageBusTests", ["MessageBus"]),

        .shared("JSONStore", ["JSON"]),
        .tests("JSONStoreTests", ["JSONStore"]),

        .shared("JobModel", ["JSON", "Recurrence", .crypto]),
        .tests("JobModelTests", ["JobModel"]),

        .shared("Messages", ["JSON", "JobModel", "MessageBus", .crypto]),
        .tests("MessagesTests", ["Messages"]),

        .shared(
            "ServiceKit",
            [
                "JSON", "JSONStore", "JobModel", "MessageBus", "Messages",
                .deque, .logging,
            ]),
        .tests("ServiceKitTests", ["ServiceKit", "TestSupport"]),

        .shared("TestSupport", ["JobModel", "ServiceKit"]),

        // MARK: Services

        .core("CollectorCore", "ResultCollector", ["JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", .logging]),
        .core("WorkerCore", "OrchestratorWorker", ["JSON", "JobModel", "MessageBus", "Messages", "ServiceKit", .heap]),

        .tests("OrchestrationTests", ["CollectorCore", "WorkerCore"]),
    ],
    swiftLanguageModes: [.v6]
)
