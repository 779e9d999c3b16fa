/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/findings.h"

#include <stdint.h>
#include <string.h>

#include "ui/cli/progress.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"

#define INDENT 8 /* columns before what belongs to a verdict */
#define NARROWEST 20
#define COLOUR_END "\033[0m"

void
ft_cli_print_folded(FILE *stream, const struct ft_style *style, int indent,
                    const char *label, const char *text)
{
    char safe[1024];
    const char *rest = safe;
    size_t width = ft_cli_width(stream), room = SIZE_MAX;

    ft_text_safe(text, style->utf8, safe, sizeof(safe));
    fprintf(stream, "%*s%s", indent, "", label);
    indent += (int)strlen(label);
    if (width != SIZE_MAX)
        room = width > (size_t)indent + NARROWEST ? width - (size_t)indent
                                                  : NARROWEST;
    while (*rest) {
        size_t take = ft_text_fold(rest, room);

        fprintf(stream, "%.*s\n", (int)take, rest);
        rest += take;
        rest += strspn(rest, " ");
        if (*rest)
            fprintf(stream, "%*s", indent, "");
    }
}

static void
print_verdict(FILE *stream, const struct ft_style *style,
              const struct ft_finding *finding)
{
    const char *word = ft_verdict_name(finding->verdict);
    char subject[sizeof(finding->subject)];

    ft_text_safe(finding->subject, style->utf8, subject, sizeof(subject));
    fprintf(stream, "%s%s %s%s  %s  %s\n",
            style->colour ? ft_severity_colour(ft_severity_of(word)) : "",
            ft_word_glyph(word, style->utf8), word,
            style->colour ? COLOUR_END : "", finding->id, subject);
}

static void
print_text(FILE *stream, const struct ft_style *style,
           const struct ft_finding *finding)
{
    char text[FT_FIX_TEXT], line[FT_FIX_TEXT + 200];

    ft_cli_print_folded(stream, style, INDENT, "", finding->evidence);
    if (finding->verdict == FT_PASS)
        return;
    if (*finding->why)
        ft_cli_print_folded(stream, style, INDENT, "", finding->why);
    if (*finding->waived)
        ft_cli_print_folded(stream, style, INDENT, "Waived: ", finding->waived);
    else if (*finding->remedy)
        ft_cli_print_folded(stream, style, INDENT, "Do: ", finding->remedy);
    if (!*finding->waived && finding->fix.kind != FT_FIX_NONE) {
        ft_fix_text(&finding->fix, false, text);
        snprintf(line, sizeof(line), "ftadmin check --fix: %s on %s", text,
                 finding->fix.host);
        ft_cli_print_folded(stream, style, INDENT, "Or: ", line);
    }
}

static bool
say_the_same(const struct ft_finding *a, const struct ft_finding *b)
{
    return a->verdict == b->verdict && !strcmp(a->evidence, b->evidence) &&
           !strcmp(a->why, b->why) && !strcmp(a->remedy, b->remedy) &&
           !strcmp(a->waived, b->waived);
}

/* Whether one before it has the same text: it was said with that one. */
static bool
is_said(const struct ft_findings *findings, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (say_the_same(&findings->list[k], &findings->list[i]))
            return true;
    return false;
}

void
ft_cli_print_findings(struct ft_cli *cli, FILE *stream,
                      const struct ft_findings *findings)
{
    struct ft_style style = ft_style_for(stream, FT_OUTPUT_TABLE);

    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *finding = &findings->list[i];

        if ((!cli->options.verbose && finding->verdict == FT_PASS) ||
            is_said(findings, i))
            continue;
        for (size_t k = i; k < findings->count; k++)
            if (say_the_same(finding, &findings->list[k]))
                print_verdict(stream, &style, &findings->list[k]);
        print_text(stream, &style, finding);
    }
}
