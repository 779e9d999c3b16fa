/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "remote/install.h"
#include "remote/install-commands.h"
#include "remote/install-private.h"
#include "remote/libraries.h"
#include "remote/reach.h"
#include "src/remote/install-scripts.h" /* made from scripts/ by local.mk */

#define START_DEADLINE_MS 20000
#define START_PAUSE_MS 100

static int
use_if_there(const char *path, char *out, size_t size)
{
    if (path == NULL || *path == '\0' || access(path, X_OK) != 0)
        return 0;
    snprintf(out, size, "%s", path);
    return 1;
}

int
ft_install_find(const char *wanted, char *path, size_t size,
                struct ft_error *err)
{
    const char *environment = getenv("FTENGINE");
    char beside[4096] = "";
    ssize_t n;

    if (wanted != NULL)
        return use_if_there(wanted, path, size)
                   ? 0
                   : ft_fail(err, ENOENT, NULL, "%s is not an executable file",
                             wanted);
    n = readlink("/proc/self/exe", beside, sizeof(beside) - 16);
    if (n > 0) {
        beside[n] = '\0';
        strcpy(strrchr(beside, '/') + 1, "ftengine");
    }
    if (use_if_there(environment, path, size) ||
        use_if_there(beside, path, size) ||
        use_if_there(FT_LIBDIR "/upload/ftengine", path, size) ||
        use_if_there(FT_LIBDIR "/ftengine", path, size))
        return 0;
    return ft_fail(
        err, ENOENT, "Give it with --engine FILE.",
        "no ftengine to install on hosts: looked at $FTENGINE, %s, " FT_LIBDIR
        "/upload/ftengine and " FT_LIBDIR "/ftengine",
        beside);
}

/* The value of "key=..." at the start of a line of text; empty if none. */
static void
value_of(const char *text, const char *key, char *out, size_t size)
{
    size_t length = strlen(key);

    *out = '\0';
    while (text != NULL && *text != '\0') {
        if (strncmp(text, key, length) == 0) {
            snprintf(out, size, "%.*s", (int)strcspn(text + length, "\r\n"),
                     text + length);
            return;
        }
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
}

static int
check_machine(struct ft_ssh *ssh, const char *text, struct ft_error *err)
{
    struct utsname here;
    char arch[64];

    value_of(text, "ft-arch=", arch, sizeof(arch));
    uname(&here);
    if (strcmp(arch, here.machine) == 0)
        return 0;
    return ft_fail(err, ENOEXEC, "Give an engine built for it: --engine FILE.",
                   "%s is a %s machine, our engine is for %s", ft_ssh_name(ssh),
                   *arch != '\0' ? arch : "unknown", here.machine);
}

static bool
is_running(struct ft_ssh *ssh)
{
    struct ft_control *control;
    bool running = ft_control_open(ssh, &control, NULL) == 0;

    ft_control_close(control);
    return running;
}

int
ft_install_look(struct ft_ssh *ssh, const char *local,
                struct ft_install_state *state, struct ft_error *err)
{
    FT_AUTOFREE char *out = NULL;
    char ours[65] = "";
    char flag[16];
    int rc = ft_ssh_must(ssh, look_command, &out, err);

    memset(state, 0, sizeof(*state));
    if (rc == 0)
        rc = check_machine(ssh, out, err);
    if (rc < 0)
        return rc;
    rc = ft_file_sha256(local, ours);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "%s cannot be read", local);
    value_of(out, "ft-sum=", state->sha256, sizeof(state->sha256));
    value_of(out, "ft-version=", state->version, sizeof(state->version));
    value_of(out, "ft-systemd=", flag, sizeof(flag));
    state->systemd = *flag != '\0';
    value_of(out, "ft-hook=", flag, sizeof(flag));
    state->hook_wanted = *flag != '\0';
    state->hook_there = strcmp(flag, "there") == 0;
    value_of(out, "ft-stale=", flag, sizeof(flag));
    state->stale = *flag != '\0';
    value_of(out, "ft-packaged=", state->packaged, sizeof(state->packaged));
    state->uploaded = state->sha256[0] != '\0';
    state->current = strcmp(state->sha256, ours) == 0;
    state->running = ft_install_any(state) && is_running(ssh);
    return 0;
}

/* Names the missing libraries of ldd's output and the packages with them. */
static int
missing_libraries(struct ft_ssh *ssh, const char *list, struct ft_error *err)
{
    FT_AUTOFREE char *system = NULL;
    char names[256], ids[128], version[32], hint[FT_LIBRARIES_HINT_SIZE];
    int rc = ft_ssh_must(ssh, system_command, &system, err);

    if (rc < 0)
        return rc;
    value_of(system, "ft-ids=", ids, sizeof(ids));
    value_of(system, "ft-release=", version, sizeof(version));
    ft_libraries_hint(list, ids, version, hint);
    snprintf(names, sizeof(names), "%s", list);
    for (char *c = names; *c != '\0'; c++)
        if (*c == '\n')
            *c = c[1] != '\0' ? ' ' : '\0';
    return ft_fail(err, ELIBACC, hint,
                   "%s: the engine cannot run there, shared libraries are "
                   "missing: %s",
                   ft_ssh_name(ssh), names);
}

