/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ftadmin can mend by itself of what checks find: only what one command does and
 * another takes back exactly. Pure; static tables.
 */
#ifndef FT_PLAN_FIXES_H
#define FT_PLAN_FIXES_H

#include <stdbool.h>

#include "plan/check-list.h"

/*
 *   X(NAME, WORD, DO, UNDO, IS, THEN, BACK)
 *
 * WORD is stable: it is what is kept. DO and UNDO are what is done and taken back, in
 * words, with the object's name for %s. The rest is for sh(1), which has that name in
 * $n: whether it is so already, how it comes about, and how that is taken back, which
 * is nothing where it is not so any more. What fails leaves nothing behind, and whoever
 * cannot be asked says nothing of it.
 */
/* clang-format off */
#define FT_FIX_VIRSH "virsh -q -c qemu:///system "
#define FT_FIX_RUNS FT_FIX_VIRSH "pool-info \"$n\" | grep -Eq '^State: *running'"
#define FT_FIX_AUTOSTARTS \
    FT_FIX_VIRSH "pool-info \"$n\" | grep -Eq '^Autostart: *yes'"
#define FT_FIX_NET_RUNS FT_FIX_VIRSH "net-info \"$n\" | grep -Eq '^Active: *yes'"
#define FT_FIX_IMAGES "/var/lib/libvirt/images"
#define FT_FIX_ASK FT_FIX_VIRSH "uri >/dev/null || exit 1; "

#define FT_FIXES(X) \
    X(POOL_START, "pool-start", "start pool %s", "stop pool %s", \
      FT_FIX_RUNS, \
      FT_FIX_VIRSH "pool-start \"$n\"", \
      FT_FIX_ASK "! " FT_FIX_RUNS " || " FT_FIX_VIRSH "pool-destroy \"$n\"") \
    X(POOL_AUTOSTART, "pool-autostart", "have pool %s started with the host", \
      "have pool %s not started with the host", \
      FT_FIX_AUTOSTARTS, \
      FT_FIX_VIRSH "pool-autostart \"$n\"", \
      FT_FIX_ASK "! " FT_FIX_AUTOSTARTS " || " \
      FT_FIX_VIRSH "pool-autostart \"$n\" --disable") \
    X(POOL_DEFINE, "pool-define", \
      "make pool %s in " FT_FIX_IMAGES ", started with the host", \
      "forget pool %s, with its folder left as it is", \
      FT_FIX_VIRSH "pool-info \"$n\" >/dev/null 2>&1", \
      "if ! [ -d " FT_FIX_IMAGES " ]; then " \
      "echo \"there is no folder " FT_FIX_IMAGES "\" >&2; exit 1; fi; " \
      FT_FIX_VIRSH "pool-define-as \"$n\" dir --target " FT_FIX_IMAGES " && { " \
      FT_FIX_VIRSH "pool-start \"$n\" && " \
      FT_FIX_VIRSH "pool-autostart \"$n\" || { " \
      FT_FIX_VIRSH "pool-destroy \"$n\" 2>/dev/null; " \
      FT_FIX_VIRSH "pool-undefine \"$n\"; false; }; }", \
      FT_FIX_ASK "! " FT_FIX_VIRSH "pool-info \"$n\" >/dev/null 2>&1 || { " \
      "! " FT_FIX_RUNS " || " FT_FIX_VIRSH "pool-destroy \"$n\"; } && " \
      "{ ! " FT_FIX_VIRSH "pool-info \"$n\" >/dev/null 2>&1 || " \
      FT_FIX_VIRSH "pool-undefine \"$n\"; }") \
    X(NETWORK_START, "net-start", "start network %s", "stop network %s", \
      FT_FIX_NET_RUNS, \
      FT_FIX_VIRSH "net-start \"$n\"", \
      FT_FIX_ASK "! " FT_FIX_NET_RUNS " || { " \
      "p=$(" FT_FIX_VIRSH "net-port-list \"$n\") || exit 1; " \
      "if [ -n \"$p\" ]; then " \
      "echo \"VMs are on network $n\" >&2; exit 1; fi; " \
      FT_FIX_VIRSH "net-destroy \"$n\"; }") \
    X(PORT_FIREWALLD, "port-firewalld", "let TCP port %s in (firewalld)", \
      "let TCP port %s in no more (firewalld)", \
      "firewall-cmd -q --query-port=\"$n/tcp\" && " \
      "firewall-cmd -q --permanent --query-port=\"$n/tcp\"", \
      "if firewall-cmd -q --query-port=\"$n/tcp\" || " \
      "firewall-cmd -q --permanent --query-port=\"$n/tcp\"; then " \
      "echo \"its rules for now and for later differ: firewall-cmd --reload\" >&2; " \
      "exit 1; fi; " \
      "firewall-cmd -q --add-port=\"$n/tcp\" && { " \
      "firewall-cmd -q --permanent --add-port=\"$n/tcp\" || { " \
      "firewall-cmd -q --remove-port=\"$n/tcp\"; false; }; }", \
      "firewall-cmd -q --remove-port=\"$n/tcp\" && " \
      "firewall-cmd -q --permanent --remove-port=\"$n/tcp\"") \
    X(PORT_UFW, "port-ufw", "let TCP port %s in (ufw)", \
      "let TCP port %s in no more (ufw)", \
      "ufw show added | grep -qxF \"ufw allow $n/tcp\"", \
      "ufw allow \"$n/tcp\"", \
      "r=$(ufw show added) || exit 1; " \
      "! echo \"$r\" | grep -qxF \"ufw allow $n/tcp\" || " \
      "ufw --force delete allow \"$n/tcp\"")
/* clang-format on */

enum ft_fix_kind {
    FT_FIX_NONE,
#define FT_FIX_ENUM_(name, ...) FT_FIX_##name,
    FT_FIXES(FT_FIX_ENUM_)
#undef FT_FIX_ENUM_
        FT_FIX_KINDS,
};

struct ft_fix {
    enum ft_fix_kind kind;
    char host[128];   /* by ftadmin's name */
    char object[128]; /* a pool, a network, a port */
};

/* Whether some of what the check finds can be mended. */
bool ft_check_fixable(enum ft_check_id check);

/* Its word, and the kind of a word; FT_FIX_NONE for another one. */
const char *ft_fix_word(enum ft_fix_kind kind);
enum ft_fix_kind ft_fix_of_word(const char *word);

/* What it does, or what taking it back does: "start pool default". */
#define FT_FIX_TEXT 256
void ft_fix_text(const struct ft_fix *fix, bool undo, char out[FT_FIX_TEXT]);

/* For sh(1), which reads the object's name from its stdin: status 0 done, 3 it is so
 * already, else not done, with why on stderr. */
const char *ft_fix_script(enum ft_fix_kind kind, bool undo);

#endif
