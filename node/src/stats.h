/* prologue_stats as the report spells it. */
#ifndef STATS_H
#define STATS_H

#include <node_api.h>
#include <prologue.h>
#include <stdbool.h>

bool make_stats(napi_env env, const prologue_stats *stats, int exit_code, napi_value *out);

#endif
