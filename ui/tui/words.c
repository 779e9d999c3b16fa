/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

void
ft_words_add(struct ft_words *words, const char *word)
{
    if (words->count < FT_WORDS_MAX && strlen(word) < FT_WORD_SIZE)
        strcpy(words->list[words->count++], word);
}

static bool
is_plain(const char *word)
{
    return *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyz"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_./:,=@%+")] == '\0';
}

void
ft_words_text(const struct ft_words *words, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "ftadmin");

    for (size_t i = 0; i < words->count && used < size; i++) {
        const char *word = words->list[i];

        if (!strcmp(word, FT_WORDS_NEXT)) {
            used += (size_t)snprintf(out + used, size - used, "; ftadmin");
            continue;
        }
        if (is_plain(word)) {
            used += (size_t)snprintf(out + used, size - used, " %s", word);
            continue;
        }
        used += (size_t)snprintf(out + used, size - used, " '");
        for (; *word && used + 6 < size; word++)
            used += (size_t)snprintf(out + used, size - used, "%s",
                                     *word == '\'' ? "'\\''"
                                                   : (char[]){ *word, 0 });
        used += (size_t)snprintf(out + used, size - used, "'");
    }
}

int
ft_words_split(const char *line, struct ft_words *words)
{
    char word[FT_WORD_SIZE];

    memset(words, 0, sizeof(*words));
    for (;;) {
        size_t used = 0;
        char quote = 0;

        line += strspn(line, " ");
        if (!*line)
            return 0;
        for (; *line && (quote || *line != ' '); line++) {
            if (quote ? *line == quote : *line == '\'' || *line == '"')
                quote = quote ? 0 : *line;
            else if (used + 1 < sizeof(word))
                word[used++] = *line;
        }
        word[used] = '\0';
        if (quote || words->count == FT_WORDS_MAX)
            return -EINVAL;
        ft_words_add(words, word);
    }
}

static bool
has(const struct ft_words *words, const char *word)
{
    for (size_t i = 1; i < words->count; i++)
        if (!strcmp(words->list[i], word))
            return true;
    return false;
}

/* Commands that only read, with what makes them change something after all. */
bool
ft_words_change(const struct ft_words *words)
{
    static const struct {
        const char *first, *second, *unless, *nor;
    } readers[] = {
        { "status", NULL, NULL, NULL },
        { "events", NULL, NULL, NULL },
        { "check", NULL, "--fix", "--undo-fix" },
        { "checks", NULL, NULL, NULL },
        { "waivers", NULL, NULL, NULL },
        { "estimate", NULL, NULL, NULL },
        { "rule", "list", NULL, NULL },
        { "facts", "export", NULL, NULL },
        { "help", NULL, NULL, NULL },
        { "vm", "list", NULL, NULL },
        { "host", "list", NULL, NULL },
        { "host", "show", NULL, NULL },
        { "host", "diff", NULL, NULL },
        { "jobs", NULL, "stop", NULL },
        { "discover", NULL, "--host-key", NULL },
    };

    if (!words->count || has(words, "--help") || has(words, "-h"))
        return false;
    for (size_t i = 0; i < FT_ARRAY_SIZE(readers); i++)
        if (!strcmp(words->list[0], readers[i].first) &&
            (!readers[i].second ||
             (words->count > 1 && !strcmp(words->list[1], readers[i].second))))
            return (readers[i].unless && has(words, readers[i].unless)) ||
                   (readers[i].nor && has(words, readers[i].nor));
    return !has(words, "--dry-run") && !has(words, "-n");
}
