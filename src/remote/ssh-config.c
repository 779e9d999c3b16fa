/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/ssh-config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* A line, cut in two; key is at most as long as the longest that we know. */
struct line {
    char key[32];
    const char *value;
    size_t size;
};

static int
wrong(const char *what, const struct line *line, struct ft_error *err)
{
    return ft_fail(err, EINVAL, "`ssh -G HOST` prints what ssh makes of it.",
                   "the SSH configuration has %s: %s %.*s", what, line->key,
                   (int)FT_MIN(line->size, (size_t)80), line->value);
}

static bool
is_none(const struct line *line)
{
    return line->size == 4 && strncmp(line->value, "none", 4) == 0;
}

static int
copy(const struct line *line, char *out, size_t size, struct ft_error *err)
{
    if (line->size >= size)
        return wrong("a value that is too long", line, err);
    memcpy(out, line->value, line->size);
    out[line->size] = '\0';
    return 0;
}

/* A name that goes into other programs' arguments. */
static int
copy_name(const struct line *line, char *out, size_t size, struct ft_error *err)
{
    int rc = copy(line, out, size, err);

    if (rc == 0 && (*out == '\0' || *out == '-' || strchr(out, ' ') != NULL))
        return wrong("a name that cannot be one", line, err);
    return rc;
}

static int
copy_word(const struct line *line, char *out, size_t size, struct ft_error *err)
{
    struct line first = *line;
    const char *space = memchr(line->value, ' ', line->size);

    if (space != NULL)
        first.size = space - line->value;
    return is_none(&first) ? 0 : copy(&first, out, size, err);
}

static int
copy_unless_none(const struct line *line, char *out, size_t size,
                 struct ft_error *err)
{
    return is_none(line) ? 0 : copy(line, out, size, err);
}

static int
add_file(const struct line *line, char files[][FT_SSH_CONFIG_PATH],
         size_t *count, struct ft_error *err)
{
    int rc;

    if (*count == FT_SSH_CONFIG_FILES || is_none(line))
        return 0;
    rc = copy(line, files[*count], FT_SSH_CONFIG_PATH, err);
    *count += rc == 0;
    return rc;
}

static int
take_port(const struct line *line, unsigned *port, struct ft_error *err)
{
    char text[8];
    char *end;
    unsigned long number;
    int rc = copy(line, text, sizeof(text), err);

    if (rc < 0)
        return rc;
    number = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || number == 0 ||
        number > 65535)
        return wrong("a port that is none", line, err);
    *port = (unsigned)number;
    return 0;
}

static int
take_line(const struct line *line, struct ft_ssh_config *c, struct ft_error *err)
{
    const char *key = line->key;

    if (strcmp(key, "hostname") == 0)
        return copy_name(line, c->hostname, sizeof(c->hostname), err);
    if (strcmp(key, "user") == 0)
        return copy_name(line, c->user, sizeof(c->user), err);
    if (strcmp(key, "port") == 0)
        return take_port(line, &c->port, err);
    if (strcmp(key, "hostkeyalias") == 0)
        return copy_name(line, c->host_key_alias, sizeof(c->host_key_alias),
                         err);
    if (strcmp(key, "identityfile") == 0)
        return add_file(line, c->identities, &c->identity_count, err);
    if (strcmp(key, "certificatefile") == 0)
        return add_file(line, c->certificates, &c->certificate_count, err);
    if (strcmp(key, "identityagent") == 0)
        return copy(line, c->agent, sizeof(c->agent), err);
    if (strcmp(key, "userknownhostsfile") == 0)
        return copy_word(line, c->known_hosts, sizeof(c->known_hosts), err);
    if (strcmp(key, "globalknownhostsfile") == 0)
        return copy_word(line, c->global_known_hosts,
                         sizeof(c->global_known_hosts), err);
    if (strcmp(key, "proxycommand") == 0)
        return copy_unless_none(line, c->proxy_command,
                                sizeof(c->proxy_command), err);
    if (strcmp(key, "proxyjump") == 0)
        return copy_unless_none(line, c->proxy_jump, sizeof(c->proxy_jump), err);
    return 0;
}

/* Cuts a line in two; false for one without a value, or of no key of ours. */
static bool
split(const char *text, size_t size, struct line *line)
{
    const char *space = memchr(text, ' ', size);
    size_t length = space != NULL ? (size_t)(space - text) : 0;

    if (length == 0 || length >= sizeof(line->key))
        return false;
    memcpy(line->key, text, length);
    line->key[length] = '\0';
    line->value = space + 1;
    line->size = size - length - 1;
    return true;
}

