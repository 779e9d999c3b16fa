/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/severity.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

static const struct {
    const char *word;
    enum ft_severity severity;
} words[] = {
    /* states of a pair */
    { "protected", FT_SEVERITY_OK },
    { "syncing", FT_SEVERITY_WARN },
    { "resyncing", FT_SEVERITY_WARN },
    { "alone", FT_SEVERITY_WARN },
    { "unprotected", FT_SEVERITY_CRIT },
    { "failed", FT_SEVERITY_CRIT },
    { "at risk", FT_SEVERITY_WARN },
    /* states of a host */
    { "ok", FT_SEVERITY_OK },
    { "no-engine", FT_SEVERITY_WARN },
    { "unreachable", FT_SEVERITY_CRIT },
    /* and why one is not reached: the words of src/remote/reach.h */
    { "name-unknown", FT_SEVERITY_CRIT },
    { "no-route", FT_SEVERITY_CRIT },
    { "refused", FT_SEVERITY_CRIT },
    { "timeout", FT_SEVERITY_CRIT },
    { "key-unknown", FT_SEVERITY_CRIT },
    { "key-changed", FT_SEVERITY_CRIT },
    { "login-refused", FT_SEVERITY_CRIT },
    { "shell-unusable", FT_SEVERITY_CRIT },
    { "no-sudo", FT_SEVERITY_CRIT },
    { "libvirt-refused", FT_SEVERITY_CRIT },
    { "engine-missing", FT_SEVERITY_WARN },
    { "engine-refused", FT_SEVERITY_WARN },
    { "engine-silent", FT_SEVERITY_CRIT },
    { "lost", FT_SEVERITY_CRIT },
    { "protocol", FT_SEVERITY_CRIT },
    { "connecting", FT_SEVERITY_WARN },
    { "stale", FT_SEVERITY_CRIT },
    /* verdicts of a check, results of a command */
    { "pass", FT_SEVERITY_OK },
    { "fail", FT_SEVERITY_CRIT },
    { "waived", FT_SEVERITY_OK },
    { "unknown", FT_SEVERITY_UNKNOWN },
    { "added", FT_SEVERITY_OK },
    { "upgraded", FT_SEVERITY_OK },
    { "current", FT_SEVERITY_OK },
    { "partly", FT_SEVERITY_WARN },
    { "untouched", FT_SEVERITY_WARN },
    /* severities of an event */
    { "info", FT_SEVERITY_OK },
    { "warn", FT_SEVERITY_WARN },
    { "crit", FT_SEVERITY_CRIT },
    { "gap", FT_SEVERITY_UNKNOWN },
};

enum ft_severity
ft_severity_of(const char *word)
{
    for (size_t i = 0; word && i < FT_ARRAY_SIZE(words); i++)
        if (!strcmp(words[i].word, word))
            return words[i].severity;
    return FT_SEVERITY_UNKNOWN;
}

const char *
ft_severity_word(enum ft_severity severity)
{
    static const char *const names[] = {
        [FT_SEVERITY_OK] = "OK",
        [FT_SEVERITY_WARN] = "WARN",
        [FT_SEVERITY_CRIT] = "CRIT",
        [FT_SEVERITY_UNKNOWN] = "UNKNOWN",
    };

    return names[severity];
}

int
ft_severity_rank(enum ft_severity severity)
{
    static const int ranks[] = {
        [FT_SEVERITY_OK] = 0,
        [FT_SEVERITY_WARN] = 1,
        [FT_SEVERITY_UNKNOWN] = 2,
        [FT_SEVERITY_CRIT] = 3,
    };

    return ranks[severity];
}
