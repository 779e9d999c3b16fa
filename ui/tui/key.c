/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/key.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/text/text.h"

static const struct {
    uint32_t code;
    const char *name;
} names[] = {
#define FT_KEY_ROW_(name, text) { FT_KEY_##name, text },
    FT_KEYS(FT_KEY_ROW_)
#undef FT_KEY_ROW_
        { FT_KEY_TAB, "Tab" },
    { FT_KEY_ENTER, "Enter" },
    { FT_KEY_ESC, "Esc" },
    { FT_KEY_BACKSPACE, "Backspace" },
    { ' ', "Space" },
};

static size_t
encode(uint32_t c, char out[16])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(n == 1 ? c : first[n] | c);
    out[n] = '\0';
    return n;
}

void
ft_key_name(uint32_t code, char out[16])
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++)
        if (names[i].code == code) {
            snprintf(out, 16, "%s", names[i].name);
            return;
        }
    if (code < 0x20)
        snprintf(out, 16, "^%c", (char)(code + '@'));
    else if (code < FT_KEY_BASE_)
        encode(code, out);
    else
        *out = '\0';
}

uint32_t
ft_key_by_name(const char *name)
{
    unsigned character = 0;

    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++)
        if (*name && !strcmp(names[i].name, name))
            return names[i].code;
    if (name[0] == '^' && name[1] && !name[2])
        return FT_KEY_CTRL(name[1]);
    if (ft_utf8_decode(name, &character) == (int)strlen(name) && *name)
        return character;
    return FT_KEY_NONE;
}
