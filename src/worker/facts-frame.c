/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/facts-frame.h"

#include <errno.h>
#include <stdio.h>

#include "base/json.h"

void
ft_facts_begin(int64_t sent_ns, char out[FT_FACTS_AROUND])
{
    snprintf(out, FT_FACTS_AROUND,
             "{\"sent_ns\":%lld,\"facts\":", (long long)sent_ns);
}

void
ft_facts_left_out(int64_t sent_ns, uint64_t size, char out[FT_FACTS_AROUND])
{
    snprintf(out, FT_FACTS_AROUND, "{\"sent_ns\":%lld,\"left_out\":%llu}",
             (long long)sent_ns, (unsigned long long)size);
}

int
ft_facts_check(const json_t *told, struct ft_error *err)
{
    int64_t size = ft_json_int(told, "left_out", 1, INT64_MAX, 0);

    if (!size)
        return 0;
    return ft_fail(err, EFBIG,
                   "See there what is so much: ftengine probe prints it.",
                   "what it would tell of itself has %lld bytes, and no more "
                   "than %u are sent",
                   (long long)size, FT_FACTS_MAX);
}
