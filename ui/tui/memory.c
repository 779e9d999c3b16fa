/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "ui/tui/drafts.h"
#include "ui/tui/sheet.h"
#include "ui/tui/state.h"

#define MEMORY_MAX (1 << 20) /* bytes */

static int
file_path(char *out, size_t size, bool make)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    char folder[PATH_MAX];
    int used;

    if (state && *state == '/')
        used = snprintf(folder, sizeof(folder), "%s/ftadmin", state);
    else if (home && *home == '/')
        used = snprintf(folder, sizeof(folder), "%s/.local/state/ftadmin", home);
    else
        return -ENOENT;
    if ((size_t)used >= sizeof(folder) || (make && ft_make_folder(folder, 0700)))
        return -ENOENT;
    used = snprintf(out, size, "%s/console.json", folder);
    return (size_t)used < size ? 0 : -ENAMETOOLONG;
}

json_t *
ft_memory_load(void)
{
    char path[PATH_MAX];
    json_t *memory = NULL;

    if (!file_path(path, sizeof(path), false))
        ft_json_load(path, MEMORY_MAX, &memory, NULL);
    return memory ? memory : json_object();
}

void
ft_memory_recall(struct ft_console *console)
{
    FT_AUTOJSON json_t *memory = ft_memory_load();
    json_t *each;
    size_t index;

    snprintf(console->left_at, sizeof(console->left_at), "%s",
             ft_json_string(memory, "left", ""));
    json_array_foreach(json_object_get(memory, "typed"), index, each)
        if (json_is_string(each) && index < FT_TYPED_MAX)
            json_array_append(console->history, each);
    json_array_foreach(json_object_get(memory, "drafts"), index, each)
        if (json_is_object(each) && index < FT_DRAFTS_MAX)
            json_array_append(console->drafts, each);
    ft_drafts_offer(console);
}

void
ft_memory_save(const struct ft_console *console)
{
    char path[PATH_MAX], now[32];
    time_t seconds = time(NULL);
    FT_AUTOJSON json_t *drafts = json_deep_copy(console->drafts);
    FT_AUTOJSON json_t *memory = NULL;
    struct tm utc;

    ft_drafts_keep(drafts, ft_sheet_draft(console->sheet));
    gmtime_r(&seconds, &utc);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &utc);
    memory = json_pack("{s:s,s:O,s:O}", "left", now, "typed", console->history,
                       "drafts", drafts);
    if (memory && !file_path(path, sizeof(path), true))
        ft_json_save(path, memory);
}

void
ft_memory_keep(struct ft_console *console)
{
    if (console->remember)
        ft_memory_save(console);
    console->remember = false;
}
