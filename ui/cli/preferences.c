/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/preferences.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ui/cli/verbs.h"
#include "ui/text/text.h"
#include "ui/work/ask.h"

#define FILE_MAX ((size_t)64 << 10) /* bytes */
#define COMPLAINTS_MAX 5
#define ALL "all"

/* These are said each time: they destroy, answer, or change what is printed. */
static const char *const never[] = {
    "apply-plan", "config",   "dry-run", "file",    "follow",      "force",
    "help",       "host-key", "if-lost", "json",    "keep-engine", "line",
    "log",        "plain",    "purge",   "version", "watch",       "yes",
};

struct reader {
    struct ft_cli *cli;
    const char *path;
    unsigned line, complaints;
    char section[64];
};

/* ---- what is wrong ---- */

static void complain(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
complain(struct reader *r, const char *format, ...)
{
    char text[300], safe[300];
    va_list arguments;

    if (++r->complaints > COMPLAINTS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    ft_text_safe(text, true, safe, sizeof(safe));
    if (!*r->cli->config_trouble)
        snprintf(r->cli->config_trouble, sizeof(r->cli->config_trouble),
                 "%.60s:%u: %.120s",
                 strrchr(r->path, '/') ? strrchr(r->path, '/') + 1 : r->path,
                 r->line, safe);
    if (!r->cli->quiet_config)
        ft_cli_note(r->cli, "%s:%u: %s", r->path, r->line, safe);
}

/* ---- keys and values ---- */

static const struct ft_option *
find_in(const struct ft_option *options, const char *key)
{
    for (; options && options->name; options++)
        if (!strcmp(options->name, key))
            return options;
    return NULL;
}

static const struct ft_option *
find_option(const struct reader *r, const char *key)
{
    const struct ft_command *command =
        ft_command_find(r->cli->commands, r->section);
    const struct ft_option *option = find_in(ft_global_options, key);

    return option || !command ? option : find_in(command->options, key);
}

static bool
is_never(const char *key)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(never); i++)
        if (!strcmp(never[i], key))
            return true;
    return false;
}

static bool
was_given(const struct ft_cli *cli, const struct ft_option *option)
{
    for (size_t i = 0; i < cli->given_count; i++)
        if (cli->given[i] == option->offset)
            return true;
    return false;
}

/* 1, 0, or -1: neither. */
static int
truth(const char *value)
{
    static const char *const words[] = { "no",   "yes", "false",
                                         "true", "off", "on" };

    for (size_t i = 0; i < FT_ARRAY_SIZE(words); i++)
        if (!strcmp(words[i], value))
            return (int)(i % 2);
    return -1;
}

/* A copy behind the file's text, "~/key" as a shell has it; or NULL. */
static const char *
keep(struct ft_cli *cli, const char *value)
{
    const char *home = strncmp(value, "~/", 2) ? NULL : getenv("HOME");
    size_t room = cli->config_size - cli->config_used;
    char *out = cli->config + cli->config_used;
    int used =
        snprintf(out, room, "%s%s", home ? home : "", home ? value + 1 : value);

    if (used < 0 || (size_t)used >= room)
        return NULL;
    cli->config_used += (size_t)used + 1;
    return out;
}

/* Checks a value, and stores it unless to is NULL. */
static void
take_value(struct reader *r, const struct ft_option *option, const char *value,
           void *to)
{
    long long number;
    char *rest;

    switch (option->kind) {
    case FT_OPTION_FLAG:
        if (truth(value) < 0)
            complain(r, "%s is yes or no, not \"%s\"", option->name, value);
        else if (to)
            *(bool *)to = truth(value);
        break;
    case FT_OPTION_LIST:
    case FT_OPTION_TEXT:
        if (!*value)
            complain(r, "%s needs a value", option->name);
        else if (to)
            *(const char **)to = keep(r->cli, value);
        break;
    case FT_OPTION_INTEGER:
        errno = 0;
        number = strtoll(value, &rest, 10);
        if (errno || rest == value || *rest || number < option->min ||
            number > option->max)
            complain(r, "%s is a whole number from %lld to %lld, not \"%s\"",
                     option->name, (long long)option->min,
                     (long long)option->max, value);
        else if (to)
            *(int64_t *)to = number;
        break;
    }
}

/* ---- lines ---- */

static char *
trimmed(char *text)
{
    char *end;

    text += strspn(text, " \t\r");
    end = text + strlen(text);
    while (end > text && strchr(" \t\r", end[-1]))
        *--end = '\0';
    return text;
}

static void
take_section(struct reader *r, char *text)
{
    char *end = strchr(text, ']');

    if (!end || end[1]) {
        complain(r, "a section is [%s] or [COMMAND]", ALL);
        snprintf(r->section, sizeof(r->section), "?");
        return;
    }
    *end = '\0';
    text = trimmed(text);
    if (strcmp(text, ALL) != 0 && !ft_command_find(r->cli->commands, text)) {
        complain(r, "no command \"%.60s\": sections are [%s] and [COMMAND]",
                 text, ALL);
        snprintf(r->section, sizeof(r->section), "?"); /* nor are its keys */
    } else {
        snprintf(r->section, sizeof(r->section), "%s", text);
    }
}

