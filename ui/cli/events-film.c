/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/events-film.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/text/film.h"
#include "ui/work/film.h"

static const struct ft_column columns[] = {
    { "NR", "nr", FT_COLUMN_NUMBER },    { "AT", "at", FT_COLUMN_TEXT },
    { "MS", "offset_ms", FT_COLUMN_MS }, { "HOST", "host", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },  { "WHAT", "text", FT_COLUMN_TEXT },
};

enum ft_exit
ft_events_film(struct ft_cli *cli, const char *until)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *film = NULL;
    enum ft_exit code = FT_EXIT_OK;

    if (ft_work_film(&cli->fleet, cli->options.film, until, &film, &err))
        return ft_cli_fail(cli, &err);
    if (cli->style.output == FT_OUTPUT_TABLE)
        ft_film_print(film, cli->style.utf8, cli->out);
    else
        code = ft_cli_print(cli, film, json_object_get(film, "moments"),
                            columns, FT_ARRAY_SIZE(columns));
    ft_cli_complain(cli, &cli->fleet);
    return code;
}
