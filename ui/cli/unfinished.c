/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/unfinished.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/stored-pair.h"
#include "ui/work/unfinished.h"

void
ft_cli_note_pending(struct ft_cli *cli, const char *vm, const json_t *pending)
{
    const char *back = ft_json_string(pending, "rollback", "");

    if (json_is_object(pending))
        ft_cli_note(cli, "%s: %s is not finished: %s goes on with it%s%s%s.",
                    vm, ft_json_string(pending, "verb", ""),
                    ft_json_string(pending, "resume", ""), *back ? ", " : "",
                    back, *back ? " takes it back" : "");
}

static void
note_one(struct ft_cli *cli, const char *vm)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    struct ft_error ignored = FT_ERROR_INIT;
    size_t count = 0;

    if (ft_work_unfinished(&cli->work, vm, &pairs, &count, &ignored) || !count)
        return;
    {
        FT_AUTOJSON json_t *pending =
            ft_stored_pair_pending(&pairs[0], ft_work_is_at_work(&cli->work,
                                                                 pairs[0].pair));

        ft_cli_note_pending(cli, pairs[0].vm, pending);
    }
}

void
ft_cli_note_unfinished(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_command *command = cli->command;

    if (strncmp(command->usage, "VM", 2) != 0 ||
        !strcmp(command->name, "rollback"))
        return;
    for (int i = 0; i < argc; i++)
        note_one(cli, argv[i]);
}
