/// What `jobs init` writes.
enum StartingTemplate {
    /// A template with comments: YAML, since JSON has none. It is valid as it stands; only the node is a placeholder.
    static func text(name: String) -> String {
        """
        # A job: what runs, where, when. Check it with "courier jobs validate FILE", create it with "courier jobs create FILE".
        name: \(name)
        # description: What it is good for (1 to 1,024 characters).

        # When, in UTC: immediate, or an RFC 5545 rule, such as
        #   "RRULE:FREQ=DAILY;BYHOUR=3;BYMINUTE=0;BYSECOND=0"      every night
        #   "RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=22;BYMINUTE=0;BYSECOND=0"      the last Friday of a month
        # "courier schedule preview RULE" shows what a rule means.
        scheduleRule: immediate

        # Windows in which no occurrence is performed: a rule for their beginnings, and their length in minutes.
        exceptionRules: []
        #  - rrule: "RRULE:FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0;BYSECOND=0"
        #    duration: 1440
        # useGlobalExceptions: true        # the global calendars hold as well
        # overlapPolicy: allow             # or skip, queue, replace: when an earlier instance still runs
        # missedPolicy: {action: runOnce, windowSeconds: 3600}    # or skip, runAll: when nobody was there to start it

        target:
          # sequential: a group starts when the one before has met its criteria; parallel: all side by side.
          executionType: sequential
          groups:
            - nodeListType: nodes          # or filter, savedFilter (filterId), savedList (listId)
              nodeIdentifiers:
                - 11111111-1111-4111-8111-111111111111    # put yours here: "courier nodes list"
              # batching: the next batch starts when one is over; rolling: a run starts as soon as another is over.
              distributionMethod: batching
              batchSize: {type: percent, value: 25}       # or number
              # Each run, from the moment its command is sent; 1 to 86399.
              timeoutSeconds: 3600
              # All must hold; a value of 0 means that there must be none. Without criteria every run must succeed.
              successCriteria:
                - status: success
                  numRuns: {type: percent, value: 100}

        actions:
          accessMode: agent
          steps:
            - name: look
              interpreter:
                name: chef-platform/shell-interpreter
              command:
                linux:
                  - uname -r
              # What is taken from the step's result is an input of every later step.
              outputFieldRules:
                KERNEL: {sourceType: output, source: stdout, extractMethod: regEx, expression: "([0-9.]+)", required: true}
              # Beyond the exit code, which has to be 0 unless a criterion names exitCodes; all must be met.
              successCriteria:
                - {outputName: KERNEL, operator: startsWith, value: "1.", negate: true}
              limits: {timeoutSeconds: 60}
            - name: say
              interpreter:
                name: chef-platform/shell-interpreter
              command:
                linux:
                  # Inputs are environment variables, which is the safe way; {{.KERNEL}} would be put into the text.
                  - echo "kernel $COURIER_INPUT_KERNEL"
              inputs: {}
              expectedInputs:
                KERNEL: {required: true, sensitive: false}
              # All must hold, or the step is skipped.
              conditions:
                - {inputName: KERNEL, operator: startsWith, value: "", negate: false}
              # Retries after the first attempt, and the wait before each.
              retryCount: 1
              failureBehavior:
                action: retryThenFail      # or retryThenIgnore
                retryBackoffStrategy: {type: linear, delaySeconds: 5, arguments: []}

        """
    }
}
