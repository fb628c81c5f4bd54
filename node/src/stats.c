#include "stats.h"

#include "values.h"

static bool put_account(napi_env env, napi_value object, const char *name, uint64_t current,
                        uint64_t peak) {
    napi_value account;
    return napi_create_object(env, &account) == napi_ok &&
           put_number(env, account, "current", (double)current) &&
           put_number(env, account, "peak", (double)peak) &&
           napi_set_named_property(env, object, name, account) == napi_ok;
}

static bool put_memory(napi_env env, napi_value object, const prologue_memory *memory) {
    napi_value out, subsystems;
    bool ok = napi_create_object(env, &out) == napi_ok &&
              napi_create_object(env, &subsystems) == napi_ok &&
              put_number(env, out, "limit", (double)memory->limit) &&
              put_number(env, out, "current", (double)memory->current) &&
              put_number(env, out, "peak", (double)memory->peak);
    for (int i = 0; i < PROLOGUE_SUBSYSTEMS && ok; i++) {
        ok = put_account(env, subsystems, prologue_subsystem_name((enum prologue_subsystem)i),
                         memory->subsystems[i].current, memory->subsystems[i].peak);
    }
    return ok && napi_set_named_property(env, out, "subsystems", subsystems) == napi_ok &&
           napi_set_named_property(env, object, "memory", out) == napi_ok;
}

static bool put_reasons(napi_env env, napi_value object, uint32_t bits) {
    napi_value reasons, reason;
    uint32_t count = 0;
    bool ok = napi_create_array(env, &reasons) == napi_ok;
    for (uint32_t bit = 1; bit && bit <= bits && ok; bit <<= 1) {
        if (bits & bit) {
            const char *name = prologue_reset_name((enum prologue_reset)bit);
            ok = napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &reason) == napi_ok &&
                 napi_set_element(env, reasons, count++, reason) == napi_ok;
        }
    }
    return ok && napi_set_named_property(env, object, "resetReasons", reasons) == napi_ok;
}

bool make_stats(napi_env env, const prologue_stats *stats, int exit_code, napi_value *out) {
    double asked = (double)(stats->cache_hits + stats->cache_misses);
    bool ok = napi_create_object(env, out) == napi_ok;
#define XX(member, name) ok = ok && put_number(env, *out, name, (double)stats->member);
    PROLOGUE_COUNTER_MAP(XX)
#undef XX
    return ok &&
           put_number(env, *out, "hitRate", asked > 0 ? (double)stats->cache_hits / asked : 0) &&
           put_number(env, *out, "scan", (double)stats->scan) &&
           put_number(env, *out, "resets", (double)stats->resets) &&
           put_reasons(env, *out, stats->reset_reasons) &&
           put_number(env, *out, "exitCode", exit_code) &&
           put_number(env, *out, "threads", stats->threads) &&
           put_number(env, *out, "elapsedMs", stats->elapsed_ms) &&
           put_memory(env, *out, &stats->memory);
}
