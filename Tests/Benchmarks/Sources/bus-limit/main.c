// The reference for the bus: librabbitmq alone, one connection, one thread, one quorum queue.
//
// usage: bus-limit publish|consume HOST PORT USER PASSWORD QUEUE MESSAGES
// publish sends so many persistent messages of 512 bytes with confirms, at most 1,000 of them open. consume takes so many and acknowledges every
// 64th with all before it. Both print "MESSAGES SECONDS PROCESSOR_SECONDS"; the time runs from the first message to the last confirm or delivery.
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { body_size = 512, window = 1000, ack_every = 64 };

static void fail(const char *what, const char *why) {
    fprintf(stderr, "bus-limit: %s: %s\n", what, why);
    exit(1);
}

static void check(int status, const char *what) {
    if (status != AMQP_STATUS_OK) fail(what, amqp_error_string2(status));
}

static void check_reply(amqp_rpc_reply_t reply, const char *what) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    fail(what, reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION ? amqp_error_string2(reply.library_error) : "the broker refused");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double processor_time(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static amqp_connection_state_t connect_to_broker(char **arguments) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (!socket) fail("connecting", "no memory");
    check(amqp_socket_open(socket, arguments[0], atoi(arguments[1])), "connecting");
    check_reply(amqp_login(connection, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, arguments[2], arguments[3]), "logging in");
    amqp_channel_open(connection, 1);
    check_reply(amqp_get_rpc_reply(connection), "opening a channel");
    return connection;
}

// One queue confirms in order, so a confirm settles every tag up to its own.
static uint64_t take_confirm(amqp_connection_state_t connection, int must_wait, uint64_t confirmed) {
    for (;;) {
        struct timeval none = {0, 0};
        amqp_frame_t frame;
        int status = must_wait ? amqp_simple_wait_frame(connection, &frame) : amqp_simple_wait_frame_noblock(connection, &frame, &none);
        if (status == AMQP_STATUS_TIMEOUT) return confirmed;
        check(status, "waiting for confirms");
        if (frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD) continue;
        uint64_t tag = ((amqp_basic_ack_t *)frame.payload.method.decoded)->delivery_tag;
        if (tag > confirmed) confirmed = tag;
        must_wait = 0;
    }
}

static void publish(amqp_connection_state_t connection, const char *queue, uint64_t messages) {
    static char bytes[body_size];
    amqp_bytes_t body = {sizeof bytes, bytes};
    amqp_basic_properties_t properties;
    memset(&properties, 0, sizeof properties);
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
    properties.delivery_mode = 2;
    amqp_confirm_select(connection, 1);
    check_reply(amqp_get_rpc_reply(connection), "switching confirms on");
    double start = now(), used = processor_time();
    uint64_t confirmed = 0;
    for (uint64_t sent = 1; sent <= messages; sent++) {
        check(amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 0, 0, &properties, body), "publishing");
        confirmed = take_confirm(connection, sent - confirmed >= window, confirmed);
        amqp_maybe_release_buffers(connection);
    }
    while (confirmed < messages) confirmed = take_confirm(connection, 1, confirmed);
    printf("%llu %.4f %.4f\n", (unsigned long long)messages, now() - start, processor_time() - used);
}

static void consume(amqp_connection_state_t connection, const char *queue, uint64_t messages) {
    amqp_basic_qos(connection, 1, 0, 2000, 0);
    check_reply(amqp_get_rpc_reply(connection), "setting the prefetch");
    double start = now(), used = processor_time();
    amqp_basic_consume(connection, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "consuming");
    uint64_t tag = 0;
    for (uint64_t taken = 0; taken < messages;) {
        amqp_frame_t frame;
        check(amqp_simple_wait_frame(connection, &frame), "waiting for deliveries");
        if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_DELIVER_METHOD)
            tag = ((amqp_basic_deliver_t *)frame.payload.method.decoded)->delivery_tag;
        if (frame.frame_type != AMQP_FRAME_BODY) continue;
        taken++;
        if (taken % ack_every == 0 || taken == messages) check(amqp_basic_ack(connection, 1, tag, 1), "acknowledging");
        amqp_maybe_release_buffers(connection);
    }
    printf("%llu %.4f %.4f\n", (unsigned long long)messages, now() - start, processor_time() - used);
    // The last acknowledgement is on its way before the connection ends.
    amqp_channel_close(connection, 1, AMQP_REPLY_SUCCESS);
}

int main(int count, char **arguments) {
    if (count != 8) fail("usage", "bus-limit publish|consume HOST PORT USER PASSWORD QUEUE MESSAGES");
    amqp_connection_state_t connection = connect_to_broker(arguments + 2);
    uint64_t messages = strtoull(arguments[7], NULL, 10);
    if (!strcmp(arguments[1], "publish")) publish(connection, arguments[6], messages);
    else consume(connection, arguments[6], messages);
    return 0;
}
