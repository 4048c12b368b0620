import JSON
import Testing

@testable import JobModel

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0), "1970-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.125Z", 1_767_225_600_125_000, "2026-01-01T00:00:00.125Z"),
        ("2026-01-01T00:00:00.000001Z", 1_767_225_600_000_001, "2026-01-01T00:00:00.000001Z"),
        ("2026-01-01T02:00:00+02:00", 1_767_225_600_000_000, "2026-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.5Z", -500_000, "1969-12-31T23:59:59.500Z"),
        ("2000-02-29t12:34:56z", 951_827_696_000_000, "2000-02-29T12:34:56Z"),
    ])
    func aTimeIsReadAndWritten(_ text: String, _ microseconds: Int64, _ written: String) throws {
        let time = try #require(Timestamp(text))
        #expect(time.microseconds == microseconds)
        #expect(time.description == written)
    }

    @Test(arguments: [
        "", "2026-01-01", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01 00:00:00Z", "2026-01-01T00:00:60Z",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func everyDayOfFourCenturiesIsReadBack() {
        for day in stride(from: Int64(-80_000), to: 100_000, by: 7) {
            let time = Timestamp(seconds: day * 86_400 + 3661)
            #expect(Timestamp(time.description) == time)
        }
    }
}
