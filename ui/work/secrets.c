/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/secrets.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/secret.h"
#include "ui/work/ask.h"

struct kept {
    char prompt[FT_ASK_PROMPT_MAX];
    char *secret;   /* ft_secret_new */
    unsigned asked; /* when it was given the last time */
};

struct ft_work_secrets {
    pthread_mutex_t lock;
    struct kept list[FT_WORK_SECRETS_MAX]; /* the oldest first */
    size_t count;
    struct ft_work_prompts others;
};

struct ft_work_secrets *
ft_work_secrets_open(void)
{
    struct ft_work_secrets *secrets = calloc(1, sizeof(*secrets));

    if (secrets)
        pthread_mutex_init(&secrets->lock, NULL);
    return secrets;
}

static void
forget(struct ft_work_secrets *secrets, size_t at)
{
    ft_secret_free(secrets->list[at].secret);
    memmove(&secrets->list[at], &secrets->list[at + 1],
            (--secrets->count - at) * sizeof(secrets->list[0]));
}

void
ft_work_secrets_close(struct ft_work_secrets *secrets)
{
    if (!secrets)
        return;
    while (secrets->count)
        forget(secrets, secrets->count - 1);
    pthread_mutex_destroy(&secrets->lock);
    free(secrets);
}

static size_t
place_of(const struct ft_work_secrets *secrets, const char *prompt)
{
    size_t at = 0;

    while (at < secrets->count && strcmp(secrets->list[at].prompt, prompt) != 0)
        at++;
    return at;
}

static int
find(struct ft_work_secrets *secrets, const char *prompt, unsigned asked,
     char *out, size_t size)
{
    size_t at = place_of(secrets, prompt);
    struct kept *kept = &secrets->list[at];

    if (at == secrets->count)
        return -ENOENT;
    if (asked > kept->asked || strlen(kept->secret) >= size) {
        forget(secrets, at); /* it was wrong */
        return -ENOENT;
    }
    kept->asked = asked;
    strcpy(out, kept->secret);
    return 0;
}

int
ft_work_secrets_find(struct ft_work_secrets *secrets, const char *prompt,
                     unsigned asked, char *out, size_t size)
{
    int rc;

    pthread_mutex_lock(&secrets->lock);
    rc = find(secrets, prompt, asked, out, size);
    pthread_mutex_unlock(&secrets->lock);
    return rc;
}

static bool
comes_again(const char *prompt)
{
    return strcasestr(prompt, "password") || strcasestr(prompt, "passphrase");
}

static void
keep(struct ft_work_secrets *secrets, const char *prompt, unsigned asked,
     const char *secret)
{
    size_t at = place_of(secrets, prompt);
    struct kept *kept;
    char *room = ft_secret_new();

    if (!room)
        return;
    if (at < secrets->count)
        forget(secrets, at);
    else if (secrets->count == FT_WORK_SECRETS_MAX)
        forget(secrets, 0);
    strcpy(room, secret);
    kept = &secrets->list[secrets->count++];
    strcpy(kept->prompt, prompt);
    kept->secret = room;
    kept->asked = asked;
}

void
ft_work_secrets_keep(struct ft_work_secrets *secrets, const char *prompt,
                     unsigned asked, const char *secret)
{
    if (!comes_again(prompt) || strlen(prompt) >= FT_ASK_PROMPT_MAX ||
        strlen(secret) >= FT_SECRET_MAX)
        return;
    pthread_mutex_lock(&secrets->lock);
    keep(secrets, prompt, asked, secret);
    pthread_mutex_unlock(&secrets->lock);
}

static int
on_secret(void *data, unsigned asked, const char *prompt, char *out, size_t size)
{
    struct ft_work_secrets *secrets = data;
    const struct ft_work_prompts *others = &secrets->others;

    if (!ft_work_secrets_find(secrets, prompt, asked, out, size))
        return 0;
    return others->secret
               ? others->secret(others->data, asked, prompt, out, size)
               : -ECANCELED;
}

static int
on_host_key(void *data, const char *host, const char *keys, const char *compare)
{
    const struct ft_work_secrets *secrets = data;

    return secrets->others.host_key(secrets->others.data, host, keys, compare);
}

struct ft_work_prompts
ft_work_secrets_prompts(struct ft_work_secrets *secrets,
                        const struct ft_work_prompts *others)
{
    struct ft_work_prompts prompts = {
        .host_key = others->host_key ? on_host_key : NULL,
        .secret = on_secret,
        .data = secrets,
    };

    secrets->others = *others;
    return prompts;
}

void *
ft_work_secret_room(size_t size)
{
    return ft_secret_room(size);
}

void
ft_work_secret_release(void *room, size_t size)
{
    ft_secret_release(room, size);
}
