/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first start: the commands that look at machines and add them, one for all
 * that are logged in to in the same way.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/account.h"
#include "ui/tui/first-private.h"

/* Is it one that Enter is about? */
static bool
fits(const struct ft_console *console, bool look, const json_t *row)
{
    if (!ft_first_is_marked(row))
        return false;
    return look ? !strcmp(ft_first_state(row), "named") &&
                      !ft_first_is_added(console, row)
                : ft_first_can_be_added(console, row);
}

static bool
same_login(const json_t *a, const json_t *b)
{
    return !strcmp(ft_json_string(a, "login", ""),
                   ft_json_string(b, "login", "")) &&
           !strcmp(ft_json_string(a, "key_file", ""),
                   ft_json_string(b, "key_file", ""));
}

static void
add_login(const char *user, const char *key_file, struct ft_words *words)
{
    if (*user) {
        ft_words_add(words, "--user");
        ft_words_add(words, user);
    }
    if (*key_file) {
        ft_words_add(words, "--identity");
        ft_words_add(words, key_file);
    }
}

static void
add_login_of(const json_t *row, struct ft_words *words)
{
    add_login(ft_json_string(row, "login", ""),
              ft_json_string(row, "key_file", ""), words);
}

/* Is there one before it that is logged in to in the same way? */
static bool
follows(const struct ft_console *console, bool look, size_t at)
{
    const json_t *rows = console->first->rows;
    const json_t *row = json_array_get(rows, at);

    for (size_t i = 0; i < at; i++)
        if (fits(console, look, json_array_get(rows, i)) &&
            same_login(json_array_get(rows, i), row))
            return true;
    return false;
}

/* The first of the n-th group; NULL: there are not so many. */
static const json_t *
leader(const struct ft_console *console, bool look, size_t n)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->first->rows, index, row)
        if (fits(console, look, row) && !follows(console, look, index) &&
            n-- == 0)
            return row;
    return NULL;
}

static void
add_names(const struct ft_console *console, bool look, const json_t *first,
          struct ft_words *words)
{
    size_t names = 0, index;
    const json_t *row;

    json_array_foreach(console->first->rows, index, row)
        if (fits(console, look, row) && same_login(row, first) &&
            names++ < FT_FIRST_NAMES_MAX)
            ft_words_add(words, ft_json_string(row, "name", ""));
}

static bool
group_words(const struct ft_console *console, bool look, size_t n,
            struct ft_words *words)
{
    const json_t *first = leader(console, look, n);

    if (!first)
        return false;
    if (look) {
        ft_words_add(words, "discover");
    } else {
        ft_words_add(words, "host");
        ft_words_add(words, "add");
    }
    add_login_of(first, words);
    add_names(console, look, first, words);
    return true;
}

void
ft_first_all_words(const struct ft_console *console, bool look,
                   struct ft_words *words)
{
    struct ft_words next = { 0 };

    for (size_t n = 0; group_words(console, look, n, &next); n++) {
        if (words->count && words->count + next.count >= FT_WORDS_MAX)
            return; /* more than a row can show */
        if (words->count)
            ft_words_add(words, FT_WORDS_NEXT);
        for (size_t i = 0; i < next.count; i++)
            ft_words_add(words, next.list[i]);
        memset(&next, 0, sizeof(next));
    }
}

/* Those of the first group, as many as its command names. */
static size_t
set_group(const struct ft_console *console, bool look)
{
    const json_t *first = leader(console, look, 0);
    size_t names = 0, index;
    json_t *row;

    json_array_foreach(console->first->rows, index, row) {
        if (row == first || !fits(console, look, row) ||
            !same_login(row, first) || names + 1 >= FT_FIRST_NAMES_MAX)
            continue;
        ft_first_set_state(row, look ? "asking" : "adding");
        names++;
    }
    row = first
              ? ft_first_find(console->first, ft_json_string(first, "name", ""))
              : NULL;
    if (row)
        ft_first_set_state(row, look ? "asking" : "adding");
    return names + (row != NULL);
}

