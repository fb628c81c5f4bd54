#include "prologue.h"

const char *prologue_error_name(int code) {
    switch (code) {
#define XX(number, name, text, message)                                                            \
    case number:                                                                                   \
        return text;
        PROLOGUE_ERROR_MAP(XX)
#undef XX
    default:
        return "unknown";
    }
}

const char *prologue_error_message(int code) {
    switch (code) {
#define XX(number, name, text, message)                                                            \
    case number:                                                                                   \
        return message;
        PROLOGUE_ERROR_MAP(XX)
#undef XX
    default:
        return "an unknown error";
    }
}

const char *prologue_subsystem_name(enum prologue_subsystem subsystem) {
    static const char *const names[] = {
#define XX(name, text) text,
        PROLOGUE_SUBSYSTEM_MAP(XX)
#undef XX
    };
    return subsystem < PROLOGUE_SUBSYSTEMS ? names[subsystem] : "unknown";
}
