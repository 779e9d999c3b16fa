/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/batch.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

void
ft_batch_begin(struct ft_cli *cli)
{
    json_array_clear(cli->batch);
    memset(&cli->failure, 0, sizeof(cli->failure));
}

void
ft_batch_end(struct ft_cli *cli, struct ft_batch_item *item, enum ft_exit code)
{
    size_t count = json_array_size(cli->batch);

    item->code = code;
    json_decref(item->document);
    item->document = count  ? json_incref(json_array_get(cli->batch, count - 1))
                     : code ? ft_cli_failure(cli, code)
                            : json_object();
    json_object_del(item->document, "schema");
    if (code && !json_object_get(item->document, "error")) {
        FT_AUTOJSON json_t *failure = ft_cli_failure(cli, code);

        json_object_set(item->document, "error",
                        json_object_get(failure, "error"));
    }
    if (!json_object_get(item->document, "vm"))
        json_object_set_new(item->document, "vm", ft_json_text(item->vm));
    json_object_set_new(item->document, "exit", json_integer(code));
}

void
ft_batch_run(struct ft_cli *cli, struct ft_batch_item *items, size_t count,
             enum ft_exit (*one)(void *data, size_t index), void *data)
{
    bool stopped = false;

    for (size_t i = 0; i < count; i++) {
        if (items[i].code)
            continue;
        ft_batch_begin(cli);
        if (stopped) {
            ft_cli_note(cli, "%s was not begun.", items[i].vm);
            json_array_append_new(cli->batch,
                                  json_pack("{s:s}", "result", "not begun"));
        }
        ft_batch_end(cli, &items[i],
                     stopped ? FT_EXIT_INTERRUPTED : one(data, i));
        stopped |= items[i].code == FT_EXIT_INTERRUPTED;
    }
}

enum ft_exit
ft_batch_print(struct ft_cli *cli, const struct ft_batch_item *items,
               size_t count, enum ft_exit of_all)
{
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:O}", "schema", 1, "vms", rows);
    enum ft_exit code = of_all, printed;

    if (of_all) {
        FT_AUTOJSON json_t *failure = ft_cli_failure(cli, of_all);

        json_object_set(document, "error", json_object_get(failure, "error"));
    }
    for (size_t i = 0; i < count; i++) {
        code = ft_exit_worse(code, items[i].code);
        json_array_append(rows, items[i].document);
    }
    json_decref(cli->batch);
    cli->batch = NULL;
    if (cli->style.output != FT_OUTPUT_JSON)
        return code;
    printed = ft_cli_print(cli, document, NULL, NULL, 0);
    return ft_exit_worse(code, printed);
}

void
ft_batch_free(struct ft_cli *cli, struct ft_batch_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_decref(items[i].document);
    json_decref(cli->batch);
    cli->batch = NULL;
}
