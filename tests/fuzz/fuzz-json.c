/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of the control protocol, and errors that a peer sends as JSON. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FT_AUTOJSON json_t *value = NULL;
    struct ft_error err = FT_ERROR_INIT, peer = FT_ERROR_INIT;
    char verb[32];
    int64_t id;

    if (ft_json_parse((const char *)data, size, &value, &err)) {
        FUZZ_CHECK(err.code && err.text[0] && !value);
        return 0;
    }
    FUZZ_CHECK(json_is_object(value));
    if (!ft_json_need_string(value, "verb", verb, sizeof(verb), &err))
        FUZZ_CHECK(strlen(verb) < sizeof(verb));
    if (!ft_json_need_int(value, "id", 0, 1000, &id, &err))
        FUZZ_CHECK(id >= 0 && id <= 1000);
    FUZZ_CHECK(ft_json_to_error(value, &peer) < 0 && peer.code > 0);
    FUZZ_CHECK(memchr(peer.text, 0, sizeof(peer.text)));
    return 0;
}
