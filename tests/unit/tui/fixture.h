/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of views share: an owner that notes what it is asked, keys by
 * their names, pictures (pictures/NAME.json) and whole screens, compared with
 * screens/NAME.txt. With FT_UPDATE_SCREENS set the texts are written instead,
 * to be looked at and committed (make update-screens). One thread; what fails
 * fails the test.
 */
#ifndef FT_TEST_TUI_FIXTURE_H
#define FT_TEST_TUI_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/tui/console.h"
#include "ui/tui/state.h"

#define ASKED_MAX 64

/* What the owner was asked for. */
struct asked {
    /* Commands whose answers are waited for, in their order: the newest at
     * plans - 1; a test asks for fewer than ASKED_MAX. */
    char asks[ASKED_MAX][200];
    unsigned tickets[ASKED_MAX];
    char command[4096]; /* the last one, of whatever sort */
    char plan[1024];    /* the last one whose answer is waited for */
    unsigned ticket;    /* the same */
    bool busy;          /* it cannot be begun */
    bool shown;
    enum ft_first_what what;
    unsigned runs, plans, first;
    bool may_ask;              /* of the first start, the last one */
    unsigned answers;          /* to the form that logs in */
    unsigned answered;         /* the last one: its id */
    bool same;                 /* the same */
    char secret[FT_ENTRY_MAX]; /* the same; "-": none */
    unsigned shells;           /* the terminal was lent */
    char program[400];         /* to this, behind "ftadmin"; "": a shell */
};

extern struct asked asked;
extern const struct ft_console_ops ops;

/* Keys by their names, separated by blanks. */
void press(struct ft_console *console, const char *keys);

/* A key for each character. */
void type(struct ft_console *console, const char *text);

/* What stands on the screen (malloc). */
char *drawn(struct ft_console *console, int width, int height, bool utf8);

void compare_text(const char *name, const char *text);
void compare(struct ft_console *console, const char *name, int width,
             int height, bool utf8);

/* What a picture shows after some keys, as screens/NAME.txt has it. */
struct screen {
    const char *name, *picture;
    int width, height;
    bool utf8;
    const char *keys;
};
void compare_screens(const struct screen *screens, size_t count);

/* Reads pictures/NAME.json; freed by unload. */
void load(const char *name, struct ft_picture *picture);
void unload(struct ft_picture *picture);

/* A console of this picture, and its end; what was asked is forgotten. */
void begin(struct ft_console *console, struct ft_picture *picture,
           const char *name);
void end(struct ft_console *console, struct ft_picture *picture);

#endif
