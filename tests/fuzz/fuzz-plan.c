/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan out of a file: what is taken for one can be compared, and is never carried
 * out other than as a plan of our own.
 */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/saved.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FT_AUTOJSON json_t *saved = NULL;
    FT_AUTOJSON json_t *same = NULL, *other = NULL;
    FT_AUTOJSON json_t *nothing = json_object();
    struct ft_plan_choices choices;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_json_parse((const char *)data, size, &saved, &err))
        return 0;
    if (ft_saved_check(saved, &err)) {
        FUZZ_CHECK(err.code && err.text[0]);
        return 0;
    }
    ft_saved_choices(saved, &choices);
    FUZZ_CHECK(strlen(choices.pair) == 36 && strlen(choices.vm) == 36);
    FUZZ_CHECK(ft_settings_check(&choices.settings, &err) == 0);
    same = ft_saved_differences(saved, saved);
    FUZZ_CHECK(json_is_array(same) && json_array_size(same) == 0);
    other = ft_saved_differences(saved, nothing);
    FUZZ_CHECK(json_array_size(other) > 0 &&
               json_array_size(other) <= FT_SAVED_DIFFERENCES_MAX);
    return 0;
}
