/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "ui/model/suggest.h"

const struct ft_command *
ft_command_find(ft_command_table commands, const char *words)
{
    for (; *commands; commands++)
        if (!strcmp((*commands)->name, words))
            return *commands;
    return NULL;
}

bool
ft_command_has_noun(const struct ft_command *command, const char *noun)
{
    size_t size = strlen(noun);

    return !strncmp(command->name, noun, size) && command->name[size] == ' ';
}

bool
ft_command_is_noun(ft_command_table commands, const char *word)
{
    for (; *commands; commands++)
        if (ft_command_has_noun(*commands, word))
            return true;
    return false;
}

/* A whole name ("protect", or "host-add" for "host add"), or a noun. */
static struct ft_suggestion
suggest_first(ft_command_table commands, const char *typed)
{
    struct ft_suggestion best = { .distance = 0 };
    char noun[FT_SUGGEST_LENGTH];

    for (; *commands; commands++) {
        const char *name = (*commands)->name;

        if ((*commands)->hidden)
            continue;
        ft_suggest(&best, typed, name);
        snprintf(noun, sizeof(noun), "%.*s", (int)strcspn(name, " "), name);
        ft_suggest(&best, typed, noun);
    }
    return best;
}

/* A verb of this noun, with the noun. */
static struct ft_suggestion
suggest_verb(ft_command_table commands, const char *noun, const char *typed)
{
    struct ft_suggestion best = { .distance = 0 };
    char verb[FT_SUGGEST_LENGTH + 1];
    size_t size = strlen(noun) + 1;

    for (; *commands; commands++)
        if (ft_command_has_noun(*commands, noun) && !(*commands)->hidden)
            ft_suggest(&best, typed, (*commands)->name + size);
    if (!*best.name)
        return best;
    snprintf(verb, sizeof(verb), "%s", best.name);
    snprintf(best.name, sizeof(best.name), "%.20s %.40s", noun, verb);
    return best;
}

static struct ft_suggestion
suggest(ft_command_table commands, int argc, char **argv)
{
    struct ft_suggestion first = { .distance = 0 }, both;

    if (ft_command_is_noun(commands, argv[0]))
        snprintf(first.name, sizeof(first.name), "%s", argv[0]);
    else
        first = suggest_first(commands, argv[0]);
    if (argc < 2 || !ft_command_is_noun(commands, first.name))
        return first;
    both = suggest_verb(commands, first.name, argv[1]);
    if (!*both.name && strcmp(first.name, argv[0]) != 0)
        return first; /* at least the noun is known now */
    return both;
}

void
ft_command_unknown(ft_command_table commands, int argc, char **argv,
                   struct ft_error *err)
{
    struct ft_suggestion meant = suggest(commands, argc, argv);
    const char *verb =
        argc > 1 && ft_command_is_noun(commands, argv[0]) ? argv[1] : "";

    ft_fail(err, EINVAL, NULL, "no command \"%.100s%s%.100s\"%s%s%s", argv[0],
            *verb ? " " : "", verb, *meant.name ? "; did you mean \"" : "",
            meant.name, *meant.name ? "\"?" : "");
}
