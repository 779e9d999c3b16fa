/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/ssh-names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/json.h"

#define NAME_MAX_ 255 /* of a host */

/* A word of a line; begins behind what is at *at, which goes on behind it. */
static bool
next_word(const char **at, const char *between, char *out, size_t size)
{
    const char *c = *at + strspn(*at, between);
    size_t used = 0;
    bool quoted = false;

    if (!*c)
        return false;
    for (; *c && (quoted || !strchr(between, *c)); c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (used + 1 < size)
            out[used++] = *c;
    }
    out[used] = '\0';
    *at = c;
    return true;
}

/* What can be asked for by ssh(1): no option, nothing a shell would take. */
static bool
is_name(const char *name)
{
    if (!*name || *name == '-' || strlen(name) > NAME_MAX_)
        return false;
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(".-_:%", *c))
            return false;
    return true;
}

static void
add(const char *name, const char *file, unsigned line, json_t *rows,
    struct ft_ssh_names_left *left)
{
    char source[512];
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        if (!strcasecmp(ft_json_string(row, "name", ""), name))
            return;
    if (json_array_size(rows) >= FT_SSH_NAMES_MAX) {
        left->more++;
        return;
    }
    snprintf(source, sizeof(source), "%.400s:%u", file, line);
    json_array_append_new(rows, json_pack("{s:s,s:s}", "name", name, "source",
                                          source));
}

static void
config_line(const char *line, const char *file, unsigned number, json_t *rows,
            json_t *includes, struct ft_ssh_names_left *left)
{
    char word[512];

    if (!next_word(&line, " \t=", word, sizeof(word)))
        return;
    if (!strcasecmp(word, "include")) {
        while (includes && next_word(&line, " \t=", word, sizeof(word)))
            json_array_append_new(includes, json_string(word));
    } else if (!strcasecmp(word, "host")) {
        while (next_word(&line, " \t=", word, sizeof(word))) {
            if (strpbrk(word, "*?!"))
                left->patterns += *word != '!' && strcmp(word, "*") != 0;
            else if (is_name(word))
                add(word, file, number, rows, left);
        }
    }
}

static void
known_line(const char *line, const char *file, unsigned number, json_t *rows,
           struct ft_ssh_names_left *left)
{
    char names[2048], name[512];
    const char *at = names;

    if (!next_word(&line, " \t", names, sizeof(names)) || *names == '@')
        return;
    if (*names == '|') {
        left->hashed++;
        return;
    }
    while (next_word(&at, ",", name, sizeof(name)))
        if (is_name(name) && !strpbrk(name, "*?!"))
            add(name, file, number, rows, left);
}

/* Calls one of the above for each line that is no remark. */
static void
each_line(const char *text, const char *file, json_t *rows, json_t *includes,
          bool config, struct ft_ssh_names_left *left)
{
    char line[4096];

    for (unsigned number = 1; *text; number++) {
        size_t length = strcspn(text, "\n");
        const char *begin = line;

        snprintf(line, sizeof(line), "%.*s",
                 (int)FT_MIN(length, sizeof(line) - 1), text);
        line[strcspn(line, "\r")] = '\0';
        begin += strspn(begin, " \t");
        if (*begin && *begin != '#' && config)
            config_line(begin, file, number, rows, includes, left);
        else if (*begin && *begin != '#')
            known_line(begin, file, number, rows, left);
        text += length + (text[length] == '\n');
    }
}

void
ft_ssh_names_of_config(const char *text, const char *file, json_t *rows,
                       json_t *includes, struct ft_ssh_names_left *left)
{
    each_line(text, file, rows, includes, true, left);
}

void
ft_ssh_names_of_known_hosts(const char *text, const char *file, json_t *rows,
                            struct ft_ssh_names_left *left)
{
    each_line(text, file, rows, NULL, false, left);
}
