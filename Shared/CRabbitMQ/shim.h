// What Swift cannot call by itself in librabbitmq (variadic functions, unions) and in the kernel's interface (eventfd).
#ifndef COURIER_CRABBITMQ_SHIM_H
#define COURIER_CRABBITMQ_SHIM_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/time.h>

static inline amqp_rpc_reply_t courier_amqp_login(
    amqp_connection_state_t state, const char *vhost, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *properties, const char *user, const char *password) {
    return amqp_login_with_properties(
        state, vhost, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

static inline int courier_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/* Names the calling thread; at most 15 bytes are kept. */
static inline void courier_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline amqp_field_value_t courier_field_string(amqp_bytes_t bytes) {
    amqp_field_value_t field;
    memset(&field, 0, sizeof field);
    field.kind = AMQP_FIELD_KIND_UTF8;
    field.value.bytes = bytes;
    return field;
}

static inline amqp_field_value_t courier_field_int(int64_t number) {
    amqp_field_value_t field;
    memset(&field, 0, sizeof field);
    field.kind = AMQP_FIELD_KIND_I64;
    field.value.i64 = number;
    return field;
}

static inline amqp_field_value_t courier_field_bool(int truth) {
    amqp_field_value_t field;
    memset(&field, 0, sizeof field);
    field.kind = AMQP_FIELD_KIND_BOOLEAN;
    field.value.boolean = truth ? 1 : 0;
    return field;
}

static inline amqp_field_value_t courier_field_table(amqp_table_t table) {
    amqp_field_value_t field;
    memset(&field, 0, sizeof field);
    field.kind = AMQP_FIELD_KIND_TABLE;
    field.value.table = table;
    return field;
}

/* The field as an integer: 1 and *number set when it is one. */
static inline int courier_field_as_int(const amqp_field_value_t *field, int64_t *number) {
    switch (field->kind) {
        case AMQP_FIELD_KIND_I8: *number = field->value.i8; return 1;
        case AMQP_FIELD_KIND_U8: *number = field->value.u8; return 1;
        case AMQP_FIELD_KIND_I16: *number = field->value.i16; return 1;
        case AMQP_FIELD_KIND_U16: *number = field->value.u16; return 1;
        case AMQP_FIELD_KIND_I32: *number = field->value.i32; return 1;
        case AMQP_FIELD_KIND_U32: *number = field->value.u32; return 1;
        case AMQP_FIELD_KIND_I64: *number = field->value.i64; return 1;
        case AMQP_FIELD_KIND_U64:
            if (field->value.u64 > INT64_MAX) return 0;
            *number = (int64_t)field->value.u64;
            return 1;
        default: return 0;
    }
}

/* The field as text: 1 and *bytes set when it is one. */
static inline int courier_field_as_bytes(const amqp_field_value_t *field, amqp_bytes_t *bytes) {
    if (field->kind != AMQP_FIELD_KIND_UTF8 && field->kind != AMQP_FIELD_KIND_BYTES) return 0;
    *bytes = field->value.bytes;
    return 1;
}

/* The field as a boolean: 1 and *truth set when it is one. */
static inline int courier_field_as_bool(const amqp_field_value_t *field, int *truth) {
    if (field->kind != AMQP_FIELD_KIND_BOOLEAN) return 0;
    *truth = field->value.boolean != 0;
    return 1;
}

#endif
