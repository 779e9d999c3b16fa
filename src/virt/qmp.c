/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/qmp.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/json.h"

int
ft_virt_fail(struct ft_error *err, int code, const char *hint, const char *what)
{
    virErrorPtr last = virGetLastError();

    return ft_fail(err, code, hint, "%s: %s", what,
                   last && last->message ? last->message : "unknown error");
}

/* QEMU's error class as errno. */
static int
class_code(const char *class)
{
    if (strcmp(class, "CommandNotFound") == 0)
        return ENOSYS;
    if (strcmp(class, "DeviceNotFound") == 0)
        return ENODEV;
    return EREMOTEIO;
}

int
ft_qmp_reply(const char *command, const char *text, json_t **result,
             struct ft_error *err)
{
    FT_AUTOJSON json_t *reply = NULL;
    json_t *error, *value;
    int rc = ft_json_parse(text, strlen(text), &reply, err);

    if (rc < 0)
        return ft_error_prefix(err, "QEMU's answer to %s", command);
    error = json_object_get(reply, "error");
    if (error) {
        ft_fail(err, class_code(ft_json_string(error, "class", "")), NULL,
                "QEMU refused %s: %s", command,
                ft_json_string(error, "desc", "no reason given"));
        return -class_code(ft_json_string(error, "class", ""));
    }
    value = json_object_get(reply, "return");
    if (!value)
        return ft_fail(err, EPROTO, NULL,
                       "QEMU's answer to %s has no return value", command);
    if (result)
        *result = json_incref(value);
    return 0;
}

/* The command line of QMP as text, freed by the caller; steals arguments. */
static char *
command_text(const char *command, json_t *arguments)
{
    FT_AUTOJSON json_t *object = json_pack("{s:s}", "execute", command);

    if (!object ||
        (arguments && json_object_set(object, "arguments", arguments) < 0)) {
        json_decref(arguments);
        return NULL;
    }
    json_decref(arguments);
    return json_dumps(object, JSON_COMPACT);
}

static int
run(virDomainPtr dom, const char *command, json_t *arguments, int fd,
    json_t **result, struct ft_error *err)
{
    FT_AUTOFREE char *text = command_text(command, arguments);
    FT_AUTOFREE char *reply = NULL;
    unsigned n_fds = fd >= 0 ? 1 : 0;
    int rc;

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "no memory for %s", command);
    /* The plain call for the plain case: it needs no descriptor passing,
     * which remote connections do not have. */
    if (n_fds)
        rc = virDomainQemuMonitorCommandWithFiles(dom, text, n_fds, &fd, NULL,
                                                  NULL, &reply, 0);
    else
        rc = virDomainQemuMonitorCommand(dom, text, &reply, 0);
    if (rc < 0 || !reply)
        return ft_virt_fail(err, EIO, NULL, command);
    return ft_qmp_reply(command, reply, result, err);
}

int
ft_qmp(virDomainPtr dom, const char *command, json_t *arguments,
       json_t **result, struct ft_error *err)
{
    return run(dom, command, arguments, -1, result, err);
}

int
ft_qmp_fd(virDomainPtr dom, const char *command, json_t *arguments, int fd,
          json_t **result, struct ft_error *err)
{
    return run(dom, command, arguments, fd, result, err);
}

int
ft_qmp_give_fd(virDomainPtr dom, const char *name, int fd, struct ft_error *err)
{
    return ft_qmp_fd(dom, "getfd", json_pack("{s:s}", "fdname", name), fd, NULL,
                     err);
}

int
ft_qmp_take_fd(virDomainPtr dom, const char *name, struct ft_error *err)
{
    return ft_qmp(dom, "closefd", json_pack("{s:s}", "fdname", name), NULL, err);
}

int
ft_hmp(virDomainPtr dom, const char *line, char **text, struct ft_error *err)
{
    if (virDomainQemuMonitorCommand(dom, line, text,
                                    VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP) < 0)
        return ft_virt_fail(err, EIO, NULL, line);
    return 0;
}