int
ft_install_try(struct ft_ssh *ssh, const char *path, struct ft_error *err)
{
    struct ft_ssh_result result;
    char command[512];
    int rc;

    snprintf(command, sizeof(command),
             "ldd %s 2>/dev/null | sed -n 's/^[[:space:]]*\\([^ ]*\\) => not "
             "found.*/\\1/p'; %s --version >/dev/null",
             path, path);
    rc = ft_ssh_run(ssh, command, NULL, 0, 0, &result, err);
    if (rc == 0 && result.out_size > 0)
        rc = missing_libraries(ssh, result.out, err);
    else if (rc == 0 && result.status != 0)
        rc =
            ft_fail(err, ENOEXEC, "Give an engine built for it: --engine FILE.",
                    "%s: the engine cannot run there: %.*s", ft_ssh_name(ssh),
                    (int)FT_MIN(strcspn(result.errors, "\n"), 300u),
                    *result.errors != '\0' ? result.errors : "no reason given");
    ft_ssh_result_free(&result);
    return rc;
}

static int
store_engine(struct ft_ssh *ssh, const char *local, ft_ssh_progress progress,
             void *data, struct ft_error *err)
{
    int rc = ft_ssh_must(ssh, "mkdir -p " ENGINE_FOLDER, NULL, err);

    if (rc == 0)
        rc = ft_ssh_upload(ssh, local, CANDIDATE, 0755, progress, data, err);
    if (rc == 0)
        rc = ft_install_try(ssh, CANDIDATE, err);
    if (rc == 0)
        return ft_ssh_must(ssh,
                           "set -e; cd " ENGINE_FOLDER "; "
                           "if [ -f ftengine ]; then ln -f ftengine "
                           "ftengine.previous; fi; "
                           "mv -f ftengine.candidate ftengine; sync .",
                           NULL, err);
    ft_ssh_must(ssh,
                "rm -f " CANDIDATE "; rmdir " ENGINE_FOLDER " 2>/dev/null; true",
                NULL, NULL);
    return rc;
}

static int
store_service(struct ft_ssh *ssh, bool systemd, struct ft_error *err)
{
    int rc;

    if (!systemd)
        return ft_ssh_put(ssh, init_text, strlen(init_text), INIT_PATH, 0755,
                          err);
    rc = ft_ssh_put(ssh, drain_unit_text, strlen(drain_unit_text),
                    DRAIN_UNIT_PATH, 0644, err);
    if (rc == 0)
        rc = ft_ssh_put(ssh, unit_text, strlen(unit_text), UNIT_PATH, 0644, err);
    return rc;
}

/* Before anything is protected there. A host without libvirt needs none. */
static int
store_hook(struct ft_ssh *ssh, bool is_new, struct ft_error *err)
{
    int rc = ft_ssh_must(ssh, "mkdir -p " HOOK_FOLDER, NULL, err);

    if (rc == 0)
        rc = ft_ssh_put(ssh, hook_text, strlen(hook_text), HOOK_PATH, 0755, err);
    if (rc == 0 && is_new)
        rc = ft_ssh_must(ssh, hook_reload, NULL, err);
    if (rc < 0 && is_new) /* the next look shall find that it is missing */
        ft_ssh_must(ssh, "rm -f " HOOK_PATH, NULL, NULL);
    return rc;
}

static int
ensure_hook(struct ft_ssh *ssh, const struct ft_install_state *before,
            struct ft_error *err)
{
    int rc = before->hook_wanted ? store_hook(ssh, !before->hook_there, err) : 0;

    return rc < 0 ? ft_error_prefix(err, "the hook of libvirt") : 0;
}

static int
wait_running(struct ft_ssh *ssh, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() +
                       ft_ssh_patience_ms(ssh, START_DEADLINE_MS) * FT_NS_PER_MS;
    struct ft_control *control;
    int rc;

    while ((rc = ft_control_open(ssh, &control, err)) != 0) {
        bool early = rc == -ECONNREFUSED || (rc == -EPIPE && ft_ssh_alive(ssh));

        if (early && ft_clock_ns() > deadline)
            return ft_fail(err, ETIMEDOUT,
                           "Its log there, /var/log/ftadmin/daemon.log, says "
                           "why.",
                           "%s: the engine was started but does not answer",
                           ft_ssh_name(ssh));
        if (!early)
            return rc;
        ft_clock_sleep(START_PAUSE_MS * FT_NS_PER_MS);
    }
    ft_control_close(control);
    return 0;
}

