/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/status-print.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/drift.h"
#include "ui/cli/unfinished.h"
#include "ui/model/columns.h"
#include "ui/model/maintenance.h"
#include "ui/model/outcome.h"
#include "ui/text/text.h"

static int
print_table(struct ft_cli *cli, const struct ft_columns *columns,
            const json_t *rows)
{
    return ft_table_print(cli->out, &cli->style, columns->list, columns->count,
                          rows);
}

static int
print_list(struct ft_cli *cli, const struct ft_columns *columns,
           const json_t *rows)
{
    if (!json_array_size(rows))
        return 0;
    putc('\n', cli->out);
    return print_table(cli, columns, rows);
}

/* Everything about one pair: the row, its drift, what was predicted of it, what each
 * side says, and the paths. */
static int
print_one(struct ft_cli *cli, const json_t *row)
{
    FT_AUTOJSON json_t *outcome = ft_outcome_rows(row);
    int rc = ft_record_print(cli->out, &cli->style, ft_pair_details.list,
                             ft_pair_details.count, row);

    if (rc || cli->style.output == FT_OUTPUT_PLAIN)
        return rc;
    ft_cli_print_drift(cli, row);
    rc = print_list(cli, &ft_outcome_columns, outcome);
    if (!rc)
        rc = print_list(cli, &ft_side_columns, json_object_get(row, "sides"));
    return rc ? rc
              : print_list(cli, &ft_path_columns, json_object_get(row, "paths"));
}

static void
note_pending(struct ft_cli *cli, const json_t *rows)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
        ft_cli_note_pending(cli, ft_json_string(row, "vm", ""),
                            json_object_get(row, "pending"));
}

/* Of pairs before, on hosts that were away when the VM left them. */
static void
note_left(struct ft_cli *cli, const json_t *rows)
{
    const json_t *row, *left;
    size_t i, k;

    json_array_foreach(rows, i, row)
        json_array_foreach(json_object_get(row, "left"), k, left)
            ft_cli_note(cli,
                        "%s: something of a pair before is left on %s; when it "
                        "answers, ftadmin resume %s finishes that.",
                        ft_json_string(row, "vm", ""),
                        ft_json_string(left, "host", ""),
                        ft_json_string(row, "vm", ""));
}

/* Information only: it runs as it did. */
static void
note_older_qemu(struct ft_cli *cli, const json_t *rows)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        const char *note = ft_json_string(row, "qemu_note", "");

        if (*note)
            ft_cli_note(cli, "%s %s.", ft_json_string(row, "vm", ""), note);
    }
}

/* Hosts that are out of service, and the VMs that are at risk by it. */
static void
note_maintenance(struct ft_cli *cli, const struct ft_status_view *view)
{
    const json_t *row;
    char text[400];
    size_t i;

    json_array_foreach(view->maintenance, i, row) {
        ft_maintenance_sentence(row, text, sizeof(text));
        ft_cli_note(cli, "%s", text);
    }
}

static int
print_all(struct ft_cli *cli, const struct ft_status_view *view)
{
    bool plain = cli->style.output == FT_OUTPUT_PLAIN;
    size_t rows = json_array_size(view->pairs);
    int rc = rows ? print_table(cli, &ft_pair_columns, view->pairs) : 0;

    if (!rows && view->some)
        ft_cli_note(cli, "No protected VM is of this kind.");
    else if (!rows && json_array_size(view->hosts))
        ft_cli_note(cli, "No VM is protected: ftadmin protect VM");
    if (rc || plain || !json_array_size(view->hosts))
        return rc;
    if (rows)
        putc('\n', cli->out);
    return print_table(cli, &ft_host_columns, view->hosts);
}

static enum ft_exit
print_json(struct ft_cli *cli, const struct ft_status_view *view)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:o,s:o,s:O,s:O,s:O}", "schema", 1, "verdict",
                  ft_verdict_to_json(view->verdict), "summary",
                  ft_totals_to_json(view->totals), "pairs", view->pairs,
                  "hosts", view->hosts, "maintenance", view->maintenance);

    return ft_cli_print(cli, document, NULL, NULL, 0);
}

enum ft_exit
ft_status_print(struct ft_cli *cli, const struct ft_status_view *view)
{
    int rc = 0;

    if (cli->style.output == FT_OUTPUT_JSON)
        return print_json(cli, view);
    if (!view->one)
        rc = print_all(cli, view);
    else if (json_array_size(view->pairs))
        rc = print_one(cli, json_array_get(view->pairs, 0));
    if (!rc && cli->style.output == FT_OUTPUT_TABLE) {
        note_pending(cli, view->pairs);
        note_left(cli, view->pairs);
        note_older_qemu(cli, view->pairs);
        if (!view->one)
            note_maintenance(cli, view);
    }
    return rc ? ft_cli_fail_output(cli, rc) : FT_EXIT_OK;
}

enum ft_exit
ft_status_print_line(struct ft_cli *cli, const struct ft_status_view *view)
{
    char line[FT_VERDICT_SENTENCE + 512], safe[sizeof(line)];

    ft_totals_line(view->totals, view->verdict, line, sizeof(line));
    ft_text_safe(line, true, safe, sizeof(safe));
    fprintf(cli->out, "%s\n", safe);
    cli->printed = true;
    return FT_EXIT_OK;
}
