/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console's state. What has to be done outside (run a command, leave, copy)
 * is asked of its owner by ft_console_ops, so that state and drawing need no
 * terminal: state -> ft_console_draw -> grid.
 *
 * A page is one view that is open, of one subject; pages lie on a stack, and
 * Esc goes back. Over a page there may be one overlay: a menu, a question, a
 * line that is typed.
 *
 * Ownership: the console copies what it keeps; the picture is borrowed until
 * the next one is set. Threads: one.
 */
#ifndef FT_UI_TUI_STATE_H
#define FT_UI_TUI_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/tui/completion.h"
#include "ui/tui/entry.h"
#include "ui/tui/grid.h"
#include "ui/tui/key.h"
#include "ui/tui/keymap.h"
#include "ui/tui/list.h"
#include "ui/model/host-name.h"
#include "ui/model/picture.h"
#include "ui/tui/words.h"

#define FT_PAGES_MAX 12
#define FT_PAST_REFUSAL "this is the past: Esc is now" /* of keys */
#define FT_TEXT_LINES_MAX 5000
#define FT_TYPED_MAX 100 /* commands that are remembered */

struct ft_console;
struct ft_page;
struct ft_past;
struct ft_view;

enum ft_view_id {
    FT_VIEW_OVERVIEW,
    FT_VIEW_VM,
    FT_VIEW_HOSTS,
    FT_VIEW_HOST,
    FT_VIEW_EVENTS,
    FT_VIEW_EVENT,
    FT_VIEW_FILM,
    FT_VIEW_JOBS,
    FT_VIEW_WHAT_IF,
    FT_VIEW_CHECKS,
    FT_VIEW_CHECK,
    FT_VIEW_TEXT,
    FT_VIEW_SHEET,
    FT_VIEW_FIRST,
    FT_VIEW_COUNT,
};

/* What a command of the first start is for (first.h). */
enum ft_first_what {
    FT_FIRST_NAMES, /* discover --dry-run: one document */
    FT_FIRST_LOOK,  /* discover --follow: a line for each machine */
    FT_FIRST_ADD,   /* host add: one document */
    FT_FIRST_WHATS,
};

/* What the owner does. All may be called from ft_console_key only. */
struct ft_console_ops {
    /*
     * Runs words in the background; what they print is shown when show is set.
     * shown: the same as people know it, by names.
     */
    void (*run)(void *data, const struct ft_words *words,
                const struct ft_words *shown, bool show);
    /* Everything is asked again now. */
    void (*ask_again)(void *data);
    /*
     * Runs words in the background, too: the one document that they print goes
     * to ft_console_answer with this ticket. False: it cannot be begun, and a
     * message says why.
     */
    bool (*ask)(void *data, unsigned ticket, const struct ft_words *words);
    /*
     * The same for ft_first_line and ft_first_ended; ft_console_open, too.
     * may_ask: whoever sits here may be asked to log in.
     */
    void (*first)(void *data, enum ft_first_what what,
                  const struct ft_words *words, bool may_ask);
    /*
     * What was typed into the form of login.h, NULL: nothing. same: for all that
     * the command asks for. NULL: the owner has no such form.
     */
    void (*answer)(void *data, unsigned id, const char *secret, bool same);
    /* Commands and options for the ':' line (complete.h). NULL: none. */
    void (*complete)(void *data, const struct ft_words *before,
                     const char *part, struct ft_completion *completion);
    void (*copy)(void *data, const char *text);
    void (*write)(void *data, const char *text);
    /* The terminal is this program's for a while; NULL: the user's shell's. */
    void (*shell)(void *data, const struct ft_words *program);
    void (*suspend)(void *data);
    void *data;
};

enum ft_overlay {
    FT_OVERLAY_NONE,
    FT_OVERLAY_MENU,
    FT_OVERLAY_QUESTION,
    FT_OVERLAY_COMMAND, /* after ':' */
    FT_OVERLAY_SEARCH,
    FT_OVERLAY_FILTER,
    FT_OVERLAY_LOGIN,   /* a form, see login.h */
    FT_OVERLAY_ACCOUNT, /* another, see account.h */
    FT_OVERLAY_BACKUP,  /* another, see backup-form.h */
};

/* Something that can be done to a VM or a host (deeds.h). */
struct ft_deed;

struct ft_question {
    const struct ft_deed *deed;
    char subject[FT_IDENTITY]; /* captured: what is asked about */
    char name[256];            /* its name, to be typed when severe */
    struct ft_words words;     /* what is run: by its UUID */
    struct ft_words shown;     /* the same for people: by its name */
    bool yes;                  /* chosen; No is at first */
};

struct ft_login {
    unsigned id;
    char prompt[700];
    char command[512];
    bool again, same;
    struct ft_entry *entry; /* the owner's, while it is open */
};

/* How to log in on a machine. */
struct ft_account {
    char host[FT_IDENTITY];     /* its name, of the row */
    struct ft_host_parts parts; /* where it is reached; user is not used */
    char problem[720];          /* why it let nobody in, or empty */
    bool known;                 /* a host of ours, else of the first start */
    struct ft_entry user, identity;
    char user_before[FT_ENTRY_MAX], identity_before[FT_ENTRY_MAX];
    size_t others; /* machines that let nobody in, too */
    bool for_all;  /* they are meant, too */
    int field;
};

/* Which field of a backup's form is typed into; the texts come first. */
enum {
    FT_BACKUP_TO,
    FT_BACKUP_SINCE,
    FT_BACKUP_ADDRESS,
    FT_BACKUP_KEYS,
    FT_BACKUP_TEXTS,
    FT_BACKUP_FREEZE = FT_BACKUP_TEXTS,
    FT_BACKUP_FIELDS
};

