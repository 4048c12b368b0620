# Sourced: a private RabbitMQ on free ports of the loopback interface, everything it keeps under $state/broker.

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a port of the range below the kernel's own choices that nobody listens on.
free_port() {
    local port
    for _ in $(seq 200); do
        port=$((20000 + RANDOM % 12000))
        port_is_free "$port" && { echo "$port"; return; }
    done
    echo "no free port between 20000 and 32000 was found" >&2
    return 1
}

random_text() { head -c 24 /dev/urandom | base64 | tr -d '/+=\n'; }

# Chooses ports and a password once; later starts use the same.
broker_configure() {
    local broker=$state/broker
    [ -f "$broker/env" ] && return
    mkdir -p "$broker/data" "$broker/log" "$broker/home"
    chmod 700 "$state" "$broker"
    local amqp management dist epmd password
    amqp=$(free_port) management=$(free_port) dist=$(free_port) epmd=$(free_port) password=$(random_text)
    (
        umask 077
        cat >"$broker/env" <<EOF
broker_port=$amqp
management_port=$management
dist_port=$dist
epmd_port=$epmd
broker_password=$password
EOF
        cat >"$broker/rabbitmq.conf" <<EOF
listeners.tcp.1 = 127.0.0.1:$amqp
management.tcp.ip = 127.0.0.1
management.tcp.port = $management
default_user = courier
default_pass = $password
log.console = false
log.file.level = warning
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 200MB
EOF
    )
    echo '[rabbitmq_management].' >"$broker/enabled_plugins"
}

# The environment every broker command needs. The port mapper is one of our own and ends with the stack.
broker_environment() {
    local broker=$state/broker
    . "$broker/env"
    export HOME="$broker/home" RABBITMQ_NODENAME="courier-$broker_port@localhost" RABBITMQ_MNESIA_BASE="$broker/data" \
        RABBITMQ_LOG_BASE="$broker/log" RABBITMQ_ENABLED_PLUGINS_FILE="$broker/enabled_plugins" \
        RABBITMQ_CONFIG_FILE="$broker/rabbitmq.conf" RABBITMQ_DIST_PORT="$dist_port" ERL_EPMD_ADDRESS=127.0.0.1 \
        ERL_EPMD_PORT="$epmd_port" RABBITMQ_PID_FILE="$broker/rabbitmq.pid" ERL_CRASH_DUMP="$broker/log/erl_crash.dump" LC_ALL=C.UTF-8
    # What a dying broker drops, it drops here.
    cd "$broker/home"
}

broker_url() {
    . "$state/broker/env"
    echo "amqp://courier:$broker_password@127.0.0.1:$broker_port/"
}
