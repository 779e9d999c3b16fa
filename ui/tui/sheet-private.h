/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up sheet.h; not for others.
 *
 *     sheet.c       its VMs, and what is asked about them
 *     sheet-apply.c the command that protects them, and what comes of it
 *     sheet-keys.c  what keys do
 *     sheet-view.c  how it looks: frame and folded lines
 *     sheet-open.c  what the open line shows
 *     sheet-told.c  the same line by line, as questions
 */
#ifndef FT_UI_TUI_SHEET_PRIVATE_H
#define FT_UI_TUI_SHEET_PRIVATE_H

#include "ui/tui/sheet.h"

enum ft_sheet_line {
    FT_SHEET_VM = 1,
    FT_SHEET_STANDBY,
    FT_SHEET_WITNESS,
    FT_SHEET_CHECKS,
    FT_SHEET_PLAN,
    FT_SHEET_APPLY,
    FT_SHEET_LINES
};

enum ft_sheet_stage {
    FT_SHEET_PLANNED,   /* nothing was changed for it */
    FT_SHEET_WAITS,     /* applied, and others come first */
    FT_SHEET_RUNS,      /* the command is at it */
    FT_SHEET_PROTECTED, /* that ended well */
    FT_SHEET_FAILED,    /* or not: trouble says why */
};

struct ft_sheet_vm {
    char uuid[FT_IDENTITY], vm[256];
    char standby[256], witness[256]; /* chosen; empty: the best */
    json_t *plan;                    /* what was answered last, or NULL */
    char trouble[512];               /* why there is no plan, or it failed */
    enum ft_sheet_stage stage;
    bool due;        /* to be asked, when there is room */
    unsigned ticket; /* of what is asked; 0: nothing is */
};

struct ft_sheet {
    struct ft_sheet_vm *vms;
    size_t count; /* at least 1 */
    size_t at;    /* the VM that is selected in lists of several */
    bool applied;
    unsigned ticket;    /* of the command that protects them; 0: none runs */
    int64_t applied_ms; /* when it was begun, by the picture's clock */
    int open;           /* enum ft_sheet_line */
    int choice;         /* of the candidates, with one VM */
};

/* The command that protects it, as far as it is chosen. */
void ft_sheet_words(const struct ft_sheet_vm *vm, bool by_name,
                    struct ft_words *words);

/* The same of all that are ready, or were when it was applied. */
void ft_sheet_all_words(const struct ft_sheet *sheet, bool by_name,
                        struct ft_words *words);

/* Plans all of it anew: a choice for one is less room for another. */
void ft_sheet_ask(struct ft_console *console);

/* Begins those that are ready, one after another. */
void ft_sheet_apply(struct ft_console *console);

/* That command has ended. */
void ft_sheet_applied(struct ft_console *console, const json_t *document,
                      int status, const char *message);

const json_t *ft_sheet_member(const struct ft_sheet_vm *vm, const char *key);
const json_t *ft_sheet_findings(const struct ft_sheet_vm *vm);

bool ft_sheet_asking(const struct ft_sheet *sheet);    /* about any */
bool ft_sheet_is_chosen(const struct ft_sheet_vm *vm); /* its host, by the user */
bool ft_sheet_ready(const struct ft_sheet_vm *vm);     /* there is a plan */
size_t ft_sheet_ready_count(const struct ft_sheet *sheet);
size_t ft_sheet_stage_count(const struct ft_sheet *sheet,
                            enum ft_sheet_stage stage);

/*
 * A host on which the copies of this sheet would need more memory together than
 * is free, though each alone has room. Bytes. False: there is none.
 */
bool ft_sheet_crowded(const struct ft_sheet *sheet, const char **host,
                      double *needed, double *available);

/* Is it protected now, by the word of a host that is heard? */
bool ft_sheet_holds(const struct ft_console *console,
                    const struct ft_sheet_vm *vm);

/* What the open line shows, from row y to above end; the row after it. */
int ft_sheet_draw_open(const struct ft_console *console, struct ft_grid *grid,
                       int y, int end);

#endif
