// swift-tools-version: 6.3
import PackageDescription

// Benchmarks are a package of their own so that nobody builds them by accident. `Shared` and `Services` link to the sources.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "courier-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(name: "Hexadecimal", path: "Shared/Hexadecimal", swiftSettings: settings),
        .target(name: "JSON", dependencies: ["Hexadecimal"], path: "Shared/JSON", swiftSettings: settings),
        .executableTarget(name: "json-benchmark", dependencies: ["JSON"], swiftSettings: settings),

        .target(name: "JSONStore", path: "Shared/JSONStore", swiftSettings: settings),
        .executableTarget(name: "journal-benchmark", dependencies: ["JSONStore"], swiftSettings: settings),

        .target(name: "Recurrence", path: "Shared/Recurrence", swiftSettings: settings),
        .executableTarget(name: "recurrence-benchmark", dependencies: ["Recurrence"], swiftSettings: settings),

        .target(name: "Extraction", dependencies: ["JSON"], path: "Shared/Extraction", swiftSettings: settings),
        .target(name: "NodeQuery", dependencies: ["Extraction", "JSON"], path: "Shared/NodeQuery", swiftSettings: settings),
        .target(
            name: "JobModel", dependencies: ["Extraction", "JSON", "NodeQuery", "Recurrence", crypto], path: "Shared/JobModel",
            swiftSettings: settings),
        .target(name: "MessageBus", path: "Shared/MessageBus", swiftSettings: settings),
        .target(
            name: "Messages", dependencies: ["Hexadecimal", "JSON", "JobModel", "MessageBus", crypto], path: "Shared/Messages",
            swiftSettings: settings),
        .target(
            name: "ServiceKit", dependencies: ["JSON", "JSONStore", "JobModel", "MessageBus", "Messages", deque, heap, logging],
            path: "Shared/ServiceKit", swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: ["JSON", "JobModel", "MessageBus", "ServiceKit"], path: "Shared/TestSupport",
            swiftSettings: settings
        ),
        .systemLibrary(
            name: "CRabbitMQ", path: "Shared/CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .target(
            name: "RabbitMQBus", dependencies: ["CRabbitMQ", "Hexadecimal", "MessageBus"], path: "Shared/RabbitMQBus",
            swiftSettings: settings),
        .target(
            name: "SchedulerCore",
            dependencies: ["JSON", "JobModel", "MessageBus", "Messages", "Recurrence", "ServiceKit", deque, heap],
            path: "Services/Scheduler/Core", swiftSettings: settings),
        .executableTarget(
            name: "scheduler-benchmark",
            dependencies: [
                "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "RabbitMQBus", "SchedulerCore", "ServiceKit", "TestSupport",
                logging,
            ], swiftSettings: settings),
        .target(
            name: "CollectorCore", dependencies: ["JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", logging],
            path: "Services/ResultCollector/Core", swiftSettings: settings),
        .executableTarget(
            name: "collector-benchmark",
            dependencies: ["CollectorCore", "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", logging],
            swiftSettings: settings),

        .target(
            name: "WorkerCore", dependencies: ["JSON", "JobModel", "MessageBus", "Messages", "ServiceKit", heap],
            path: "Services/OrchestratorWorker/Core", swiftSettings: settings),
        .executableTarget(
            name: "orchestration-benchmark", dependencies: ["JobModel", "Messages", "ServiceKit", "WorkerCore"], swiftSettings: settings),

        .executableTarget(name: "bus-benchmark", dependencies: ["MessageBus", "RabbitMQBus", "TestSupport"], swiftSettings: settings),
        .executableTarget(name: "bus-limit", linkerSettings: [.linkedLibrary("rabbitmq")]),
        .executableTarget(name: "message-limit", linkerSettings: [.linkedLibrary("rabbitmq"), .linkedLibrary("pthread")]),
    ],
    swiftLanguageModes: [.v6]
)
