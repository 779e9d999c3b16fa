/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine asked once, on a host where it need not be installed: by a running one,
 * an installed one, or a copy that is there for so long only.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "remote/install-commands.h"
#include "remote/install-private.h"
#include "remote/reach.h"

#define FOLDER_MS 60000
#define FOLDER_SIZE 200

/* More than it takes to begin and to end, on a host that has much to do. */
#define MEASURE_MS 60000

/* What is asked of it: the command line, and how long it may be silent, ms; 0: as
 * any command. */
struct question {
    const char *arguments;
    int timeout_ms;
    const char *doing; /* for messages */
};

static int
ask_file(struct ft_ssh *ssh, const char *path, const struct question *question,
         json_t **answer, struct ft_error *err)
{
    FT_AUTOFREE char *out = NULL;
    char command[600];
    int rc;

    snprintf(command, sizeof(command), "%s %s", path, question->arguments);
    rc = ft_ssh_must_within(ssh, command, question->timeout_ms, &out, err);
    if (rc == 0)
        rc = ft_json_parse(out, strlen(out), answer, err);
    return rc < 0 ? ft_error_prefix(err, "%s: %s", ft_ssh_name(ssh),
                                    question->doing)
                  : 0;
}

/* The first line that keeper says, the folder's name. */
static int
read_folder(struct ft_ssh *ssh, struct ft_ssh_stream *keeper, char *folder,
            size_t size, struct ft_error *err)
{
    size_t used = 0;
    ssize_t n = 1;

    while (n > 0 && used + 1 < size && memchr(folder, '\n', used) == NULL) {
        n = ft_ssh_stream_read(keeper, folder + used, size - 1 - used,
                               ft_ssh_patience_ms(ssh, FOLDER_MS));
        used += n > 0 ? (size_t)n : 0;
    }
    folder[used] = '\0';
    folder[strcspn(folder, "\r\n")] = '\0';
    if (n == -EPIPE)
        return ft_reach_fail(err, FT_REACH_LOST, NULL,
                             "%s: the SSH connection was lost",
                             ft_ssh_name(ssh));
    if (strncmp(folder, PROBE_FOLDER, strlen(PROBE_FOLDER)) == 0 &&
        strpbrk(folder, " '\"$;") == NULL)
        return 0;
    return ft_fail(err, EPROTO, NULL,
                   "%s: no folder for an engine: %.100s%.200s",
                   ft_ssh_name(ssh), folder, ft_ssh_stream_errors(keeper));
}

static int
ask_in_folder(struct ft_ssh *ssh, const char *local, const char *folder,
              const struct question *question, json_t **answer,
              struct ft_error *err)
{
    char path[FOLDER_SIZE + 16];
    char command[FOLDER_SIZE + 16];
    int rc;

    snprintf(path, sizeof(path), "%s/ftengine", folder);
    rc = ft_ssh_upload(ssh, local, path, 0755, NULL, NULL, err);
    if (rc == 0)
        rc = ft_install_try(ssh, path, err);
    if (rc == 0)
        rc = ask_file(ssh, path, question, answer, err);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ft_ssh_must(ssh, command, NULL, NULL);
    return rc;
}

static int
ask_copy(struct ft_ssh *ssh, const char *local, const struct question *question,
         json_t **answer, struct ft_error *err)
{
    struct ft_ssh_stream *keeper;
    char folder[FOLDER_SIZE] = "";
    int rc = ft_ssh_stream_open(ssh, probe_folder, &keeper, err);

    if (rc == 0)
        rc = read_folder(ssh, keeper, folder, sizeof(folder), err);
    if (rc == 0)
        rc = ask_in_folder(ssh, local, folder, question, answer, err);
    ft_ssh_stream_close(keeper);
    return rc;
}

/* By the installed one, where it is of our version, or by a copy. */
static int
ask(struct ft_ssh *ssh, const char *local, const struct question *question,
    json_t **answer, struct ft_error *err)
{
    struct ft_install_state state;
    int rc = ft_install_look(ssh, local, &state, err);

    if (rc < 0)
        return rc;
    if (ft_install_packaged(&state, PACKAGE_VERSION))
        return ask_file(ssh, FT_ENGINE_PACKAGED, question, answer, err);
    return state.current ? ask_file(ssh, FT_ENGINE_PATH, question, answer, err)
                         : ask_copy(ssh, local, question, answer, err);
}

int
ft_install_probe(struct ft_ssh *ssh, const char *local, json_t **facts,
                 struct ft_error *err)
{
    const struct question probe = { "probe", 0, "looking at the host" };
    struct ft_control *control;
    int rc;

    *facts = NULL;
    if (ft_control_open(ssh, &control, NULL) == 0) {
        rc = ft_control_call(control, "probe", NULL, facts, 60000, err);
        ft_control_close(control);
        return rc;
    }
    return ask(ssh, local, &probe, facts, err);
}

/* It goes into a command line. */
static bool
is_uuid(const char *text)
{
    return strlen(text) == 36 &&
           strspn(text, "0123456789abcdefABCDEF-") == strlen(text);
}

int
ft_install_measure(struct ft_ssh *ssh, const char *local, const char *uuid,
                   int seconds, json_t **measured, struct ft_error *err)
{
    char arguments[160];
    const struct question measure = { arguments, seconds * 1000 + MEASURE_MS,
                                      "measuring the VM" };
    const json_t *error;
    int rc;

    *measured = NULL;
    if (!is_uuid(uuid))
        return ft_fail(err, EINVAL, NULL, "\"%.40s\" is no UUID", uuid);
    /* what it fails for it says in its answer */
    snprintf(arguments, sizeof(arguments),
             "measure %s --seconds %d 2>/dev/null || [ $? -eq 1 ]", uuid,
             seconds);
    rc = ask(ssh, local, &measure, measured, err);
    error = json_object_get(*measured, "error");
    if (rc == 0 && error != NULL) {
        rc = ft_json_to_error(error, err);
        ft_error_prefix(err, "%s", ft_ssh_name(ssh));
    }
    if (rc < 0) {
        json_decref(*measured);
        *measured = NULL;
    }
    return rc;
}
