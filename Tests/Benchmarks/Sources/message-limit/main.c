// The limit: the messages that a job over N nodes cannot do without, moved by librabbitmq and nothing else.
//
// One thread publishes a transient command to each of N node queues, with confirms. One plays the nodes: it consumes all queues, acknowledges, and
// publishes a persistent report for each command into one quorum queue, with confirms. One consumes the reports and acknowledges. The time runs
// from the first command to the last report that was taken.
//
// usage: message-limit HOST PORT USER PASSWORD < names of the node queues, one a line
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { body_size = 512, window = 2048 };
static const char *const reports = "courier.message-limit.reports";

static const char *host, *user, *password;
static int port;
static char **queues;
static size_t queue_count;
static pthread_barrier_t start_line;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "message-limit: %s: %s\n", what, why);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check_reply(amqp_rpc_reply_t reply, const char *what) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) fail(what, amqp_error_string2(reply.library_error));
    if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *method = reply.reply.decoded;
        fprintf(stderr, "%.*s\n", (int)method->reply_text.len, (char *)method->reply_text.bytes);
    }
    fail(what, "the broker refused");
}

static void check(int status, const char *what) {
    if (status != AMQP_STATUS_OK) fail(what, amqp_error_string2(status));
}

static amqp_connection_state_t connect_to_broker(void) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (!socket) fail("connecting", "no memory");
    check(amqp_socket_open(socket, host, port), "connecting");
    check_reply(amqp_login(connection, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, user, password), "logging in");
    amqp_channel_open(connection, 1);
    check_reply(amqp_get_rpc_reply(connection), "opening a channel");
    return connection;
}

// What is published and not confirmed; confirms come out of order and in multiples.
struct publisher {
    amqp_connection_state_t connection;
    uint8_t *confirmed;
    uint64_t next, first, open;
};

static void open_publisher(struct publisher *publisher) {
    publisher->connection = connect_to_broker();
    publisher->confirmed = calloc(queue_count + 2, 1);
    publisher->next = publisher->first = 1;
    publisher->open = 0;
    amqp_confirm_select(publisher->connection, 1);
    check_reply(amqp_get_rpc_reply(publisher->connection), "switching confirms on");
}

static void publish(struct publisher *publisher, const char *queue, int mode, amqp_bytes_t body) {
    amqp_basic_properties_t properties;
    memset(&properties, 0, sizeof properties);
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
    properties.delivery_mode = mode;
    check(amqp_basic_publish(publisher->connection, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 0, 0, &properties, body), "publishing");
    publisher->next++;
    publisher->open++;
}

static void confirm(struct publisher *publisher, uint64_t tag) {
    if (!publisher->confirmed[tag]) publisher->open--;
    publisher->confirmed[tag] = 1;
}

// Reads confirms until at most `open` messages are without; only what has arrived when `open` is the window.
static void take_confirms(struct publisher *publisher, uint64_t open) {
    for (;;) {
        struct timeval none = {0, 0};
        amqp_frame_t frame;
        int must_wait = publisher->open > open;
        int status = must_wait ? amqp_simple_wait_frame(publisher->connection, &frame)
                               : amqp_simple_wait_frame_noblock(publisher->connection, &frame, &none);
        if (status == AMQP_STATUS_TIMEOUT) return;
        check(status, "waiting for confirms");
        if (frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD) continue;
        amqp_basic_ack_t *ack = frame.payload.method.decoded;
        if (ack->multiple) {
            for (uint64_t tag = publisher->first; tag <= ack->delivery_tag; tag++) confirm(publisher, tag);
        } else {
            confirm(publisher, ack->delivery_tag);
        }
        while (publisher->first < publisher->next && publisher->confirmed[publisher->first]) publisher->first++;
        amqp_maybe_release_buffers(publisher->connection);
    }
}

// Reads frames until one delivery is complete; 0 when there is none within the time.
static int next_delivery(amqp_connection_state_t connection, struct timeval *patience, uint64_t *tag) {
    uint64_t missing = 0;
    int began = 0;
    for (;;) {
        amqp_frame_t frame;
        int status = began ? amqp_simple_wait_frame(connection, &frame) : amqp_simple_wait_frame_noblock(connection, &frame, patience);
        if (status == AMQP_STATUS_TIMEOUT) return 0;
        check(status, "waiting for deliveries");
        if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
            *tag = ((amqp_basic_deliver_t *)frame.payload.method.decoded)->delivery_tag;
            began = 1;
        } else if (frame.frame_type == AMQP_FRAME_HEADER) {
            missing = frame.payload.properties.body_size;
        } else if (frame.frame_type == AMQP_FRAME_BODY) {
            missing -= frame.payload.body_fragment.len;
            if (missing == 0) return 1;
        }
    }
}