void
ft_first_begin_all(struct ft_console *console, bool look)
{
    struct ft_words words = { 0 };

    while (group_words(console, look, 0, &words)) {
        if (!set_group(console, look))
            return;
        ft_first_start(console, look ? FT_FIRST_LOOK : FT_FIRST_ADD, &words,
                       !look);
        memset(&words, 0, sizeof(words));
    }
}

void
ft_first_ask_words(const json_t *row, struct ft_words *words)
{
    ft_words_add(words, "discover");
    add_login_of(row, words);
    ft_words_add(words, ft_json_string(row, "name", ""));
}

void
ft_first_trust_words(const json_t *row, struct ft_words *words)
{
    const char *key =
        json_string_value(json_array_get(json_object_get(row, "keys"), 0));

    ft_first_ask_words(row, words);
    if (!key)
        return;
    ft_words_add(words, "--host-key");
    ft_words_add(words, key);
}

/* ---- another login ---- */

/* Is it one of those that the form was filled in for? */
static bool
is_meant(const struct ft_console *console, const struct ft_account *account,
         const json_t *row)
{
    if (!strcmp(ft_json_string(row, "name", ""), account->host))
        return true;
    return account->for_all && ft_first_wants_login(row) &&
           !ft_first_is_added(console, row) &&
           !strcmp(ft_first_state(row), "failed");
}

/* "ops@kvm1": who logs in was said in the form. */
static const char *
without_user(const char *name)
{
    const char *at = strrchr(name, '@');

    return at && at[1] ? at + 1 : name;
}

static void
add_meant(const struct ft_console *console, const struct ft_account *account,
          struct ft_words *words)
{
    size_t names = 0, index;
    const json_t *row;

    json_array_foreach(console->first->rows, index, row)
        if (is_meant(console, account, row) && names++ < FT_FIRST_NAMES_MAX)
            ft_words_add(words, without_user(ft_json_string(row, "name", "")));
}

void
ft_first_log_in_words(const struct ft_console *console,
                      const struct ft_account *account, struct ft_words *words)
{
    ft_words_add(words, "discover");
    add_login(account->user.text, account->identity.text, words);
    if (console->first)
        add_meant(console, account, words);
}

size_t
ft_first_others_refused(const struct ft_console *console, const json_t *row)
{
    size_t count = 0, index;
    const json_t *other;

    json_array_foreach(console->first->rows, index, other)
        count += other != row && ft_first_wants_login(other) &&
                 !strcmp(ft_first_state(other), "failed") &&
                 !ft_first_is_added(console, other);
    return FT_MIN(count, (size_t)FT_FIRST_NAMES_MAX - 1);
}

/* The machine goes by its name alone from then on. */
static void
set_login(struct ft_first *first, json_t *row, const struct ft_account *account)
{
    FT_AUTOJSON json_t *name =
        json_string(without_user(ft_json_string(row, "name", "")));

    if (!ft_first_find(first, json_string_value(name)))
        json_object_set(row, "name", name);
    json_object_set_new(row, "login", json_string(account->user.text));
    json_object_set_new(row, "key_file", json_string(account->identity.text));
    json_object_set_new(row, "wanted", json_true());
    ft_first_set_state(row, "asking");
}

void
ft_first_log_in(struct ft_console *console, const struct ft_account *account)
{
    struct ft_words words = { 0 };
    size_t names = 0, index;
    json_t *row;

    if (!console->first)
        return;
    ft_first_log_in_words(console, account, &words);
    json_array_foreach(console->first->rows, index, row)
        if (is_meant(console, account, row) && names++ < FT_FIRST_NAMES_MAX)
            set_login(console->first, row, account);
    ft_first_start(console, FT_FIRST_LOOK, &words, true);
}
