// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient: Self = .product(name: "AsyncHTTPClient", package: "async-http-client")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting: Self = .product(name: "HummingbirdTesting", package: "hummingbird")
    static let serviceLifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let yams: Self = .product(name: "Yams", package: "Yams")
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

    /// The options and wiring of one executable: `Services/<folder>/Main`.
    static func main(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(
            name: name,
            dependencies: dependencies + [
                .argumentParser, .logging, "JSONStore", "MessageBus", "Messages", "ServiceKit", "ServiceRuntime",
            ],
            path: "Services/\(folder)/Main", swiftSettings: settings)
    }

    /// The tests of a library: `Tests/<library>Tests`.
    static func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
    }
}

let package = Package(
    name: "courier",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "template-api", targets: ["template-api"]),
        .executable(name: "scheduler", targets: ["scheduler"]),
        .executable(name: "orchestrator-worker", targets: ["orchestrator-worker"]),
        .executable(name: "node-resolver", targets: ["node-resolver"]),
        .executable(name: "result-collector", targets: ["result-collector"]),
        .executable(name: "runner", targets: ["runner"]),
        .executable(name: "courier", targets: ["courier"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .shared("Hexadecimal"),
        .tests("HexadecimalTests", ["Hexadecimal"]),

        .shared("JSON", ["Hexadecimal"]),
        .tests("JSONTests", ["JSON"]),

        .shared("Recurrence"),
        .tests("RecurrenceTests", ["Recurrence"]),

        .shared("Extraction", ["JSON"]),
        .tests("ExtractionTests", ["Extraction", "JSON"]),

        .shared("MessageBus"),
        .tests("MessageBusTests", ["MessageBus"]),

        .shared("JSONStore", ["JSON"]),
        .tests("JSONStoreTests", ["JSONStore"]),

        .shared("NodeQuery", ["Extraction", "JSON"]),
        .tests("NodeQueryTests", ["Extraction", "JSON", "NodeQuery"]),

        .shared("JobModel", ["Extraction", "JSON", "NodeQuery", "Recurrence", .crypto]),
        .tests("JobModelTests", ["JobModel"]),

        .shared("TemplateYAML", ["JSON", "JobModel", .yams]),
        .tests("TemplateYAMLTests", ["JSON", "JobModel", "TemplateYAML", "TestSupport"]),

        .shared("Messages", ["Hexadecimal", "JSON", "JobModel", "MessageBus", .crypto]),
        .tests("MessagesTests", ["Messages"]),

        .shared(
            "ServiceKit",
            [
                "JSON", "JSONStore", "JobModel", "MessageBus", "Messages",
                .deque, .heap, .logging,
            ]),
        .tests("ServiceKitTests", ["ServiceKit", "TestSupport"]),

        .shared("TestSupport", ["JSON", "JobModel", "MessageBus", "ServiceKit"]),
        .tests("BrokerTests", ["JSON", "MessageBus", "RabbitMQBus", "TestSupport", .asyncHTTPClient]),

        .systemLibrary(name: "CRabbitMQ", path: "Shared/CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .shared("RabbitMQBus", ["CRabbitMQ", "Hexadecimal", "MessageBus"]),

        .shared(
            "ServiceRuntime",
            [
                "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "RabbitMQBus", "ServiceKit", .argumentParser, .hummingbird,
                .logging, .nioCore,
                .serviceLifecycle, .unixSignals,
            ]),

        // MARK: Services

        .core("SchedulerCore", "Scheduler", ["JSON", "JobModel", "MessageBus", "Messages", "Recurrence", "ServiceKit", .heap, .deque]),
        .core(
            "NodeResolverCore", "NodeResolver",
            [
                "Hexadecimal", "JSON", "JobModel", "MessageBus", "Messages", "NodeQuery", "ServiceKit", .asyncHTTPClient, .crypto, .logging,
                .nioCore, .nioHTTP1,
            ]),
        .core(
            "TemplateAPICore", "TemplateAPI",
            [
                "Hexadecimal", "JSON", "JobModel", "MessageBus", "Messages", "Recurrence", "ServiceKit", "TemplateYAML", .crypto, .deque,
                .hummingbird, .logging, .nioHTTP1,
            ]),
        .target(name: "CProcess", path: "Services/Runner/CProcess"),
        .core(
            "RunnerCore", "Runner",
            [
                "CProcess", "Extraction", "JSON", "JobModel", "MessageBus", "Messages", "ServiceKit", "TemplateYAML", .asyncHTTPClient,
                .crypto, .deque, .logging, .nioCore, .nioHTTP1,
            ]),
        .core(
            "CourierCore", "Courier",
            [
                "Extraction", "JSON", "JobModel", "Messages", "Recurrence", "TemplateYAML", .argumentParser, .asyncHTTPClient, .deque,
                .yams, .nioCore,
                .nioHTTP1,
            ]),
        .core(
            "CollectorCore", "ResultCollector", ["JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", .deque, .logging]),
        .core("WorkerCore", "OrchestratorWorker", ["JSON", "JobModel", "MessageBus", "Messages", "ServiceKit"]),

        .main("orchestrator-worker", "OrchestratorWorker", ["WorkerCore"]),
        .main("scheduler", "Scheduler", ["SchedulerCore"]),
        .main("node-resolver", "NodeResolver", ["NodeResolverCore", .asyncHTTPClient]),
        .main("template-api", "TemplateAPI", ["TemplateAPICore", .hummingbird]),
        .main("runner", "Runner", ["RunnerCore"]),
        .executableTarget(
            name: "courier", dependencies: ["CourierCore", .argumentParser], path: "Services/Courier/Main", swiftSettings: settings),
        .main("result-collector", "ResultCollector", ["CollectorCore"]),

        .tests(
            "CollectorTests",
            ["CollectorCore", "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", "TestSupport", .logging]),
        .tests("CourierTests", ["CourierCore", "JSON", "JobModel", "TemplateYAML", .hummingbird, .nioCore]),
        .tests(
            "NodeResolverTests",
            [
                "Hexadecimal", "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "NodeQuery", "NodeResolverCore", "ServiceKit",
                "TestSupport", .hummingbird,
                .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .logging,
            ]),
        .tests(
            "RunnerTests", ["JSONStore", "JobModel", "MessageBus", "Messages", "RunnerCore", "ServiceKit", "TestSupport", .hummingbird]),
        .tests(
            "SchedulerTests",
            ["JSONStore", "JobModel", "MessageBus", "Messages", "Recurrence", "SchedulerCore", "ServiceKit", "TestSupport"]),
        .tests(
            "TemplateAPITests",
            [
                "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", "TemplateAPICore", "TestSupport",
                .hummingbirdTesting,
            ]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "JSON", "JobModel", "MessageBus", "Messages", "RabbitMQBus", "TestSupport", .asyncHTTPClient, .nioCore, .nioHTTP1,
                "courier", "fleet", "node-resolver", "orchestrator-worker", "result-collector", "runner", "scheduler", "template-api",
            ], path: "Tests/EndToEnd", swiftSettings: settings),
        .executableTarget(
            name: "nodes-benchmark", dependencies: ["JSON", "JobModel", "MessageBus", "Messages", "NodeResolverCore", "ServiceKit"],
            path: "Tests/NodesBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "templates-benchmark", dependencies: ["JSON", "JobModel", "TemplateYAML", "TestSupport"],
            path: "Tests/TemplatesBenchmark",
            swiftSettings: settings),
        .executableTarget(
            name: "runner-benchmark",
            dependencies: ["JSON", "JobModel", "MessageBus", "Messages", "RabbitMQBus", "RunnerCore", "TestSupport"],
            path: "Tests/RunnerBenchmark", swiftSettings: settings),
        .tests("OrchestrationTests", ["CollectorCore", "WorkerCore"]),
        .tests(
            "LiveEventTests",
            [
                "CollectorCore", "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "ServiceKit", "TemplateAPICore",
                .asyncHTTPClient,
                .hummingbird, .logging, .nioCore, .nioHTTP1, .nioPosix,
            ]),
        .executableTarget(
            name: "fleet",
            dependencies: [
                "JSON", "JSONStore", "JobModel", "MessageBus", "Messages", "NodeResolverCore", "RabbitMQBus", "ServiceKit", .argumentParser,
                .asyncHTTPClient, .nioCore, .nioHTTP1,
            ], path: "Tests/Fleet", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
