/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/text/film.h"

#include <string.h>

#include "base/json.h"
#include "ui/text/text.h"

#define WIDTH 78

/* Broken at blanks; what comes after the first line is moved in. */
static void
print_wrapped(FILE *out, bool utf8, int used, const char *text)
{
    int indent = used, columns;
    char safe[2048], word[sizeof(safe)];
    const char *at = safe;
    size_t length;

    ft_text_safe(text, utf8, safe, sizeof(safe));
    for (; *at; at += length + strspn(at + length, " ")) {
        length = strcspn(at, " ");
        snprintf(word, sizeof(word), "%.*s", (int)length, at);
        columns = (int)ft_text_width(word);
        if (used > indent && used + 1 + columns > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            used = indent;
        } else if (used > indent) {
            putc(' ', out);
            used++;
        }
        fputs(word, out);
        used += columns;
    }
    putc('\n', out);
}

static void
print_moment(const json_t *moment, bool utf8, FILE *out)
{
    const json_t *offset = json_object_get(moment, "offset_ms");
    char when[32] = "not told", host[128];

    if (json_is_number(offset))
        snprintf(when, sizeof(when), "%+.1f", json_number_value(offset));
    ft_text_safe(ft_json_string(moment, "host", ""), utf8, host, sizeof(host));
    fprintf(out, "%3lld  %9s  %-8s  ",
            (long long)ft_json_int(moment, "nr", 0, 1000, 0), when, host);
    print_wrapped(out, utf8, 26, ft_json_string(moment, "text", ""));
}

void
ft_film_print(const json_t *film, bool utf8, FILE *out)
{
    const json_t *each;
    size_t index;

    print_wrapped(out, utf8, 0, ft_json_string(film, "sentence", ""));
    fprintf(out, "\nOffsets in ms from %s, UTC.\n",
            ft_json_string(film, "zero", "?"));
    json_array_foreach(json_object_get(film, "moments"), index, each)
        print_moment(each, utf8, out);
    putc('\n', out);
    json_array_foreach(json_object_get(film, "facts"), index, each) {
        fprintf(out, "%-10s ", ft_json_string(each, "title", ""));
        print_wrapped(out, utf8, 11, ft_json_string(each, "text", ""));
    }
}
