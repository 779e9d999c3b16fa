/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the engine on a host, keeps it right, and takes it away again.
 *
 * Files on the host: FT_ENGINE_PATH, and either the systemd unit
 * /etc/systemd/system/ftengine.service with ftengine-drain.service beside it,
 * which hands VMs over before the host goes down, or the init script
 * /etc/init.d/ftengine;
 * with libvirt also its hook /etc/libvirt/hooks/qemu.d/ftadmin, which refuses a
 * second start of a protected VM (a new hook makes libvirtd reload, SIGHUP).
 * Uninstalling removes exactly these and the folders when they are empty.
 * State in /var/lib/ftadmin stays unless purge is asked for.
 *
 * A package of our own version is used instead: its engine is started, and
 * uninstalling leaves it, its script and its hook, as the package has them, and
 * running.
 *
 * The init script runs `ftengine daemon --background`, whose process number is
 * in /run/ftadmin/engine.pid; the unit runs `ftengine daemon`.
 */
#ifndef FT_REMOTE_INSTALL_H
#define FT_REMOTE_INSTALL_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "remote/control.h"
#include "remote/install-way.h"
#include "remote/ssh.h"

/*
 * Finds the local engine: wanted (--engine), $FTENGINE, next to this program
 * (build tree), FT_LIBDIR/upload/ftengine (the package ftadmin's),
 * FT_LIBDIR/ftengine. path needs size bytes. -ENOENT names all places that were
 * looked at.
 */
int ft_install_find(const char *wanted, char *path, size_t size,
                    struct ft_error *err);

/* Looks, changes nothing. local is the engine to compare with. */
int ft_install_look(struct ft_ssh *session, const char *local,
                    struct ft_install_state *state, struct ft_error *err);

/* What is there of an engine that gives way: whether it is kept beside the new one,
 * for ft_install_restore, until ft_install_settle. */
enum ft_install_old { FT_INSTALL_DROP_OLD, FT_INSTALL_KEEP_OLD };

/*
 * Makes sure that this very engine, or that of a package of this version, is
 * installed, enabled at boot and running: uploads, verifies, tries it, (re)starts
 * it and waits until it answers.
 * Nothing is done when all holds already. *changed (may be NULL) says so.
 * An older engine stays in place when the new one cannot run there.
 * -ENOEXEC another architecture, -ELIBACC shared libraries missing (the hint
 * has the command that installs them), -ETIMEDOUT it does not answer.
 */
int ft_install_ensure(struct ft_ssh *session, const char *local,
                      enum ft_install_old old, ft_ssh_progress progress,
                      void *data, bool *changed, struct ft_error *err);

/*
 * The engine that gave way, and has this SHA-256, is there again and runs. *restored
 * false: it runs already, or was not kept, and nothing was done.
 */
int ft_install_restore(struct ft_ssh *session, const char *sha256,
                       bool *restored, struct ft_error *err);

/* What was kept of an older engine goes. */
int ft_install_settle(struct ft_ssh *session, struct ft_error *err);

/* The exact reverse. A missing engine is no error. */
int ft_install_remove(struct ft_ssh *session, bool purge, struct ft_error *err);

/*
 * Facts about the host: by the running engine, else by an installed one of
 * ours, else by a temporary copy of local that is removed again. *facts is a
 * new reference. Leaves the host as it was.
 */
int ft_install_probe(struct ft_ssh *session, const char *local, json_t **facts,
                     struct ft_error *err);

/*
 * A running VM of the host, by its UUID, measured for so many seconds without
 * being protected (`ftengine measure`), likewise; never by the running engine,
 * which has other things to do. *measured is what it printed, a new reference,
 * unchecked (pair/measured.h). Its own errors: -EBUSY, -ENOENT, -ESRCH, -ENOTSUP.
 */
int ft_install_measure(struct ft_ssh *session, const char *local,
                       const char *uuid, int seconds, json_t **measured,
                       struct ft_error *err);

#endif
