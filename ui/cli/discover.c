/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/model/found.h"
#include "ui/model/neighbours.h"
#include "ui/work/discover.h"
#include "ui/work/hosts.h"
#include "ui/work/status.h"

#define OPTION(member) offsetof(struct ft_cli_options, member)
#define FILE_LIMIT (1 << 20)

static const struct ft_option options[] = {
    { "file", 'f', FT_OPTION_TEXT, "FILE", OPTION(file), 0, 0,
      "look also at what FILE lists (- is standard input)" },
    { "exclude", 0, FT_OPTION_TEXT, "LIST", OPTION(exclude), 0, 0,
      "leave out these ranges, addresses or names, separated by commas" },
    { "user", 'u', FT_OPTION_TEXT, "NAME", OPTION(user), 0, 0,
      "log in as NAME (root, or one who may use sudo)" },
    { "port", 'p', FT_OPTION_INTEGER, "PORT", OPTION(port), 1, 65535,
      "port of the sshd at addresses (default: 22)" },
    { "host-key", 0, FT_OPTION_TEXT, "KEY", OPTION(host_key), 0, 0,
      "trust this SSH key of the one HOST (\"TYPE SHA256:...\")" },
    { "follow", 0, FT_OPTION_FLAG, NULL, OPTION(follow), 0, 0,
      "print each machine when it answers (--json: an object a line)" },
    { "dry-run", 'n', FT_OPTION_FLAG, NULL, OPTION(dry_run), 0, 0,
      "only list what would be looked at; contact nobody" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "MACHINE", "name", FT_COLUMN_TEXT },
    { "HEALTH", "severity", FT_COLUMN_SEVERITY },
    { "STANDS AT", "standing", FT_COLUMN_TEXT },
    { "IS", "sentence", FT_COLUMN_TEXT },
};

static const struct ft_column named_columns[] = {
    { "MACHINE", "name", FT_COLUMN_TEXT },
    { "ADDRESS", "address", FT_COLUMN_TEXT },
    { "NAMED IN", "source", FT_COLUMN_TEXT },
    { "LOGIN", "user", FT_COLUMN_TEXT },
    { "VIA", "via", FT_COLUMN_TEXT },
    { "LOOKED AT", "marked", FT_COLUMN_YESNO },
};

struct request {
    struct ft_cli *cli;
    struct ft_addresses targets;
    json_t *candidates; /* names of this machine's SSH, or NULL */
    struct ft_ssh_names_left left;
    json_t *known; /* hosts of the database */
    json_t *rows;  /* what was found, but for --follow */
    int64_t began_ns;
};

static void
close_request(struct request *request)
{
    ft_addresses_close(&request->targets);
    json_decref(request->candidates);
    json_decref(request->known);
    json_decref(request->rows);
}

/* ---- where to look ---- */

static int
add_file(const char *path, struct ft_addresses *targets, struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    int rc = ft_file_read(strcmp(path, "-") ? path : "/dev/stdin", FILE_LIMIT,
                          &text, NULL);

    return rc ? ft_fail(err, -rc, NULL, "%s cannot be read: %s", path,
                        strerror(-rc))
              : ft_addresses_add_lines(targets, text, err);
}

static int
exclude(const char *list, struct ft_addresses *targets, struct ft_error *err)
{
    char word[FT_ADDRESS_NAME + 2];
    int rc = 0;

    while (!rc && *list) {
        size_t length = strcspn(list, ", \n");

        snprintf(word, sizeof(word), "%.*s",
                 (int)FT_MIN(length, sizeof(word) - 1), list);
        if (length)
            rc = ft_addresses_exclude(targets, word, err);
        list += length + (list[length] != '\0');
    }
    return rc;
}

/* What the arguments say; nothing at all for none. */
static int
read_targets(const struct ft_cli *cli, int argc, char **argv,
             struct ft_addresses *targets, struct ft_error *err)
{
    const struct ft_cli_options *o = &cli->options;
    int rc = 0;