static int
start_engine(struct ft_ssh *ssh, bool systemd, bool packaged,
             struct ft_error *err)
{
    int rc = FT_FAULT("install-start");

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point install-start");
    if (!packaged)
        rc = store_service(ssh, systemd, err);
    if (rc == 0)
        rc = ft_ssh_must(ssh, systemd ? systemd_start : init_start, NULL, err);
    if (rc < 0)
        return ft_error_prefix(err, "starting the engine");
    return wait_running(ssh, err);
}

/* A new engine that does not start gives way to the one before it. */
static void
bring_back(struct ft_ssh *ssh, const struct ft_install_state *before)
{
    if (!before->uploaded) {
        ft_ssh_must(ssh, remove_command, NULL, NULL);
        return;
    }
    if (ft_ssh_must(ssh, "mv -f " PREVIOUS " " FT_ENGINE_PATH, NULL, NULL) == 0 &&
        before->running)
        start_engine(ssh, before->systemd, false, NULL);
}

static int
upload(struct ft_ssh *ssh, const char *local,
       const struct ft_install_state *before, enum ft_install_old old,
       ft_ssh_progress progress, void *data, struct ft_error *err)
{
    int rc = 0;

    if (!before->current)
        rc = store_engine(ssh, local, progress, data, err);
    if (rc < 0)
        return rc;
    rc = ensure_hook(ssh, before, err);
    if (rc == 0)
        rc = start_engine(ssh, before->systemd, false, err);
    if (rc < 0 && !before->current)
        bring_back(ssh, before);
    else if (rc == 0 && old == FT_INSTALL_DROP_OLD)
        ft_install_settle(ssh, NULL);
    return rc;
}

/* An uploaded one would be in its way. */
static int
use_package(struct ft_ssh *ssh, const struct ft_install_state *before,
            struct ft_error *err)
{
    int rc = before->uploaded ? ft_ssh_must(ssh, remove_command, NULL, err) : 0;

    if (rc == 0)
        rc = ensure_hook(ssh, before, err);
    return rc == 0 ? start_engine(ssh, before->systemd, true, err) : rc;
}

int
ft_install_settle(struct ft_ssh *ssh, struct ft_error *err)
{
    return ft_ssh_must(ssh, "rm -f " PREVIOUS, NULL, err);
}

int
ft_install_restore(struct ft_ssh *ssh, const char *sha256, bool *restored,
                   struct ft_error *err)
{
    FT_AUTOFREE char *out = NULL;
    char command[800], flag[16];
    int rc;

    *restored = false;
    if (strlen(sha256) != 64 || strspn(sha256, "0123456789abcdef") != 64)
        return 0; /* it goes into a command line */
    /* also where somebody was interrupted between putting it there and starting it */
    snprintf(command, sizeof(command),
             "h() { s=$(sha256sum 2>/dev/null <\"$1\"); echo \"${s%%%% *}\"; }; "
             "[ \"$(h " PREVIOUS ")\" = %s ] && "
             "mv -f " PREVIOUS " " FT_ENGINE_PATH "; "
             "p=$(cat /run/ftadmin/engine.pid 2>/dev/null); "
             "[ \"$(h " FT_ENGINE_PATH ")\" = %s ] && "
             "[ \"$(h \"/proc/$p/exe\")\" != %s ] && echo ft-restored=1; "
             "[ -d /run/systemd/system ] && echo ft-systemd=1; :",
             sha256, sha256, sha256);
    rc = ft_ssh_must(ssh, command, &out, err);
    value_of(out, "ft-restored=", flag, sizeof(flag));
    if (rc < 0 || *flag == '\0')
        return rc;
    *restored = true;
    value_of(out, "ft-systemd=", flag, sizeof(flag));
    return start_engine(ssh, *flag != '\0', true, err); /* its script is there */
}

int
ft_install_ensure(struct ft_ssh *ssh, const char *local,
                  enum ft_install_old old, ft_ssh_progress progress, void *data,
                  bool *changed, struct ft_error *err)
{
    struct ft_error ignored = FT_ERROR_INIT;
    struct ft_install_state before;
    enum ft_install_way way;
    int rc;

    err = err != NULL ? err : &ignored;
    rc = ft_install_look(ssh, local, &before, err);
    way =
        rc == 0 ? ft_install_way(&before, PACKAGE_VERSION) : FT_INSTALL_NOTHING;
    if (changed != NULL)
        *changed = way != FT_INSTALL_NOTHING;
    if (rc < 0)
        return rc;
    if (way == FT_INSTALL_NOTHING)
        return before.hook_there ? 0 : ensure_hook(ssh, &before, err);
    return way == FT_INSTALL_PACKAGE
               ? use_package(ssh, &before, err)
               : upload(ssh, local, &before, old, progress, data, err);
}

int
ft_install_remove(struct ft_ssh *ssh, bool purge, struct ft_error *err)
{
    int rc = ft_ssh_must(ssh, remove_command, NULL, err);

    if (rc == 0 && purge)
        rc = ft_ssh_must(ssh, purge_command, NULL, err);
    return rc == 0 ? ft_ssh_must(ssh, package_start, NULL, err) : rc;
}
