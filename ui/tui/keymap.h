/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the keys do: one table, from which come handling, the bar of keys, help
 * and ftadmin(8). No key has two meanings in one scope. Pure.
 */
#ifndef FT_UI_TUI_KEYMAP_H
#define FT_UI_TUI_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

/* Where a key works. */
#define FT_SCOPES(X)              \
    X(OVERVIEW, "the overview")   \
    X(VM, "the page of a VM")     \
    X(HOSTS, "the hosts")         \
    X(HOST, "the page of a host") \
    X(EVENTS, "the events")       \
    X(EVENT, "an event")          \
    X(FILM, "a takeover, told")   \
    X(JOBS, "the jobs")           \
    X(WHAT_IF, "what if")         \
    X(CHECKS, "the checks")       \
    X(CHECK, "one check, opened") \
    X(TEXT, "an output, help")    \
    X(FIRST, "the first start")   \
    X(SHEET, "the sheet that protects")

#define FT_SCOPE_ENUM_(name, ...) FT_SCOPE_##name,
enum ft_scope { FT_SCOPES(FT_SCOPE_ENUM_) FT_SCOPE_COUNT };
#undef FT_SCOPE_ENUM_

#define FT_IN(scope) (1u << FT_SCOPE_##scope)
#define FT_IN_LISTS                                                 \
    (FT_IN(OVERVIEW) | FT_IN(HOSTS) | FT_IN(EVENTS) | FT_IN(JOBS) | \
     FT_IN(CHECKS))
#define FT_IN_PAGES                                                          \
    (FT_IN(VM) | FT_IN(HOST) | FT_IN(EVENT) | FT_IN(WHAT_IF) | FT_IN(TEXT) | \
     FT_IN(CHECK) | FT_IN(FILM))
#define FT_IN_VIEWS (FT_IN_LISTS | FT_IN_PAGES | FT_IN(FIRST))
#define FT_IN_TIME (FT_IN(OVERVIEW) | FT_IN(VM) | FT_IN(EVENTS))
#define FT_IN_SORTED (FT_IN(OVERVIEW) | FT_IN(HOSTS) | FT_IN(JOBS))
#define FT_IN_ALL (~0u)

/*
 * Action; its keys, by the names of key.h, separated by blanks; scopes; the
 * word in the bar of keys ("" is not shown there); what it does; the same on
 * the command line ("" for none). The order is that of bar and help.
 */
