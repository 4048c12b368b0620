public import JSON

extension GalleryTemplate {
    /// The template with `change` made to every text that its job gives a sensitive input, as value or by default; it is told where each
    /// stands. What is nothing but placeholders is no secret, and stays.
    public func mapSecrets(_ change: (_ text: String, _ pointer: JSONPointer) throws -> String) rethrows -> GalleryTemplate {
        var template = self
        template.job = try JSONNode(of: job, offset: 0, end: 0).mapSecrets(at: Self.jobPlace, change).value
        return template
    }

    /// Where a template keeps its job.
    static let jobPlace = JSONPointer(tokens: ["job"])
}

extension JSONNode {
    /// The template's document with what its job has sealed opened by `open`.
    func openingSecrets(_ open: (String) -> String) -> JSONNode {
        changing("job") { $0.mapSecrets(at: GalleryTemplate.jobPlace) { text, _ in open(text) } }
    }

    /// The job of a gallery template, as it is written, with `change` made to its secrets.
    fileprivate func mapSecrets(at place: JSONPointer, _ change: (String, JSONPointer) throws -> String) rethrows -> JSONNode {
        try changing("actions") { actions in
            try actions.changing("steps") { steps in
                guard let elements = steps.elements else { return steps }
                let changed = try elements.enumerated().map { index, step in
                    try step.mapStepSecrets(at: place.appending("actions").appending("steps").appending(index), change)
                }
                return JSONNode(.array(changed), offset: steps.offset, end: steps.end)
            }
        }
    }

    private func mapStepSecrets(at place: JSONPointer, _ change: (String, JSONPointer) throws -> String) rethrows -> JSONNode {
        let definitions = self["expectedInputs"]?.members ?? []
        let names = Set(definitions.filter { $0.node["sensitive"]?.isTrue == true }.map(\.key))
        guard !names.isEmpty else { return self }
        let step = try changing("inputs") { inputs in
            try inputs.changingMembers(names) { name, node in
                try node.changingSecret { try change($0, place.appending("inputs").appending(name)) }
            }
        }
        return try step.changing("expectedInputs") { inputs in
            try inputs.changingMembers(names) { name, definition in
                let pointer = place.appending("expectedInputs").appending(name).appending("default")
                return try definition.changing("default") { node in try node.changingSecret { try change($0, pointer) } }
            }
        }
    }

    private func changingSecret(_ change: (String) throws -> String) rethrows -> JSONNode {
        guard let text, Placeholder(text).hasText else { return self }
        return JSONNode(.string(try change(text)), offset: offset, end: end)
    }

    private func changing(_ key: String, _ change: (JSONNode) throws -> JSONNode) rethrows -> JSONNode {
        try changingMembers([key]) { try change($1) }
    }

    /// An object with the members of these names changed; any other value as it is.
    private func changingMembers(_ names: Set<String>, _ change: (String, JSONNode) throws -> JSONNode) rethrows -> JSONNode {
        guard let members else { return self }
        let changed = try members.map { member in
            guard names.contains(member.key) else { return member }
            return JSONMember(key: member.key, keyOffset: member.keyOffset, node: try change(member.key, member.node))
        }
        return JSONNode(.object(changed), offset: offset, end: end)
    }

    var isTrue: Bool { if case .bool(true) = kind { true } else { false } }
}
