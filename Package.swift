// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

extension Target {
    /// A library under `Shared/`.
    static func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
        .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: settings)
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
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
    ],
    targets: [
        .shared("JSON"),
        .tests("JSONTests", ["JSON"]),

        .shared("Recurrence"),
        .tests("RecurrenceTests", ["Recurrence"]),

        .shared("MessageBus"),

        .shared("JSONStore", ["JSON"]),

        .shared("JobModel", ["JSON", .product(name: "Crypto", package: "swift-crypto")]),
        .tests("JobModelTests", ["JobModel"]),
    ],
    swiftLanguageModes: [.v6]
)