#define FT_DOINGS(X)                                                            \
    X(OPEN, "Enter", FT_IN_VIEWS, "open", "open what is selected",              \
      "ftadmin status VM")                                                      \
    X(NEXT_LINE, "Enter", FT_IN(SHEET), "next",                                 \
      "the next line; on the plan: apply it", "ftadmin protect VM")             \
    X(LINE, "1 2 3 4 5 6", FT_IN(SHEET), "open", "that line", "")               \
    X(CHOOSE, "Space", FT_IN(SHEET), "choose",                                  \
      "this host; of several VMs the next host",                                \
      "ftadmin protect VM --standby HOST")                                      \
    X(PROTECT, "p", FT_IN(OVERVIEW) | FT_IN(VM) | FT_IN(CHECKS), "protect",     \
      "protect this VM, or the marked ones", "ftadmin protect VM")              \
    X(ACTIONS, "a", FT_IN_LISTS | FT_IN(VM) | FT_IN(HOST), "actions",           \
      "what can be done with it", "")                                           \
    X(ADD, "A", (FT_IN_LISTS & ~FT_IN(CHECKS)) | FT_IN(FIRST), "add",           \
      "look for hosts and add them", "ftadmin discover")                        \
    X(WHAT_IF, "x", FT_IN(OVERVIEW) | FT_IN(VM) | FT_IN(HOSTS) | FT_IN(HOST),   \
      "what if", "what a loss would mean", "ftadmin status --if-lost HOST")     \
    X(EXPLAIN, "e", FT_IN_VIEWS, "explain", "explain the value here", "")       \
    X(ONLY_BAD, "o", FT_IN(CHECKS), "only bad",                                 \
      "only what did not pass, and all", "ftadmin check VM")                    \
    X(WAIVE, "W", FT_IN(CHECKS) | FT_IN(CHECK), "waive",                        \
      "accept what it warns of, with a reason, or take that back",              \
      "ftadmin waive VM CHECK")                                                 \
    X(MEND, "m", FT_IN(CHECKS) | FT_IN(CHECK), "mend",                          \
      "what ftadmin can do about it, seen before", "ftadmin check VM --fix")    \
    X(NEXT_BAD, "n", FT_IN(CHECK), "next", "the next one that did not pass",    \
      "")                                                                       \
    X(BAD_BEFORE, "N", FT_IN(CHECK), "", "the one before that did not pass",    \
      "")                                                                       \
    X(FOLLOW, "f", FT_IN(EVENTS), "follow", "follow new events, and stop",      \
      "ftadmin events --follow")                                                \
    X(SEVERITY, "i", FT_IN(EVENTS), "severity", "the lowest severity shown",    \
      "ftadmin events --severity")                                              \
    X(THIS_VM, "V", FT_IN(EVENTS), "this VM", "this VM only, and all",          \
      "ftadmin events --vm VM")                                                 \
    X(LOG, "L", FT_IN(JOBS), "log", "every command that was run",               \
      "ftadmin jobs show N --log")                                              \
    X(STOP, "x", FT_IN(JOBS), "stop", "stop it, asks first", "")                \
    X(MARK, "Space", FT_IN(OVERVIEW) | FT_IN(HOSTS) | FT_IN(FIRST), "mark",     \
      "mark, and one down", "")                                                 \
    X(MARK_ALL, "*", FT_IN(OVERVIEW) | FT_IN(FIRST), "",                        \
      "mark all that are shown, or none", "")                                   \
    X(TRUST, "t", FT_IN(FIRST), "trust key",                                    \
      "trust the SSH host key that is shown", "--accept-new-host-keys")         \
    X(LOGIN, "i", FT_IN(FIRST) | FT_IN(HOSTS) | FT_IN(HOST), "log in",          \
      "log in: as whom, by which key file or password", "")                     \
    X(AGAIN, "r", FT_IN_VIEWS | FT_IN(SHEET), "again", "ask again now", "")     \
    X(PROBLEMS, "!", FT_IN(OVERVIEW) | FT_IN(HOSTS), "problems",                \
      "only what is not well, and all", "ftadmin status --problems")            \
    X(SEARCH, "/", FT_IN_LISTS | FT_IN(TEXT), "find", "find text", "")          \
    X(SEARCH_NEXT, "n", FT_IN_LISTS | FT_IN(TEXT), "", "find the next one", "") \
    X(SEARCH_BEFORE, "N", FT_IN_LISTS | FT_IN(TEXT), "",                        \
      "find the one before", "")                                                \
    X(FILTER, "\\ F4", FT_IN_LISTS, "filter", "show only what has this text",   \
      "ftadmin status --filter TEXT")                                           \
    X(ORDER, "o", FT_IN(OVERVIEW) | FT_IN(HOSTS), "order",                      \
      "order by the next column, or worst first", "ftadmin status --sort KEY")  \
    X(SORT_LEFT, "<", FT_IN_SORTED, "", "order by the column before", "")       \
    X(SORT_RIGHT, ">", FT_IN_SORTED, "", "order by the column after",           \
      "ftadmin status --sort KEY")                                              \
    X(SORT_TURN, "-", FT_IN_SORTED, "", "turn the order",                       \
      "ftadmin status --sort -KEY")                                             \
    X(SORT_NONE, "0", FT_IN_SORTED, "", "back to worst first", "")              \
    X(FILM, "T", FT_IN(OVERVIEW) | FT_IN(VM) | FT_IN(EVENTS) | FT_IN(EVENT),    \
      "takeover", "its last takeover, told", "ftadmin events --film VM")        \
    X(EARLIER, "[", FT_IN_TIME | FT_IN(FILM), "earlier",                        \
      "back in time, a step", "")                                               \
    X(LATER, "]", FT_IN_TIME | FT_IN(FILM), "later", "later, and then now", "") \
    X(PLAY, "Space", FT_IN(FILM), "play", "play it slowly, and stop", "")       \
    X(COARSER, "{", FT_IN_TIME, "", "a longer time, longer steps", "")          \
    X(FINER, "}", FT_IN_TIME, "", "a shorter time, shorter steps", "")          \
    X(HOST_OF, "H", FT_IN(OVERVIEW) | FT_IN(VM) | FT_IN(EVENTS), "",            \
      "the host of this row", "ftadmin host show HOST")                         \
    X(GO_OVERVIEW, "1", FT_IN_VIEWS, "", "overview", "ftadmin status")          \
    X(GO_HOSTS, "2", FT_IN_VIEWS, "", "hosts", "ftadmin host list")             \
    X(GO_EVENTS, "3", FT_IN_VIEWS, "", "events", "ftadmin events")              \
    X(GO_CHECKS, "4", FT_IN_VIEWS, "", "checks of this VM", "ftadmin check VM") \
    X(GO_JOBS, "5", FT_IN_VIEWS, "", "jobs", "ftadmin jobs")                    \
    X(COMMAND, ":", FT_IN_VIEWS, "", "a command, as in the shell", "")          \
    X(COPY, "y", FT_IN_VIEWS, "", "copy the row or the page", "")               \
    X(WRITE, "w", FT_IN_VIEWS | FT_IN(SHEET), "",                               \
      "write what is shown to a file", "")                                      \
    X(SHELL, "F5", FT_IN_VIEWS, "", "a shell, and back", "")                    \
    X(HELP, "? F1", FT_IN_VIEWS | FT_IN(SHEET), "keys",                         \
      "what the keys do here", "ftadmin help")                                  \
    X(BACK, "Esc", FT_IN_ALL, "back", "back; ends a search, a filter first",    \
      "")                                                                       \
    X(LEAVE, "q F10", FT_IN_VIEWS, "quit", "leave; protection and jobs go on",  \
      "")

#define FT_DO_ENUM_(name, ...) FT_DO_##name,
enum ft_do { FT_DO_NONE, FT_DOINGS(FT_DO_ENUM_) FT_DO_COUNT };
#undef FT_DO_ENUM_

struct ft_binding {
    enum ft_do action;
    const char *keys;
    unsigned scopes; /* bits by enum ft_scope */
    const char *word;
    const char *meaning;
    const char *twin;
};

extern const struct ft_binding ft_bindings[];
extern const size_t ft_binding_count;

/* What a key does there; FT_DO_NONE for nothing. */
enum ft_do ft_keymap_find(enum ft_scope scope, uint32_t code);

const struct ft_binding *ft_keymap_of(enum ft_do action);

/* Whether one of the words of keys is this key. */
int ft_keymap_has(const char *keys, uint32_t code);

#endif