/* Of the command's own section, or of all when all is set; else only checked. */
static void
take_key(struct reader *r, const char *key, const char *value, bool all,
         bool check)
{
    const struct ft_option *option;
    struct ft_cli *cli = r->cli;
    bool ours = all ? !strcmp(r->section, ALL)
                    : cli->command && !strcmp(r->section, cli->command->name);

    if (*r->section == '?')
        return;
    option = find_option(r, key);
    if (!option || is_never(key)) {
        if (check && option)
            complain(r, "%s is said each time, it cannot be in a file", key);
        else if (check)
            complain(r, "no option \"%.60s\" in [%s]", key, r->section);
        return;
    }
    if (check)
        take_value(r, option, value, NULL);
    else if (ours && !was_given(cli, option))
        take_value(r, option, value, (char *)&cli->options + option->offset);
}

static void
walk(struct reader *r, const char *text, bool all, bool check)
{
    char line[1024];

    strcpy(r->section, ALL);
    for (r->line = 1; *text; r->line++) {
        size_t length = strcspn(text, "\n");
        char *at, *equals;

        snprintf(line, sizeof(line), "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
        at = trimmed(line);
        if (length >= sizeof(line) && check)
            complain(r, "the line is longer than %zu bytes", sizeof(line) - 1);
        if (!*at || *at == '#' || length >= sizeof(line))
            continue;
        equals = strchr(at, '=');
        if (*at == '[') {
            unsigned before = r->complaints;

            take_section(r, at + 1);
            if (!check)
                r->complaints = before;
        } else if (equals) {
            char *value = trimmed(equals + 1);

            *equals = '\0';
            take_key(r, trimmed(at), value, all, check);
        } else if (check) {
            complain(r, "neither [SECTION] nor KEY = VALUE");
        }
    }
}

/* ---- the file ---- */

static int
own_path(char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int used;

    if (config && *config == '/')
        used = snprintf(out, size, "%s/ftadmin/config", config);
    else if (home && *home == '/')
        used = snprintf(out, size, "%s/.config/ftadmin/config", home);
    else
        return -ENOENT;
    return (size_t)used < size ? 0 : -ENAMETOOLONG;
}

/* Whoever could write it could name keys and programs. */
static bool
is_ours(int fd, bool *regular)
{
    struct stat is;

    if (fstat(fd, &is) < 0)
        return false;
    *regular = S_ISREG(is.st_mode);
    return !*regular || ((is.st_uid == geteuid() || is.st_uid == 0) &&
                         !(is.st_mode & (S_IWGRP | S_IWOTH)));
}

/* The text in cli->config, with room behind it for values; 0 or -errno. */
static int
read_file(struct reader *r)
{
    FT_AUTOCLOSE int fd = open(r->path, O_RDONLY | O_CLOEXEC);
    struct ft_cli *cli = r->cli;
    bool regular = true;
    ssize_t n;

    if (fd < 0)
        return -errno;
    if (!is_ours(fd, &regular)) {
        complain(r, "others can write it, so it is not read");
        return -EPERM;
    }
    cli->config_size = 2 * FILE_MAX;
    cli->config = calloc(1, cli->config_size);
    if (!cli->config)
        return -ENOMEM;
    while (cli->config_used < FILE_MAX &&
           (n = read(fd, cli->config + cli->config_used,
                     FILE_MAX - cli->config_used)) > 0)
        cli->config_used += (size_t)n;
    if (cli->config_used == FILE_MAX) {
        complain(r, "it is larger than %zu KiB, so it is not read",
                 FILE_MAX >> 10);
        return -EFBIG;
    }
    cli->config[cli->config_used++] = '\0';
    return 0;
}

void
ft_cli_preferences_apply(struct ft_cli *cli)
{
    struct reader r = { .cli = cli };
    char path[PATH_MAX];
    FT_AUTOFREE char *values = NULL;
    int rc;

    if (!cli->options.config && own_path(path, sizeof(path)))
        return;
    r.path = cli->options.config ? cli->options.config : path;
    cli->quiet_config = getenv(FT_ASK_ENVIRONMENT) != NULL; /* said there */
    rc = read_file(&r);
    if (rc && rc != -EPERM && rc != -EFBIG &&
        (rc != -ENOENT || cli->options.config))
        complain(&r, "it cannot be read: %s", strerror(-rc));
    if (rc)
        return;
    walk(&r, cli->config, false, true);
    if (r.complaints > COMPLAINTS_MAX && !cli->quiet_config)
        ft_cli_note(cli, "%s: and %u more", r.path,
                    r.complaints - COMPLAINTS_MAX);
    r.complaints = COMPLAINTS_MAX; /* each was said */
    walk(&r, cli->config, true, false);
    walk(&r, cli->config, false, false);
}

void
ft_cli_preferences_close(struct ft_cli *cli)
{
    free(cli->config);
    cli->config = NULL;
}
