/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/fixes.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define READ "LC_ALL=C; export LC_ALL; IFS= read -r n || exit 1; "

static const struct {
    const char *word;
    const char *text, *undo_text; /* each with one %s */
    const char *script, *undo_script;
} fixes[] = { [FT_FIX_NONE] = { "", "", "", "exit 1", "exit 1" },
#define LINE(name, word, do_, undo, is, then, back) \
    [FT_FIX_##name] = { word, do_, undo,            \
                        READ "if " is "; then exit 3; fi; " then, READ back },
              FT_FIXES(LINE)
#undef LINE
};

/* Which checks say of what they find that it can be mended (ft_findings_fix). */
static const enum ft_check_id fixable[] = {
    FT_CHECK_STANDBY_POOL,        FT_CHECK_STANDBY_POOL_AUTOSTART,
    FT_CHECK_PRIMARY_WAY_BACK,    FT_CHECK_STANDBY_NETWORK,
    FT_CHECK_PLACEMENT_CANDIDATE, FT_CHECK_LINK_PORT,
    FT_CHECK_WITNESS_PORT,
};

bool
ft_check_fixable(enum ft_check_id check)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(fixable); i++)
        if (fixable[i] == check)
            return true;
    return false;
}

static enum ft_fix_kind
known(enum ft_fix_kind kind)
{
    return (unsigned)kind < FT_FIX_KINDS ? kind : FT_FIX_NONE;
}

const char *
ft_fix_word(enum ft_fix_kind kind)
{
    return fixes[known(kind)].word;
}

enum ft_fix_kind
ft_fix_of_word(const char *word)
{
    for (size_t i = FT_FIX_NONE + 1; i < FT_FIX_KINDS; i++)
        if (strcmp(fixes[i].word, word) == 0)
            return (enum ft_fix_kind)i;
    return FT_FIX_NONE;
}

void
ft_fix_text(const struct ft_fix *fix, bool undo, char out[FT_FIX_TEXT])
{
    enum ft_fix_kind kind = known(fix->kind);
    const char *text = undo ? fixes[kind].undo_text : fixes[kind].text;
    const char *at = strstr(text, "%s");

    if (at == NULL)
        snprintf(out, FT_FIX_TEXT, "%s", text);
    else
        snprintf(out, FT_FIX_TEXT, "%.*s%s%s", (int)(at - text), text,
                 fix->object, at + 2);
}

const char *
ft_fix_script(enum ft_fix_kind kind, bool undo)
{
    return undo ? fixes[known(kind)].undo_script : fixes[known(kind)].script;
}
