/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QMP and HMP commands to the QEMU of a libvirt domain, through libvirt's own
 * monitor connection (libvirt-qemu), so that no second monitor is needed.
 *
 * Ownership: arguments are stolen, results are new references of the caller.
 * Threads: thread safe. libvirt gives a domain's monitor to one command at a
 * time: a call waits while another command of the same domain runs, and has
 * no deadline of its own.
 * Errors: libvirt's failure is -EIO with libvirt's words; QEMU's own
 * {"error":{"class","desc"}} is -EREMOTEIO with desc (-ENOSYS for class
 * CommandNotFound, -ENODEV for DeviceNotFound).
 * Source: qemu/docs/interop/qmp-spec, libvirt-qemu.h.
 */
#ifndef FT_VIRT_QMP_H
#define FT_VIRT_QMP_H

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/error.h"

/* Fills err from libvirt's last error in this thread: "what: libvirt's words".
 * Returns -code. */
int ft_virt_fail(struct ft_error *err, int code, const char *hint,
                 const char *what);

/* Reads QEMU's reply to command; pure. *result may be NULL. */
int ft_qmp_reply(const char *command, const char *text, json_t **result,
                 struct ft_error *err);

/* Runs command. arguments (stolen) and result may be NULL. 0 or -errno. */
int ft_qmp(virDomainPtr dom, const char *command, json_t *arguments,
           json_t **result, struct ft_error *err);

/* The same with one descriptor for commands that take one (getfd, add-fd).
 * fd stays the caller's. Needs libvirt 8.2. */
int ft_qmp_fd(virDomainPtr dom, const char *command, json_t *arguments, int fd,
              json_t **result, struct ft_error *err);

/* Gives QEMU the descriptor under a name for its next commands (getfd); an
 * earlier one of that name is closed. fd stays the caller's. */
int ft_qmp_give_fd(virDomainPtr dom, const char *name, int fd,
                   struct ft_error *err);

/* Closes a descriptor given by ft_qmp_give_fd. An error when there is none. */
int ft_qmp_take_fd(virDomainPtr dom, const char *name, struct ft_error *err);

/* Runs a line of the human monitor; *text is freed by the caller. HMP has no
 * error status: what went wrong is in the text. */
int ft_hmp(virDomainPtr dom, const char *line, char **text,
           struct ft_error *err);

#endif
