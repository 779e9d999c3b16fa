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

bool
ft_words_change(const struct ft_words *words)
{
    static const char *const readers[] = { "status",  "events", "jobs",
                                           "check",   "help",   "vm",
                                           "discover" };

    for (size_t i = 0; i < FT_ARRAY_SIZE(readers); i++)
        if (words->count && !strcmp(words->list[0], readers[i]))
            return false;
    if (words->count > 1 && !strcmp(words->list[0], "host") &&
        (!strcmp(words->list[1], "list") || !strcmp(words->list[1], "show")))
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (!strcmp(words->list[i], "--dry-run") ||
            !strcmp(words->list[i], "--help"))
            return false;
    return true;
}
