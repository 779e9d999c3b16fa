/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/effects.h"

#include <string.h>

#include "ui/cli/findings.h"
#include "ui/text/text.h"

#define INDENT 13 /* of what, behind the kind */

static bool
is_same_group(const struct ft_effect *a, const struct ft_effect *b)
{
    return !strcmp(a->host, b->host) && a->later == b->later &&
           !strcmp(a->undoing, b->undoing);
}

static void
print_heading(FILE *stream, const struct ft_style *style,
              const struct ft_effect *e)
{
    bool stays = !strncmp(e->undoing, "stays", 5);
    char text[FT_NAME_SIZE + 120];

    snprintf(text, sizeof(text), "%s, %s; %s%s:", e->host,
             e->later ? "by the engine, later" : "by these steps",
             stays ? "" : "taken away by ", e->undoing);
    putc('\n', stream);
    ft_cli_print_folded(stream, style, 0, "", text);
}

static void
print_effect(FILE *stream, const struct ft_style *style,
             const struct ft_effect *e)
{
    char label[INDENT + 20], text[FT_PATH_SIZE + 400], bytes[24] = "", size[16];

    if (e->bytes) {
        ft_format_bytes(e->bytes, size);
        snprintf(bytes, sizeof(bytes), ", %s", size);
    }
    snprintf(label, sizeof(label), "  %-*s", INDENT - 2,
             ft_effect_kind_name(e->kind));
    snprintf(text, sizeof(text), "%s%s%s%s", e->what, bytes,
             *e->detail ? ": " : "", e->detail);
    ft_cli_print_folded(stream, style, 0, label, text);
}

void
ft_cli_print_effects(struct ft_cli *cli, const struct ft_effects *effects)
{
    struct ft_style style = ft_style_for(cli->out, FT_OUTPUT_TABLE);

    for (size_t i = 0; i < effects->count; i++) {
        const struct ft_effect *e = &effects->list[i];

        if (!i || !is_same_group(e, e - 1))
            print_heading(cli->out, &style, e);
        print_effect(cli->out, &style, e);
    }
}
