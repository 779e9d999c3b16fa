/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/likeness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/clones.h"
#include "ui/model/copy.h"

/* What is stored of a host; NULL: nothing that can be read. */
static struct ft_host *
stored(const struct ft_work *work, const struct ft_store_host *host)
{
    FT_AUTOJSON json_t *json = NULL;
    struct ft_host *facts = NULL;
    int64_t at;

    if (ft_store_facts_get(work->store, host->id, &json, &at, NULL) ||
        ft_host_from_json(json, &facts, NULL))
        return NULL;
    FT_COPY(facts->name, host->name);
    FT_COPY(facts->host_key, host->host_key);
    return facts;
}

static void
say(struct ft_work_likeness *likeness, const char *name,
    const struct ft_host *known, const struct ft_host *facts)
{
    struct ft_clone clone;

    FT_COPY(likeness->name, known->name);
    if (likeness->what == FT_IDENTITY_SAME)
        snprintf(likeness->text, sizeof(likeness->text),
                 "%.250s is %.250s, which is known already: %s", name,
                 known->name, ft_host_identity_why(known, facts));
    else if (ft_clone_look(known, facts, &clone))
        snprintf(likeness->text, sizeof(likeness->text),
                 "%.200s has the %s of %.200s: one was made as a copy of the "
                 "other. It is taken for another host. %s",
                 name, clone.what, known->name, clone.remedy);
}

/* A clone may be told by more than its machine-id. */
static enum ft_identity
likeness_of(const struct ft_host *known, const struct ft_host *facts)
{
    enum ft_identity what = ft_host_identity(known, facts);
    struct ft_clone clone;

    return what == FT_IDENTITY_OTHER && ft_clone_look(known, facts, &clone)
               ? FT_IDENTITY_CLONE
               : what;
}

void
ft_work_likeness(const struct ft_work *work, const char *name,
                 const struct ft_host *facts, struct ft_work_likeness *likeness)
{
    FT_AUTOFREE struct ft_store_host *hosts = NULL;
    size_t count = 0;

    memset(likeness, 0, sizeof(*likeness));
    if (ft_store_host_list(work->store, &hosts, &count, NULL))
        return;
    for (size_t i = 0; i < count && likeness->what < FT_IDENTITY_SAME; i++) {
        struct ft_host *known =
            strcmp(hosts[i].name, name) ? stored(work, &hosts[i]) : NULL;
        enum ft_identity what =
            known ? likeness_of(known, facts) : FT_IDENTITY_OTHER;

        if (what > likeness->what) {
            likeness->what = what;
            say(likeness, name, known, facts);
        }
        ft_host_free(known);
    }
}

/* One host is one host: a second name would be a standby, or a witness, of itself. */
int
ft_work_refuse_second_name(const struct ft_work *work, const char *name,
                           const struct ft_host *facts, struct ft_error *err)
{
    struct ft_work_likeness likeness = { .what = FT_IDENTITY_OTHER };

    if (facts)
        ft_work_likeness(work, name, facts, &likeness);
    return likeness.what == FT_IDENTITY_SAME
               ? ft_fail(err, EEXIST,
                         "Use that name; for another one first forget it: "
                         "ftadmin host remove --keep-engine.",
                         "%.500s", likeness.text)
               : 0;
}

int
ft_work_refuse_shared_engine(const struct ft_work *work,
                             const struct ft_store_host *host,
                             struct ft_error *err)
{
    struct ft_work_likeness likeness = { .what = FT_IDENTITY_OTHER };
    struct ft_host *facts = stored(work, host);

    if (facts)
        ft_work_likeness(work, host->name, facts, &likeness);
    ft_host_free(facts);
    return likeness.what == FT_IDENTITY_SAME
               ? ft_fail(err, EBUSY,
                         "ftadmin host remove --keep-engine forgets one of the "
                         "names.",
                         "%.500s; its engine is not removed", likeness.text)
               : 0;
}

json_t *
ft_work_clone_warning(const struct ft_work *work, const char *name,
                      const struct ft_host *facts)
{
    struct ft_work_likeness likeness = { .what = FT_IDENTITY_OTHER };

    if (facts)
        ft_work_likeness(work, name, facts, &likeness);
    return likeness.what == FT_IDENTITY_CLONE ? json_string(likeness.text)
                                              : json_null();
}
