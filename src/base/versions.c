/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/versions.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"

#define MEMBER_MAX 64

static void
name_newest(const char *member, char out[MEMBER_MAX])
{
    snprintf(out, MEMBER_MAX, "%s_newest", member);
}

int
ft_versions_choose(struct ft_versions ours, struct ft_versions others)
{
    if (others.oldest < 1 || others.newest < others.oldest)
        return FT_VERSIONS_NONE;
    if (others.newest < ours.oldest)
        return FT_VERSIONS_OTHER_OLDER;
    if (others.oldest > ours.newest)
        return FT_VERSIONS_OTHER_NEWER;
    return FT_MIN(ours.newest, others.newest);
}

int
ft_versions_offer(struct ft_versions ours, const char *member, json_t *hello)
{
    char newest[MEMBER_MAX];

    name_newest(member, newest);
    if (json_object_set_new(hello, member, json_integer(ours.oldest)) ||
        (ours.newest != ours.oldest &&
         json_object_set_new(hello, newest, json_integer(ours.newest))))
        return -ENOMEM;
    return 0;
}

struct ft_versions
ft_versions_offered(const json_t *hello, const char *member)
{
    struct ft_versions offered;
    char newest[MEMBER_MAX];

    name_newest(member, newest);
    offered.oldest = (int)ft_json_int(hello, member, 1, INT32_MAX, 0);
    offered.newest =
        (int)ft_json_int(hello, newest, 1, INT32_MAX, offered.oldest);
    return offered;
}

const char *
ft_versions_text(struct ft_versions versions, char out[FT_VERSIONS_TEXT])
{
    if (versions.oldest < 1)
        snprintf(out, FT_VERSIONS_TEXT, "none");
    else if (versions.oldest == versions.newest)
        snprintf(out, FT_VERSIONS_TEXT, "%d", versions.oldest);
    else
        snprintf(out, FT_VERSIONS_TEXT, "%d to %d", versions.oldest,
                 versions.newest);
    return out;
}
