# Sourced: supervised processes with pid files under $state/run and logs under $state/logs.
# run/NAME.supervisor holds the supervisor's pid, run/NAME.pid that of the process itself.

is_running() { [ -f "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

# Starts a process and starts it again whenever it ends by itself, until stop_process.
start_process() {
    local name=$1
    shift
    is_running "$state/run/$name.supervisor" && return
    mkdir -p "$state/run" "$state/logs"
    setsid bash -c '
        name=$1 run=$2 log=$3
        shift 3
        child=
        # Job control gives the process a group of its own, and whatever it starts ends with it.
        set -m
        trap "stopping=1; [ -n \"\$child\" ] && kill -TERM -- -\$child 2>/dev/null" TERM
        pause=0.2
        while [ -z "${stopping:-}" ]; do
            started=$SECONDS
            "$@" >>"$log" 2>&1 &
            child=$!
            echo "$child" >"$run/$name.pid"
            wait "$child"
            status=$?
            # A signal ends the first wait; the process may still be stopping.
            while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
            kill -KILL -- -$child 2>/dev/null
            [ -n "${stopping:-}" ] && break
            echo "$name ended with status $status and is started again" >>"$log"
            [ $((SECONDS - started)) -lt 5 ] && sleep "$pause"
        done
        rm -f "$run/$name.pid" "$run/$name.supervisor"
    ' supervisor "$name" "$state/run" "$state/logs/$name.log" "$@" </dev/null >/dev/null 2>&1 &
    echo $! >"$state/run/$name.supervisor"
}

# Tells a process to stop and waits for it; after the time given it is killed.
stop_process() {
    local name=$1 seconds=${2:-20} pid child
    [ -f "$state/run/$name.supervisor" ] || return 0
    pid=$(cat "$state/run/$name.supervisor")
    child=$(cat "$state/run/$name.pid" 2>/dev/null || true)
    kill -TERM "$pid" 2>/dev/null || { rm -f "$state/run/$name".*; return 0; }
    for _ in $(seq $((seconds * 20))); do
        # The supervisor removes its file last; as a zombie it can still be signalled for as long as nobody collects it.
        [ -f "$state/run/$name.supervisor" ] && kill -0 "$pid" 2>/dev/null || { rm -f "$state/run/$name".*; return 0; }
        sleep 0.05
    done
    echo "$name did not stop within $seconds s and is killed" >&2
    [ -n "$child" ] && kill -KILL -- "-$child" 2>/dev/null
    sleep 0.3
    kill -KILL "$pid" 2>/dev/null
    rm -f "$state/run/$name".*
}

# Waits until a command succeeds.
wait_for() {
    local seconds=$1 what=$2
    shift 2
    for _ in $(seq $((seconds * 10))); do
        "$@" 2>/dev/null && return
        sleep 0.1
    done
    echo "$what was not there after $seconds s: look into $state/logs" >&2
    return 1
}

# Succeeds when an HTTP server on this machine answers 200.
answers_200() {
    local port=$1 path=$2 line
    exec 9<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&9
    read -r -t 5 line <&9
    exec 9<&- 9>&-
    [[ $line == *" 200 "* ]]
}
