/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is run on a host by install*.c, in sh(1); and the paths there. Constant. */
#ifndef FT_REMOTE_INSTALL_COMMANDS_H
#define FT_REMOTE_INSTALL_COMMANDS_H

#include "remote/control.h"

#define ENGINE_FOLDER "/usr/local/lib/ftadmin"
#define CANDIDATE FT_ENGINE_PATH ".candidate"
#define PREVIOUS FT_ENGINE_PATH ".previous"
#define UNIT_PATH "/etc/systemd/system/ftengine.service"
#define DRAIN_UNIT_PATH "/etc/systemd/system/ftengine-drain.service"
#define INIT_PATH "/etc/init.d/ftengine"
#define HOOK_FOLDER "/etc/libvirt/hooks/qemu.d"
#define HOOK_PATH HOOK_FOLDER "/ftadmin"

/* One line a fact, so that a login banner cannot be mistaken for one. */
static const char look_command[] =
    "echo ft-arch=$(uname -m); "
    "if [ -d /run/systemd/system ]; then echo ft-systemd=1; fi; "
    "if [ -d /etc/libvirt ]; then "
    "[ -x " HOOK_PATH " ] && echo ft-hook=there || echo ft-hook=missing; fi; "
    "if [ -f " FT_ENGINE_PATH " ]; then "
    "s=$(sha256sum < " FT_ENGINE_PATH "); echo ft-sum=${s%% *}; "
    "echo ft-version=$(" FT_ENGINE_PATH
    " --version 2>/dev/null | head -n 1); fi; "
    "if [ -x " FT_ENGINE_PACKAGED " ]; then "
    "echo ft-packaged=$(" FT_ENGINE_PACKAGED
    " --version 2>/dev/null | head -n 1); fi; "
    /* somebody who was interrupted between putting it there and starting it */
    "e=" FT_ENGINE_PATH "; [ -f $e ] || e=" FT_ENGINE_PACKAGED "; "
    "if p=$(cat /run/ftadmin/engine.pid 2>/dev/null) && "
    "r=$(sha256sum 2>/dev/null < \"/proc/$p/exe\") && "
    "s=$(sha256sum 2>/dev/null < $e) && [ \"$r\" != \"$s\" ]; then "
    "echo ft-stale=1; fi";

/* os-release(5); what a host without one has is empty. */
static const char system_command[] =
    "for f in /etc/os-release /usr/lib/os-release; do "
    "[ -r $f ] && . $f && break; done; "
    "echo ft-ids=$ID $ID_LIKE; echo ft-release=$VERSION_ID";

/* One reload, which takes long on a busy host: enabling brings another. The second
 * unit only once the network is there: that is not waited for. */
static const char systemd_start[] =
    "systemctl enable --quiet --no-reload ftengine.service "
    "ftengine-drain.service && systemctl daemon-reload && "
    "systemctl restart ftengine.service && "
    "systemctl start --no-block ftengine-drain.service";
static const char init_start[] =
    "if command -v update-rc.d >/dev/null; then update-rc.d ftengine defaults; "
    "elif command -v chkconfig >/dev/null; then chkconfig --add ftengine; fi "
    ">/dev/null 2>&1; " INIT_PATH " stop </dev/null >/dev/null 2>&1; " INIT_PATH
    " start </dev/null 2>/run/ftengine.start >/dev/null; rc=$?; "
    "cat /run/ftengine.start >&2; rm -f /run/ftengine.start; exit $rc";

/* A libvirtd that runs looks for new hooks when it is told to reload; one that
 * does not run yet, when it starts. VMs go on. */
static const char hook_reload[] =
    "for d in libvirtd virtqemud; do "
    "p=$(cat /run/$d.pid 2>/dev/null) || continue; "
    "e=$(readlink \"/proc/$p/exe\") || continue; "
    "case $e in */$d|*/$d\\ *) kill -HUP \"$p\";; esac || exit 1; done";

/*
 * A folder for as long as its input stays open, so that nothing of it stays when
 * the connection breaks. Not in /tmp or /var/tmp, which may be mounted noexec.
 */
#define PROBE_FOLDER "/usr/local/lib/ftprobe."
static const char probe_folder[] =
    "d=$(mktemp -d " PROBE_FOLDER "XXXXXXXX) || exit 1; "
    "trap 'rm -rf \"$d\"' EXIT; trap 'exit 1' HUP INT PIPE TERM; "
    "echo \"$d\"; cat >/dev/null";

/* What was uploaded. With a package the script of init.d and the hook are its. */
static const char remove_command[] =
    "[ -x " FT_ENGINE_PACKAGED " ] && package=yes || package=; "
    "[ -e " FT_ENGINE_PATH " ] || [ -z \"$package\" ] || exit 0; "
    "if [ -d /run/systemd/system ]; then "
    "for u in " DRAIN_UNIT_PATH " " UNIT_PATH "; do "
    "[ -f $u ] && systemctl disable --quiet --no-reload --now ${u##*/}; done; "
    "elif [ -x " INIT_PATH " ]; then " INIT_PATH
    " stop </dev/null >/dev/null 2>&1; fi; "
    "rm -f " UNIT_PATH " " DRAIN_UNIT_PATH "; "
    "if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi; "
    "rm -f " FT_ENGINE_PATH " " CANDIDATE " " PREVIOUS "; "
    "rmdir " ENGINE_FOLDER " 2>/dev/null; [ -z \"$package\" ] || exit 0; "
    "rm -f " INIT_PATH "; "
    "if command -v update-rc.d >/dev/null; then "
    "update-rc.d ftengine remove >/dev/null 2>&1; fi; "
    "rm -f " HOOK_PATH "; rmdir " HOOK_FOLDER " 2>/dev/null; "
    "rm -rf /run/ftadmin; exit 0";

/* A package's daemon goes on, with folders made anew after a purge. */
static const char purge_command[] =
    "if [ ! -x " FT_ENGINE_PACKAGED " ]; then :; "
    "elif [ -d /run/systemd/system ]; then systemctl stop ftengine.service; "
    "else " INIT_PATH " stop </dev/null >/dev/null 2>&1; fi; "
    "rm -rf /var/lib/ftadmin /var/log/ftadmin";
static const char package_start[] =
    "if [ ! -x " FT_ENGINE_PACKAGED " ]; then :; "
    "elif [ -d /run/systemd/system ]; then "
    "systemctl enable --quiet ftengine.service ftengine-drain.service && "
    "systemctl start --no-block ftengine.service ftengine-drain.service; else " INIT_PATH
    " start </dev/null >/dev/null; fi";

#endif
