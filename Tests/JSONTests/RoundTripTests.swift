import JSON
import Testing

@Test func aValueIsWrittenBackAsItWasRead() throws {
    let value = try JSONValue(json: Array(#"{"a":[1,2.50,"x\u0041\n",null,true],"b":{}}"#.utf8))
    #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"a":[1,2.50,"xA\n",null,true],"b":{}}"#)
}