/* How a VM is to be backed up. */
struct ft_backup_form {
    const struct ft_deed *deed;
    char subject[FT_IDENTITY]; /* captured: what is asked about */
    char name[256];
    struct ft_entry entries[FT_BACKUP_TEXTS];
    bool freeze;
    int field;
};

/* A takeover that is played (film.h); zeros: none is. */
struct ft_play {
    bool on, begun;
    double head_ms, end_ms; /* shown so far, as the film counts; its end */
    double speed;           /* ms of it in one of ours */
    int64_t last_ms;        /* when the last tick was; 0: none yet */
};

struct ft_below;

struct ft_page {
    const struct ft_view *view;
    char subject[FT_IDENTITY]; /* a VM's UUID, a host's name, a job's number */
    struct ft_list list;
    json_t *rows;           /* what is listed now, in this order */
    struct ft_below *below; /* what they are together (below.h); or NULL */
    json_t *order;          /* identities, while the order is held; or NULL */
    bool order_old;         /* another order would be due */
    char filter[128];
    char search[128];
    unsigned sort; /* 0: worst first, else a column */
    bool descending;
    bool problems;
    bool follow;
    int severity; /* lowest shown, 0 to 2 */
    long scroll;
    double window_s; /* of charts */
    int column;      /* of the cursor: a host, a value */
};

/*
 * How one kind of page is listed and drawn; each is one file with a constant
 * descriptor. Rows of the screen: 0 where one is, 1 to 2 the sentence, a rule,
 * the view's own area, and the last two: keys, and the command with the message.
 */
struct ft_area {
    int top, bottom; /* first row, and the first one that is not ours */
};

struct ft_view {
    enum ft_view_id id;
    const char *name;
    enum ft_scope scope;
    /* Row 0, left. */
    void (*where)(const struct ft_console *console, const struct ft_page *page,
                  char *out, size_t size);
    /* The sentence; NULL: the verdict of all. */
    void (*say)(const struct ft_console *console, const struct ft_page *page,
                struct ft_verdict *verdict);
    /* What is listed, unsorted and unfiltered: a new array. NULL: no list. */
    json_t *(*rows)(const struct ft_console *console,
                    const struct ft_page *page);
    const char *(*identity)(const json_t *row);
    /* Where it stands of its own: by rank, then by name. NULL: as they come. */
    int (*rank)(const json_t *row, const char **name);
    const struct ft_columns *columns; /* for sort and filter; NULL: neither */
    void (*draw)(struct ft_console *console, struct ft_page *page,
                 struct ft_grid *grid, struct ft_area area);
    void (*open)(struct ft_console *console, const json_t *row); /* Enter */
    /* The command that shows the same, in row 24. */
    void (*twin)(const struct ft_console *console, const struct ft_page *page,
                 struct ft_words *words);
    /* Its own row of keys; NULL: from the table of keys. */
    void (*bar)(const struct ft_console *console, const struct ft_page *page,
                char *out, size_t size);
    /* Keys of its own; true: taken. NULL: none. */
    bool (*key)(struct ft_console *console, struct ft_page *page,
                enum ft_do action);
};

struct ft_console {
    const struct ft_picture *picture; /* what is shown: now, or of the past */
    const struct ft_picture *now;     /* the owner's */
    struct ft_past *past;             /* NULL: what is shown is now (past.h) */
    struct ft_console_ops ops;
    const struct ft_view *const *views; /* by enum ft_view_id */
    struct ft_page pages[FT_PAGES_MAX];
    size_t depth; /* pages in use, at least 1 */
    enum ft_overlay overlay;
    const struct ft_deed *menu_choice;
    struct ft_question question;
    struct ft_login login;
    struct ft_account account;
    struct ft_backup_form backup;
    struct ft_entry entry;
    json_t *history; /* commands that were typed, the newest last */
    size_t history_at;
    struct ft_completion completion; /* of the line that is typed */
    char message[256];
    enum ft_severity message_severity;
    int64_t message_ms; /* of the picture's clock, when it was said */
    char left_at[32];   /* ISO 8601, when this user left last; "": not known */
    bool remember; /* what memory.h keeps has changed: the owner saves it */
    bool utf8, readonly, leave;
    bool linear; /* told, not drawn: no sign has to be explained */
    char *text;  /* of the text view; lines end with newlines */
    char text_title[128];
    unsigned ticket;          /* the last one that was given, of ops.ask */
    struct ft_checks *checks; /* NULL: none were asked for (checks.h) */
    json_t *drafts;           /* sheets that were left (drafts.h) */
    struct ft_sheet *sheet;   /* NULL: none was begun (sheet.h) */
    struct ft_play play;
    struct ft_first *first; /* NULL: was never opened (first.h) */
};

/* The last message, in the last row. */
void ft_console_say(struct ft_console *console, enum ft_severity severity,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The page on top. */
struct ft_page *ft_console_page(struct ft_console *console);

/* The selected row of the page, or NULL. Borrowed. */
const json_t *ft_console_row(const struct ft_console *console);

/* The row of a VM by UUID, name or pair, of a host by its name. Borrowed. */
const json_t *ft_console_vm(const struct ft_console *console, const char *name);
const json_t *ft_console_host(const struct ft_console *console,
                              const char *name);

/* Why nothing may be changed from here; NULL: it may. Constant. */
const char *ft_console_refusal(const struct ft_console *console);

#endif
