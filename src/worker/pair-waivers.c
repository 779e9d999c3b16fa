/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/pair-waivers.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "worker/pair-store.h"

#define FILE_NAME "waivers.json"
/* Each of four texts, of which JSON makes six times as much at most. */
#define FILE_MAX ((size_t)25 * FT_PAIR_WAIVERS_MAX * FT_PAIR_WAIVER_TEXT)

static int
check(const json_t *waiver, struct ft_error *err)
{
    static const char *const texts[] = { "check", "subject", "evidence",
                                         "reason" };
    char text[FT_PAIR_WAIVER_TEXT];
    int64_t given;
    int rc = 0;

    for (size_t i = 0; i < FT_ARRAY_SIZE(texts) && !rc; i++)
        rc = ft_json_need_string(waiver, texts[i], text, sizeof(text), err);
    return rc ? rc
              : ft_json_need_int(waiver, "given", 0, INT64_MAX, &given, err);
}

static int
check_all(const json_t *list, struct ft_error *err)
{
    const json_t *waiver;
    size_t i;
    int rc = 0;

    if (!json_is_array(list))
        return ft_fail(err, EINVAL, NULL, "member \"waivers\" is no list");
    if (json_array_size(list) > FT_PAIR_WAIVERS_MAX)
        return ft_fail(err, EINVAL, "Take some back: ftadmin waive --end.",
                       "of one VM at most %d findings can be waived",
                       FT_PAIR_WAIVERS_MAX);
    json_array_foreach(list, i, waiver)
        if (!rc)
            rc = check(waiver, err);
    return rc;
}

int
ft_pair_save_waivers(const char *pair, const json_t *list, struct ft_error *err)
{
    FT_AUTOJSON json_t *file = NULL;
    char path[PATH_MAX];
    int rc = check_all(list, err);

    if (rc)
        return rc;
    ft_pair_path(pair, "pair.json", path);
    if (access(path, F_OK) < 0)
        return ft_fail(err, ENOENT, NULL, "there is no pair %s here", pair);
    ft_pair_path(pair, FILE_NAME, path);
    file = json_pack("{s:O}", "waivers", list);
    rc = file ? ft_json_save(path, file) : -ENOMEM;
    return rc ? ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                        strerror(-rc))
              : 0;
}

json_t *
ft_pair_load_waivers(const char *pair)
{
    FT_AUTOJSON json_t *file = NULL;
    char path[PATH_MAX];

    ft_pair_path(pair, FILE_NAME, path);
    if (ft_json_load(path, FILE_MAX, &file, NULL))
        return NULL;
    return json_incref(json_object_get(file, "waivers"));
}