    for (int i = 0; !rc && i < argc; i++)
        rc = ft_addresses_add(targets, argv[i], err);
    if (!rc && o->file)
        rc = add_file(o->file, targets, err);
    if (!rc && o->exclude)
        rc = exclude(o->exclude, targets, err);
    if (!rc && o->host_key &&
        ft_addresses_count(targets) + targets->name_count != 1)
        rc = ft_fail(err, EINVAL, NULL,
                     "--host-key is of one machine: name that alone");
    return rc;
}

/* Those that know hosts of ours, which are asked for it. */
static void
take_neighbours(struct request *request)
{
    struct ft_cli *cli = request->cli;
    struct ft_work_status status = { .hosts = NULL };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    int rc = ft_work_fleet_open(&cli->work, false, &fleet, &err);

    if (!rc && fleet.count)
        rc = ft_work_status(&fleet, &status, &err);
    if (!rc && fleet.count)
        ft_neighbours_add(status.hosts, status.pairs, request->candidates);
    if (rc)
        ft_cli_verbose(cli, "no neighbours: %s", err.text);
    ft_work_status_free(&status);
    ft_work_fleet_close(&fleet);
}

static int
take_candidates(struct request *request, struct ft_error *err)
{
    const struct ft_cli_options *o = &request->cli->options;
    const struct ft_ssh_names_left *left = &request->left;
    const json_t *row;
    size_t index;
    int rc = ft_work_candidates(&request->cli->work, &request->candidates,
                                &request->left, err);

    if (!rc && !o->dry_run) /* else nobody is asked */
        take_neighbours(request);
    json_array_foreach(request->candidates, index, row)
        if (!rc && json_is_true(json_object_get(row, "marked")))
            rc = ft_addresses_add(&request->targets,
                                  ft_json_string(row, "name", ""), err);
    if (!rc && o->exclude)
        rc = exclude(o->exclude, &request->targets, err);
    if (!rc && (left->patterns || left->hashed || left->more))
        ft_cli_verbose(request->cli,
                       "%zu patterns (Host *.lab) and %zu hashed lines of "
                       "known_hosts name no machine; %zu names are left out",
                       left->patterns, left->hashed, left->more);
    return rc;
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_addresses targets = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    bool later = cli->options.file && !strcmp(cli->options.file, "-");
    int rc = later ? 0 : read_targets(cli, argc, argv, &targets, &err);

    ft_addresses_close(&targets);
    if (!rc)
        return FT_EXIT_OK;
    ft_cli_fail(cli, &err);
    return rc == -EINVAL || rc == -E2BIG ? FT_EXIT_USAGE
                                         : ft_exit_from_errno(rc);
}

/* ---- what is printed ---- */

static bool
is_known(const json_t *known, const char *name)
{
    const json_t *host;
    size_t index;

    json_array_foreach(known, index, host)
        if (!strcmp(ft_json_string(host, "name", ""), name) ||
            !strcmp(ft_json_string(host, "address", ""), name))
            return true;
    return false;
}

static void
print_line(struct ft_cli *cli, const char *kind, const json_t *value)
{
    FT_AUTOJSON json_t *line = json_pack("{s:O}", kind, value);

    json_dumpf(line, cli->out, JSON_COMPACT | JSON_ENSURE_ASCII);
    putc('\n', cli->out);
    fflush(cli->out);
}

static void
print_row(struct ft_cli *cli, const json_t *row)
{
    char cell[1024];

    if (cli->style.output == FT_OUTPUT_JSON) {
        print_line(cli, "row", row);
        return;
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(columns); i++) {
        bool human = cli->style.output == FT_OUTPUT_TABLE;

        ft_column_text(&columns[i], row, human, cli->style.utf8, cell,
                       sizeof(cell));
        fprintf(cli->out, "%s%s", cell,
                i + 1 == FT_ARRAY_SIZE(columns) ? "\n"
                : human                         ? "  "
                                                : "\t");
    }
    fflush(cli->out);
}

