// swift-tools-version: 6.3
import PackageDescription

// Benchmarks are a package of their own so that nobody builds them by accident. `Shared` links to the libraries' sources.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "courier-benchmarks",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "JSON", path: "Shared/JSON", swiftSettings: settings),
        .executableTarget(name: "json-benchmark", dependencies: ["JSON"], swiftSettings: settings),

        .target(name: "JSONStore", path: "Shared/JSONStore", swiftSettings: settings),
        .executableTarget(name: "journal-benchmark", dependencies: ["JSONStore"], swiftSettings: settings),

        .target(name: "Recurrence", path: "Shared/Recurrence", swiftSettings: settings),
        .executableTarget(name: "recurrence-benchmark", dependencies: ["Recurrence"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
