/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines that this machine's SSH knows by name; nobody is contacted. */
#include "config.h"

#include <arpa/inet.h>
#include <glob.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "remote/ssh.h"
#include "ui/work/discover.h"

#define FILE_MAX (1 << 20)
#define FILES_MAX 32 /* read through Include */
#define WAYS_MAX 256 /* names of which ssh(1) is asked the way */
#define ASKERS 8

/* As ssh(1) finds it: not by $HOME. */
static const char *
home(void)
{
    static char folder[512];
    const struct passwd *user;

    if (!*folder) {
        user = getpwuid(getuid());
        snprintf(folder, sizeof(folder), "%.500s", user ? user->pw_dir : "");
    }
    return folder;
}

/* ---- reading ---- */

static char *
path_of(const char *word)
{
    char *path = NULL;
    int rc;

    if (!strncmp(word, "~/", 2))
        rc = asprintf(&path, "%s%s", home(), word + 1);
    else if (*word == '/')
        rc = asprintf(&path, "%s", word);
    else /* as ssh_config(5) says */
        rc = asprintf(&path, "%s/.ssh/%s", home(), word);
    return rc < 0 ? NULL : path;
}

/* "~/.ssh/config" where it is there. */
static void
short_name(const char *path, char *out, size_t size)
{
    size_t length = strlen(home());

    if (!strncmp(path, home(), length) && path[length] == '/')
        snprintf(out, size, "~%s", path + length);
    else
        snprintf(out, size, "%s", path);
}

static void
read_config(const char *word, json_t *rows, json_t *includes,
            struct ft_ssh_names_left *left, size_t *files)
{
    FT_AUTOFREE char *pattern = path_of(word);
    glob_t found = { 0 };

    if (!pattern || glob(pattern, 0, NULL, &found)) {
        globfree(&found);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc && *files < FILES_MAX; i++) {
        FT_AUTOFREE char *text = NULL;
        char name[512];

        ++*files;
        if (ft_file_read(found.gl_pathv[i], FILE_MAX, &text, NULL))
            continue;
        short_name(found.gl_pathv[i], name, sizeof(name));
        ft_ssh_names_of_config(text, name, rows, includes, left);
    }
    globfree(&found);
}

static void
read_configs(json_t *rows, struct ft_ssh_names_left *left)
{
    FT_AUTOJSON json_t *includes = json_array();
    size_t files = 0;

    read_config("~/.ssh/config", rows, includes, left, &files);
    for (size_t i = 0; i < json_array_size(includes) && i < FILES_MAX; i++)
        read_config(json_string_value(json_array_get(includes, i)), rows,
                    includes, left, &files);
}

static void
read_known(json_t *rows, struct ft_ssh_names_left *left)
{
    FT_AUTOFREE char *path = path_of("~/.ssh/known_hosts");
    FT_AUTOFREE char *text = NULL;

    if (path && !ft_file_read(path, FILE_MAX, &text, NULL))
        ft_ssh_names_of_known_hosts(text, "known_hosts", rows, left);
}

/* ---- the way to each ---- */

struct ways {
    const struct ft_work *work;
    json_t *rows;
    size_t count;
    struct ft_ssh_way *found; /* by row */
    int *errors;
    atomic_size_t next;
};

static void *
asker(void *data)
{
    struct ways *ways = data;
    struct ft_ssh_options options = { .identity = ways->work->identity };
    size_t i;

    while ((i = atomic_fetch_add(&ways->next, 1)) < ways->count)
        ways->errors[i] =
            ft_ssh_find_way(ft_json_string(json_array_get(ways->rows, i),
                                           "name", ""),
                            &options, &ways->found[i], NULL);
    return NULL;
}

static void
find_ways(struct ways *ways)
{
    pthread_t threads[ASKERS] = { 0 };
    size_t started = 0;

    while (started + 1 < FT_MIN(ways->count, (size_t)ASKERS) &&
           !pthread_create(&threads[started], NULL, asker, ways))
        started++;
    asker(ways);
    while (started)
        pthread_join(threads[--started], NULL);
}

/* "user@jump:22,other" names this host? */
static bool
is_named_in(const char *jumps, const char *name)
{
    size_t length = strlen(name);
    const char *at = jumps;

    while ((at = strstr(at, name))) {
        bool begins = at == jumps || strchr(",@/", at[-1]);

        if (begins && (!at[length] || strchr(",:", at[length])))
            return true;
        at += length;
    }
    return false;
}

static bool
is_jump(const struct ways *ways, const char *name)
{
    for (size_t i = 0; i < ways->count; i++)
        if (is_named_in(ways->found[i].via, name))
            return true;
    return false;
}

/* ---- which of them are meant ---- */

/* Of this site, as far as a name tells: no dot in it, or a private address. */
static bool
is_near(const char *name)
{
    struct in6_addr in6;
    struct in_addr in;
    uint32_t a;

    if (inet_pton(AF_INET6, name, &in6) == 1) /* RFC 4193, or of the link */
        return (in6.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LINKLOCAL(&in6);
    if (inet_pton(AF_INET, name, &in) != 1)
        return !strchr(name, '.') && !strchr(name, ':');
    a = ntohl(in.s_addr);
    return a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8;
}

static void
describe(const struct ways *ways, size_t index, size_t of_config)
{
    json_t *row = json_array_get(ways->rows, index);
    const char *name = ft_json_string(row, "name", "");
    bool known = index < ways->count && !ways->errors[index];
    const struct ft_ssh_way *way = known ? &ways->found[index] : NULL;
    bool marked =
        of_config ? index < of_config && !is_jump(ways, name) : is_near(name);

    json_object_set_new(row, "state", json_string("named"));
    json_object_set_new(row, "address",
                        way ? ft_json_text(way->host) : json_null());
    json_object_set_new(row, "user",
                        way ? ft_json_text(way->user) : json_null());
    json_object_set_new(row, "via",
                        way && *way->via ? ft_json_text(way->via) : json_null());
    json_object_set_new(row, "marked", json_boolean(marked));
}

/* Names of known_hosts that are only where a name of the config leads. */
static void
drop_doubles(const struct ways *ways, size_t of_config)
{
    for (size_t i = json_array_size(ways->rows); i-- > of_config;) {
        const char *name =
            ft_json_string(json_array_get(ways->rows, i), "name", "");
        bool twice = false;

        for (size_t k = 0; !twice && k < FT_MIN(of_config, ways->count); k++)
            twice = !ways->errors[k] && !strcmp(ways->found[k].host, name);
        if (twice)
            json_array_remove(ways->rows, i);
    }
}

int
ft_work_candidates(const struct ft_work *work, json_t **rows,
                   struct ft_ssh_names_left *left, struct ft_error *err)
{
    FT_AUTOJSON json_t *made = json_array();
    struct ways ways = { .work = work, .rows = made };
    size_t of_config;

    memset(left, 0, sizeof(*left));
    *rows = NULL;
    read_configs(made, left);
    of_config = json_array_size(made);
    read_known(made, left);
    ways.count = FT_MIN(json_array_size(made), (size_t)WAYS_MAX);
    ways.found = calloc(ways.count + 1, sizeof(*ways.found));
    ways.errors = calloc(ways.count + 1, sizeof(*ways.errors));
    if (ways.found && ways.errors) {
        find_ways(&ways);
        for (size_t i = 0; i < json_array_size(made); i++)
            describe(&ways, i, of_config);
        drop_doubles(&ways, of_config);
        *rows = FT_STEAL(made);
    }
    free(ways.found);
    free(ways.errors);
    return *rows ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}