static json_t *
complete(const struct request *request, const json_t *row)
{
    json_t *whole = json_copy((json_t *)(uintptr_t)row);
    const char *name = ft_json_string(row, "name", "");
    char sentence[512];

    ft_found_sentence(row, sentence, sizeof(sentence));
    json_object_set_new(whole, "sentence", ft_json_text(sentence));
    json_object_set_new(whole, "standing", json_string(ft_found_standing(row)));
    json_object_set_new(whole, "severity", json_string(ft_found_severity(row)));
    json_object_set_new(whole, "known",
                        json_boolean(is_known(request->known, name)));
    return whole;
}

static void
on_row(void *data, const json_t *row)
{
    struct request *request = data;
    FT_AUTOJSON json_t *whole = complete(request, row);

    if (request->cli->options.follow)
        print_row(request->cli, whole);
    else if (strcmp(ft_json_string(row, "state", ""), "answers") != 0)
        json_array_append(request->rows, whole);
}

static json_t *
summary(const struct request *request, const struct ft_work_discovered *found)
{
    char described[512];

    ft_addresses_describe(&request->targets, described, sizeof(described));
    return json_pack("{s:i,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "schema", 1,
                     "targets", described, "asked", (json_int_t)found->asked,
                     "looked", (json_int_t)found->looked, "failed",
                     (json_int_t)found->failed, "silent",
                     (json_int_t)found->silent, "refused",
                     (json_int_t)found->refused, "no_route",
                     (json_int_t)found->no_route, "seconds",
                     ft_json_figure(
                         (double)(ft_clock_ns() - request->began_ns) / 1e9));
}

static void
note_rest(struct ft_cli *cli, const struct ft_work_discovered *found)
{
    size_t rest = found->silent + found->refused + found->no_route;

    if (rest)
        ft_cli_note(cli,
                    "%zu address%s without SSH (%zu silent, %zu say no, %zu no "
                    "route)",
                    rest, rest == 1 ? "" : "es", found->silent, found->refused,
                    found->no_route);
}

static enum ft_exit
report(struct request *request, const struct ft_work_discovered *found)
{
    FT_AUTOJSON json_t *document = summary(request, found);
    struct ft_cli *cli = request->cli;
    enum ft_exit code = FT_EXIT_OK;

    if (!cli->options.follow) {
        json_object_set(document, "hosts", request->rows);
        code = ft_cli_print(cli, document, request->rows, columns,
                            FT_ARRAY_SIZE(columns));
    } else if (cli->style.output == FT_OUTPUT_JSON) {
        print_line(cli, "end", document);
    }
    if (cli->style.output == FT_OUTPUT_TABLE)
        note_rest(cli, found);
    return code || found->looked ? code : FT_EXIT_UNREACHABLE;
}

/* ---- the command ---- */

static void
append_target(json_t *rows, const char *name)
{
    json_array_append_new(rows, json_pack("{s:s,s:s,s:b}", "name", name,
                                          "state", "named", "marked", 1));
}

static json_t *
given_targets(const struct ft_addresses *targets)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < targets->range_count; i++) {
        const struct ft_addresses one = { .ranges = targets->ranges + i,
                                          .range_count = 1 };
        char text[64];

        ft_addresses_describe(&one, text, sizeof(text));
        append_target(rows, text);
    }
    for (size_t i = 0; i < targets->name_count; i++)
        append_target(rows, targets->names[i]);
    return rows;
}