static void *play_nodes(void *unused) {
    (void)unused;
    static char bytes[body_size];
    amqp_bytes_t body = {sizeof bytes, bytes};
    amqp_connection_state_t connection = connect_to_broker();
    struct publisher publisher;
    open_publisher(&publisher);
    amqp_basic_qos(connection, 1, 0, 100, 0);
    for (size_t index = 0; index < queue_count; index++) {
        amqp_basic_consume(connection, 1, amqp_cstring_bytes(queues[index]), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
        check_reply(amqp_get_rpc_reply(connection), "consuming a node's queue");
    }
    pthread_barrier_wait(&start_line);
    size_t taken = 0;
    uint64_t tag = 0, unacknowledged = 0;
    while (taken < queue_count) {
        struct timeval patience = {0, 1000};
        if (next_delivery(connection, &patience, &tag)) {
            taken++;
            unacknowledged++;
            publish(&publisher, reports, 2, body);
            take_confirms(&publisher, window);
            amqp_maybe_release_buffers(connection);
            if (unacknowledged < 64 && taken < queue_count) continue;
        }
        if (unacknowledged) check(amqp_basic_ack(connection, 1, tag, 1), "acknowledging");
        unacknowledged = 0;
    }
    take_confirms(&publisher, 0);
    return NULL;
}

static void *collect(void *unused) {
    (void)unused;
    amqp_connection_state_t connection = connect_to_broker();
    amqp_basic_qos(connection, 1, 0, 2000, 0);
    amqp_basic_consume(connection, 1, amqp_cstring_bytes(reports), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "consuming reports");
    pthread_barrier_wait(&start_line);
    uint64_t tag = 0, unacknowledged = 0;
    for (size_t taken = 0; taken < queue_count;) {
        struct timeval patience = {0, 1000};
        if (next_delivery(connection, &patience, &tag)) {
            taken++;
            unacknowledged++;
            amqp_maybe_release_buffers(connection);
            if (unacknowledged < 256 && taken < queue_count) continue;
        }
        if (unacknowledged) check(amqp_basic_ack(connection, 1, tag, 1), "acknowledging");
        unacknowledged = 0;
    }
    return NULL;
}

static void read_queues(void) {
    char line[512];
    size_t room = 0;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (!line[0]) continue;
        if (queue_count == room) queues = realloc(queues, (room = room ? 2 * room : 1024) * sizeof *queues);
        queues[queue_count++] = strdup(line);
    }
    if (queue_count == 0) fail("reading the queues' names", "standard input has none");
}

static void declare_reports(amqp_connection_state_t connection) {
    amqp_table_entry_t entry;
    entry.key = amqp_cstring_bytes("x-queue-type");
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = amqp_cstring_bytes("quorum");
    amqp_table_t arguments = {1, &entry};
    amqp_queue_declare(connection, 1, amqp_cstring_bytes(reports), 0, 1, 0, 0, arguments);
    check_reply(amqp_get_rpc_reply(connection), "declaring the queue of reports");
}

int main(int count, char **arguments) {
    if (count != 5) fail("usage", "message-limit HOST PORT USER PASSWORD < queues");
    host = arguments[1];
    port = atoi(arguments[2]);
    user = arguments[3];
    password = arguments[4];
    read_queues();
    static char bytes[body_size];
    amqp_bytes_t body = {sizeof bytes, bytes};
    struct publisher publisher;
    open_publisher(&publisher);
    amqp_connection_state_t control = connect_to_broker();
    declare_reports(control);
    pthread_barrier_init(&start_line, NULL, 3);
    pthread_t nodes, collector;
    pthread_create(&nodes, NULL, play_nodes, NULL);
    pthread_create(&collector, NULL, collect, NULL);
    pthread_barrier_wait(&start_line);
    double start = now();
    for (size_t index = 0; index < queue_count; index++) {
        publish(&publisher, queues[index], 1, body);
        take_confirms(&publisher, window);
    }
    take_confirms(&publisher, 0);
    pthread_join(nodes, NULL);
    pthread_join(collector, NULL);
    double seconds = now() - start;
    amqp_queue_delete(control, 1, amqp_cstring_bytes(reports), 0, 0);
    printf("%zu %.3f %.0f\n", queue_count, seconds, (double)queue_count / seconds);
    return 0;
}
