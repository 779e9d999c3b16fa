/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/throughput.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define TIME_TEXT 32
#define BRIEF " (for a moment only: pairs run there)"

/* Down to one digit. */
static double
rounded(double value)
{
    double unit = 1;

    while (unit * 10 <= value && unit < 1e15)
        unit *= 10;
    return (double)(int64_t)(FT_MIN(value, 1e15) / unit) * unit;
}

void
ft_link_rate_text(double bytes_per_s, char out[FT_RATE_TEXT])
{
    double bits = rounded(bytes_per_s * 8);

    if (bits >= 1e9)
        snprintf(out, FT_RATE_TEXT, "%.6g Gbit/s", bits / 1e9);
    else
        snprintf(out, FT_RATE_TEXT, "%.6g Mbit/s", bits / 1e6);
}

const struct ft_link_rate *
ft_link_rate_at(const struct ft_link_rate *rates, size_t count,
                const char *address)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rates[i].address, address) == 0)
            return &rates[i];
    return NULL;
}

/* Another path that carries at least twice as much, or NULL. */
static const struct ft_link_rate *
better(const struct ft_link_rate *rates, size_t count,
       const struct ft_link_rate *taken)
{
    const struct ft_link_rate *best = taken;

    for (size_t i = 0; i < count; i++)
        if (rates[i].bytes_per_s > 2 * taken->bytes_per_s &&
            rates[i].bytes_per_s > best->bytes_per_s)
            best = &rates[i];
    return best == taken ? NULL : best;
}

static void
add_others(const struct ft_link_rate *rates, size_t count,
           const struct ft_link_rate *taken, char *out, size_t size)
{
    char text[FT_RATE_TEXT];
    size_t used = strlen(out);

    for (size_t i = 0; i < count && used < size; i++) {
        if (&rates[i] == taken)
            continue;
        ft_link_rate_text(rates[i].bytes_per_s, text);
        used += (size_t)snprintf(out + used, size - used, "; over %s %s",
                                 rates[i].nic, text);
    }
}

static void
time_text(double seconds, char *out, size_t size)
{
    if (seconds < 1)
        snprintf(out, size, "less than a second");
    else if (seconds < 120)
        snprintf(out, size, "%.0f s", seconds);
    else
        snprintf(out, size, "%.0f min", FT_MIN(seconds / 60, 1e6));
}

/* Whether it is too slow; text is the rate, time how long the memory takes. */
static bool
is_slow(double bytes_per_s, uint64_t memory, char text[FT_RATE_TEXT],
        char time[TIME_TEXT])
{
    double copy_s = (double)memory * 8 / FT_MAX(rounded(bytes_per_s * 8), 1);

    ft_link_rate_text(bytes_per_s, text);
    time_text(copy_s, time, TIME_TEXT);
    return bytes_per_s < FT_LINK_WANTED || copy_s > FT_LINK_COPY_S;
}

/* Where it differs by direction, a duplex or a shaper is set wrong at one end. */
static int
check_back(const struct ft_link_rate *taken, uint64_t memory,
           const char *primary, const char *standby,
           struct ft_findings *findings)
{
    char text[FT_RATE_TEXT], time[TIME_TEXT];
    bool slow;

    if (taken->back_bytes_per_s <= 0)
        return 0;
    slow = is_slow(taken->back_bytes_per_s, memory, text, time);
    return ft_findings_add(
        findings, slow ? FT_WARN : FT_PASS, FT_CHECK_LINK_THROUGHPUT, primary,
        "After a takeover the copy is made anew over it, this way.",
        slow ? "See what is between them: a port that came up slower or half "
               "duplex (ethtool), a busy network, or one that is shaped at one end."
             : NULL,
        "%.60s to %.60s over %s: %s%s, which takes %s for the guest's memory",
        standby, primary, taken->back_nic, text, taken->brief ? BRIEF : "",
        time);
}

int
ft_throughput_check(const struct ft_link_rate *rates, size_t count,
                    const char *address, uint64_t memory, const char *primary,
                    const char *standby, struct ft_findings *findings)
{
    const struct ft_link_rate *taken = ft_link_rate_at(rates, count, address);
    const struct ft_link_rate *other;
    char text[FT_RATE_TEXT], others[120] = "", remedy[240], time[TIME_TEXT];
    bool slow;
    int rc;

    if (taken == NULL)
        return 0;
    other = better(rates, count, taken);
    slow = is_slow(taken->bytes_per_s, memory, text, time);
    add_others(rates, count, taken, others, sizeof(others));
    snprintf(remedy, sizeof(remedy),
             "See what is between them: a port that came up slower (ethtool), a "
             "busy or shaped network, a tunnel.%s%s%s",
             other != NULL ? " Or another network: --address " : "",
             other != NULL ? other->address : "", other != NULL ? "." : "");
    rc = ft_findings_add(
        findings, slow ? FT_WARN : FT_PASS, FT_CHECK_LINK_THROUGHPUT, standby,
        "All of the memory goes over it first, and then every page that the guest "
        "writes; what does not fit makes the guest wait.",
        slow ? remedy : NULL,
        "%.60s to %.60s over %s: %s%s, which takes %s for the guest's memory%s",
        primary, standby, taken->nic, text, taken->brief ? BRIEF : "", time,
        others);
    return rc == 0 ? check_back(taken, memory, primary, standby, findings) : rc;
}

json_t *
ft_link_rates_to_json(const struct ft_link_rate *rates, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:f,s:o}", "address", rates[i].address,
                            "nic", rates[i].nic, "bytes_per_s",
                            rates[i].bytes_per_s, "back_bytes_per_s",
                            rates[i].back_bytes_per_s > 0
                                ? json_real(rates[i].back_bytes_per_s)
                                : json_null()));
    return list;
}