static enum ft_exit
list_only(struct request *request)
{
    FT_AUTOJSON json_t *document = NULL;
    char described[512];

    if (!request->candidates)
        request->candidates = given_targets(&request->targets);
    ft_addresses_describe(&request->targets, described, sizeof(described));
    if (request->cli->style.output == FT_OUTPUT_TABLE && *described)
        ft_cli_note(request->cli, "Would look at %zu: %s",
                    ft_addresses_count(&request->targets) +
                        request->targets.name_count,
                    described);
    document = json_pack("{s:i,s:s,s:I,s:O}", "schema", 1, "targets", described,
                         "asked",
                         (json_int_t)ft_addresses_count(&request->targets) +
                             (json_int_t)request->targets.name_count,
                         "hosts", request->candidates);
    json_object_set_new(document, "left_out",
                        json_pack("{s:I,s:I,s:I}", "patterns",
                                  (json_int_t)request->left.patterns, "hashed",
                                  (json_int_t)request->left.hashed, "more",
                                  (json_int_t)request->left.more));
    return ft_cli_print(request->cli, document, request->candidates,
                        named_columns, FT_ARRAY_SIZE(named_columns));
}

static enum ft_exit
look(struct request *request)
{
    struct ft_cli *cli = request->cli;
    struct ft_work_discovery wanted = {
        .work = &cli->work,
        .targets = &request->targets,
        .port = (unsigned)cli->options.port,
        .user = cli->options.user,
        .host_key = cli->options.host_key,
        .row = on_row,
        .data = request,
    };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_discovered found = { 0 };

    request->began_ns = ft_clock_ns();
    found.asked =
        ft_addresses_count(&request->targets) + request->targets.name_count;
    if (cli->options.follow && cli->style.output == FT_OUTPUT_JSON) {
        FT_AUTOJSON json_t *begin = summary(request, &found);

        cli->printed = true; /* JSON lines are out */
        print_line(cli, "begin", begin);
    }
    ft_cli_catch_interrupts();
    if (ft_work_discover(&wanted, &found, &err))
        return err.code == ECANCELED ? FT_EXIT_INTERRUPTED
                                     : ft_cli_fail(cli, &err);
    return report(request, &found);
}

static enum ft_exit
confirm_many(struct request *request)
{
    size_t all =
        ft_addresses_count(&request->targets) + request->targets.name_count;
    char described[512];

    if (all <= FT_ADDRESSES_ASK)
        return FT_EXIT_OK;
    ft_addresses_describe(&request->targets, described, sizeof(described));
    return ft_cli_confirm(request->cli, "Look at %zu addresses (%s)?", all,
                          described);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct request request = { .cli = cli, .rows = json_array() };
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code = FT_EXIT_OK;
    int rc = read_targets(cli, argc, argv, &request.targets, &err);

    if (!rc && !argc && !cli->options.file)
        rc = take_candidates(&request, &err);
    if (!rc)
        rc = ft_work_hosts_list(&cli->work, &request.known, &err);
    if (rc)
        code = ft_cli_fail(cli, &err);
    else if (cli->options.dry_run)
        code = list_only(&request);
    else if (!ft_addresses_count(&request.targets) &&
             !request.targets.name_count)
        code = ft_cli_fail_text(cli, FT_EXIT_NOT_FOUND,
                                "Name hosts, addresses or ranges: ftadmin "
                                "discover 10.0.0.0/24",
                                "~/.ssh/config names no machine to look at");
    else
        code = confirm_many(&request);
    if (!code && !cli->options.dry_run)
        code = look(&request);
    close_request(&request);
    return code;
}

const struct ft_command ft_command_discover = {
    .name = "discover",
    .usage = "[RANGE|HOST]...",
    .summary = "Look for machines, changing nothing on them",
    .details =
        "RANGE is 10.0.0.0/24, 10.0.0.1-10.0.0.20 or 10.0.0.1-20; HOST what\n"
        "ssh(1) takes. Without any, the machines that ~/.ssh/config names, but\n"
        "for jump hosts. One connection each; those that let us in are looked\n"
        "at. Unknown host keys are shown, not trusted.",
    .options = options,
    .max_arguments = -1,
    .asks_nobody = true,
    .needs = FT_NEEDS_DATABASE,
    .check = check,
    .run = run,
};