static bool
has_control(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (iscntrl((unsigned char)text[i]))
            return true;
    return false;
}

/* ---- tokens in the names of files ---- */

struct text {
    char bytes[FT_SSH_CONFIG_PATH];
    size_t used; /* past the end: it did not fit */
};

static void
put(struct text *text, char c)
{
    if (text->used < sizeof(text->bytes))
        text->bytes[text->used] = c;
    text->used++;
}

/* What stands for this token; NULL: it is none, or for libssh to fill in. */
static const char *
token_value(const struct ft_ssh_config *c, const char *token, const char *port)
{
    if (token[0] != '%')
        return NULL;
    if (token[1] == 'k' && *c->host_key_alias != '\0')
        return c->host_key_alias;
    return token[1] == 'h' ? c->hostname : token[1] == 'p' ? port : NULL;
}

/* In place. A % of a value is told from a token by being two. */
static int
fill_in(const struct ft_ssh_config *c, char path[FT_SSH_CONFIG_PATH],
        struct ft_error *err)
{
    struct text out = { .used = 0 };
    char port[16];

    snprintf(port, sizeof(port), "%u", c->port != 0 ? c->port : 22);
    for (const char *from = path; *from != '\0';) {
        const char *value = token_value(c, from, port);
        size_t length = *from == '%' && from[1] != '\0' ? 2 : 1;

        for (size_t i = 0; value == NULL && i < length; i++)
            put(&out, from[i]);
        for (const char *v = value; v != NULL && *v != '\0'; v++) {
            put(&out, *v);
            if (*v == '%')
                put(&out, '%');
        }
        from += length;
    }
    put(&out, '\0');
    if (out.used > sizeof(out.bytes))
        return ft_fail(err, EINVAL, "`ssh -G HOST` prints what ssh makes of it.",
                       "the SSH configuration has a file name that is too "
                       "long: %.80s",
                       path);
    memcpy(path, out.bytes, out.used);
    return 0;
}

static int
fill_in_files(struct ft_ssh_config *c, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->identity_count; i++)
        rc = fill_in(c, c->identities[i], err);
    for (size_t i = 0; rc == 0 && i < c->certificate_count; i++)
        rc = fill_in(c, c->certificates[i], err);
    return rc;
}

int
ft_ssh_config_parse(const char *text, size_t size, struct ft_ssh_config *config,
                    struct ft_error *err)
{
    const char *end = text + size;
    struct line line;
    int rc = 0;

    memset(config, 0, sizeof(*config));
    if (size > FT_SSH_CONFIG_MAX)
        return ft_fail(err, EINVAL, NULL, "the SSH configuration is too long");
    while (rc == 0 && text < end) {
        const char *newline = memchr(text, '\n', end - text);
        size_t length = (newline != NULL ? newline : end) - text;

        if (split(text, length, &line)) {
            rc = has_control(line.value, line.size)
                     ? wrong("control characters", &line, err)
                     : take_line(&line, config, err);
        }
        text += length + 1;
    }
    if (rc == 0 && *config->hostname == '\0')
        return ft_fail(err, EINVAL, NULL, "ssh -G names no host");
    return rc == 0 ? fill_in_files(config, err) : rc;
}

/* What a shell takes as it is: hosts, users and addresses need no more. */
static bool
is_plain(const char *text)
{
    return *text != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789.:_-+@%") == strlen(text);
}

char *
ft_ssh_config_expand(const char *command, const char *given, const char *host,
                     unsigned port, const char *user)
{
    char number[16];
    char *out = NULL;
    size_t size = 0;
    FILE *stream;
    bool good = true;

    snprintf(number, sizeof(number), "%u", port);
    stream = open_memstream(&out, &size);
    if (stream == NULL)
        return NULL;
    for (const char *c = command; good && *c != '\0'; c++) {
        const char *value = c[1] == 'h'   ? host
                            : c[1] == 'p' ? number
                            : c[1] == 'r' ? user
                            : c[1] == 'n' ? given
                            : c[1] == '%' ? "%"
                                          : NULL;

        if (*c != '%') {
            fputc(*c, stream);
            continue;
        }
        good = value != NULL && (c[1] == '%' || is_plain(value));
        if (good)
            fputs(value, stream);
        c++;
    }
    if (fclose(stream) != 0)
        good = false;
    if (good)
        return out;
    free(out);
    errno = EINVAL;
    return NULL;
}
