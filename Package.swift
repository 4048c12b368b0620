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
    static let collections: Self = .product(name: "Collections", package: "swift-collections")
    static let configuration: Self = .product(name: "Configuration", package: "swift-configuration")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting: Self = .product(name: "HummingbirdTesting", package: "hummingbird")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let serviceLifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let subprocess: Self = .product(name: "Subprocess", package: "swift-subprocess")
    static let yams: Self = .product(name: "Yams", package: "Yams")
}

extension Target {
    /// A library under `Shared/` and, when it has tests of its own, the target `Tests/<name>Tests`.
    static func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
        .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: settings)
    }

    /// The logic of one executable: `Services/<folder>/Core`.
    static func core(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
        .target(name: name, dependencies: dependencies, path: "Services/\(folder)/Core", swiftSettings: settings)
    }

    /// The options and wiring of one executable: `Services/<folder>/Main`.
    static func main(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(name: name, dependencies: dependencies, path: "Services/\(folder)/Main", swiftSettings: settings)
    }

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
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // MARK: Shared libraries, lowest first

        .shared("JSON"),
        .tests("JSONTests", ["JSON"]),

        .shared("JSONStore", ["JSON"]),
        .tests("JSONStoreTests", ["JSONStore"]),

        .shared("Recurrence"),
        .tests("RecurrenceTests", ["Recurrence"]),

        .shared("JobModel", ["JSON", "Recurrence", .crypto, .yams]),
        .tests("JobModelTests", ["JobModel", "TestSupport"]),

        .shared("Messages", ["JSON", "JobModel", "MessageBus", .crypto]),

        .shared("MessageBus"),
        .tests("MessageBusTests", ["MessageBus", "TestSupport"]),

        .systemLibrary(name: "CRabbitMQ", path: "Shared/CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .shared("RabbitMQBus", ["CRabbitMQ", "MessageBus"]),
        .tests("BrokerTests", ["RabbitMQBus", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
