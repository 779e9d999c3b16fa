/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/screen.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_NOMACROS 1
#define _XOPEN_SOURCE_EXTENDED 1
#include <curses.h>
#include <term.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "ui/tui/terminal.h"

#define ESCAPE_DELAY_MS 25
#define PAIRS_MAX 64
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* codes of our own for what terminfo does not name */
#define KEY_PASTE_BEGIN (KEY_MAX + 1)
#define KEY_PASTE_END (KEY_MAX + 2)

struct ft_screen {
    SCREEN *curses;
    FILE *in, *out;
    int fd;
    int colours;
    bool pastes; /* knows bracketed paste */
    struct {
        short foreground, background;
    } pairs[PAIRS_MAX];
    short pair_count;
    bool pasting;
    size_t paste_used;
    char paste[FT_PASTE_MAX];
};

static const struct {
    int curses;
    uint32_t code;
} special[] = {
    { KEY_UP, FT_KEY_UP },
    { KEY_DOWN, FT_KEY_DOWN },
    { KEY_LEFT, FT_KEY_LEFT },
    { KEY_RIGHT, FT_KEY_RIGHT },
    { KEY_HOME, FT_KEY_HOME },
    { KEY_END, FT_KEY_END },
    { KEY_PPAGE, FT_KEY_PAGE_UP },
    { KEY_NPAGE, FT_KEY_PAGE_DOWN },
    { KEY_DC, FT_KEY_DELETE },
    { KEY_BTAB, FT_KEY_BACK_TAB },
    { KEY_BACKSPACE, FT_KEY_BACKSPACE },
    { KEY_ENTER, FT_KEY_ENTER },
    { KEY_F(1), FT_KEY_F1 },
    { KEY_F(2), FT_KEY_F2 },
    { KEY_F(3), FT_KEY_F3 },
    { KEY_F(4), FT_KEY_F4 },
    { KEY_F(5), FT_KEY_F5 },
    { KEY_F(6), FT_KEY_F6 },
    { KEY_F(7), FT_KEY_F7 },
    { KEY_F(8), FT_KEY_F8 },
    { KEY_F(9), FT_KEY_F9 },
    { KEY_F(10), FT_KEY_F10 },
};

/* ---- types of terminals ---- */

/* Can the cursor be put anywhere? */
static bool
has_full_screen(const char *term)
{
    int status = 0;
    bool yes;

    if (setupterm(term, STDOUT_FILENO, &status) != OK || status != 1)
        return false;
    yes = tigetstr("cup") && tigetstr("cup") != (char *)-1;
    del_curterm(cur_term);
    return yes;
}

static bool
is_known(const char *term)
{
    int status = 0;

    if (setupterm(term, STDOUT_FILENO, &status) != OK || status != 1)
        return false;
    del_curterm(cur_term);
    return true;
}

const char *
ft_screen_type(const char *term)
{
    static const char *const relatives[][2] = {
        { "tmux", "screen" },     { "screen", "screen" },
        { "xterm", "xterm" },     { "rxvt", "xterm" },
        { "alacritty", "xterm" }, { "foot", "xterm" },
        { "kitty", "xterm" },     { "ghostty", "xterm" },
        { "wezterm", "xterm" },   { "konsole", "xterm" },
        { "vte", "xterm" },       { "gnome", "xterm" },
        { "putty", "xterm" },     { "st-", "xterm" },
    };

    if (!term || !*term || !strcmp(term, "dumb"))
        return NULL;
    if (is_known(term))
        return has_full_screen(term) ? term : NULL;
    for (size_t i = 0; i < FT_ARRAY_SIZE(relatives); i++)
        if (strstr(term, relatives[i][0]) && has_full_screen(relatives[i][1]))
            return relatives[i][1];
    return NULL;
}

/* ---- up and down ---- */

static void
append(char *out, size_t size, const char *capability)
{
    const char *text = tigetstr(capability);

    if (text && text != (char *)-1 && strlen(out) + strlen(text) < size)
        strcat(out, text);
}

static void
tell_how_to_leave(const struct ft_screen *screen)
{
    static const char *const capabilities[] = { "sgr0", "cnorm", "rmkx",
                                                "rmcup" };
    char sequences[512] = "";

    if (screen->pastes)
        strcat(sequences, PASTE_OFF);
    for (size_t i = 0; i < FT_ARRAY_SIZE(capabilities); i++)
        append(sequences, sizeof(sequences), capabilities[i]);
    ft_terminal_leaves_by(sequences);
}

/* Terminals that are known to take it; on others it could show. */
static bool
knows_paste(const char *type)
{
    return strstr(type, "xterm") || strstr(type, "screen") ||
           strstr(type, "tmux") || strstr(type, "rxvt") ||
           strstr(type, "kitty") || strstr(type, "foot") ||
           strstr(type, "alacritty");
}

static void
set_modes(struct ft_screen *screen)
{
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    if (!getenv("ESCDELAY"))
        set_escdelay(ESCAPE_DELAY_MS);
    define_key("\033[200~", KEY_PASTE_BEGIN);
    define_key("\033[201~", KEY_PASTE_END);
    if (screen->pastes)
        ft_screen_send(screen, PASTE_ON);
}

int
ft_screen_open(const struct ft_screen_options *options, struct ft_screen **out,
               struct ft_error *err)
{
    struct ft_screen *screen = calloc(1, sizeof(*screen));

    *out = NULL;
    if (!screen)
        return ft_fail(err, ENOMEM, NULL, "no memory for the console");
    use_env(FALSE); /* the terminal's size, not that of the environment */
    use_tioctl(TRUE);
    screen->fd = options->in;
    screen->in = fdopen(dup(options->in), "r");
    screen->out = fdopen(dup(options->out), "w");
    if (screen->in && screen->out)
        screen->curses = newterm(options->type, screen->out, screen->in);
    if (!screen->curses) {
        ft_screen_close(screen);
        return ft_fail(err, ENOTTY, "Use ftadmin status --watch, or set TERM.",
                       "no full screen on a terminal of type %s", options->type);
    }
    set_term(screen->curses);
    screen->pastes = knows_paste(options->type);
    if (!options->mono && has_colors() && start_color() == OK &&
        use_default_colors() == OK)
        screen->colours = COLORS;
    tell_how_to_leave(screen);
    set_modes(screen);
    *out = screen;
    return 0;
}

void
ft_screen_close(struct ft_screen *screen)
{
    if (!screen)
        return;
    if (screen->curses) {
        if (screen->pastes)
            ft_screen_send(screen, PASTE_OFF);
        endwin();
        ft_terminal_leaves_by("");
        delscreen(screen->curses);
    }
    if (screen->in)
        fclose(screen->in);
    if (screen->out)
        fclose(screen->out);
    free(screen);
}

void
ft_screen_leave(struct ft_screen *screen)
{
    if (screen->pastes)
        ft_screen_send(screen, PASTE_OFF);
    endwin();
    ft_terminal_leaves_by("");
}

void
ft_screen_return(struct ft_screen *screen)
{
    tell_how_to_leave(screen);
    reset_prog_mode();
    if (screen->pastes)
        ft_screen_send(screen, PASTE_ON);
    clearok(stdscr, TRUE);
    refresh();
}

void
ft_screen_send(struct ft_screen *screen, const char *sequence)
{
    fflush(screen->out);
    ft_write_full(fileno(screen->out), sequence, strlen(sequence));
}

/* ---- out ---- */

/* The pair of these colours; 0, the terminal's own, when there are too many. */
static short
pair_of(struct ft_screen *screen, struct ft_paint paint)
{
    short i;

    if (paint.foreground < 0 && paint.background < 0)
        return 0;
    for (i = 0; i < screen->pair_count; i++)
        if (screen->pairs[i].foreground == paint.foreground &&
            screen->pairs[i].background == paint.background)
            return (short)(i + 1);
    if (i == PAIRS_MAX || i + 1 >= COLOR_PAIRS ||
        init_pair((short)(i + 1), paint.foreground, paint.background) == ERR)
        return 0;
    screen->pairs[i].foreground = paint.foreground;
    screen->pairs[i].background = paint.background;
    screen->pair_count++;
    return (short)(i + 1);
}

static void
show_cell(struct ft_screen *screen, int x, int y,
          const struct ft_grid_cell *cell)
{
    struct ft_paint paint =
        ft_look_paint(cell->look, cell->selected, screen->colours);
    wchar_t text[CCHARW_MAX + 1] = L" ";
    attr_t attributes = A_NORMAL;
    cchar_t character;

    if (paint.bold)
        attributes |= A_BOLD;
    if (paint.reverse)
        attributes |= A_REVERSE;
    if (paint.underline)
        attributes |= A_UNDERLINE;
    if (*cell->text && mbstowcs(text, cell->text, CCHARW_MAX) == (size_t)-1)
        wcscpy(text, L"?");
    if (setcchar(&character, text, attributes, pair_of(screen, paint), NULL) ==
        OK)
        mvadd_wch(y, x, &character);
}

void
ft_screen_show(struct ft_screen *screen, const struct ft_grid *grid, bool all)
{
    int width = FT_MIN(grid->width, COLS), height = FT_MIN(grid->height, LINES);

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const struct ft_grid_cell *cell = ft_grid_at(grid, x, y);

            if (!cell->continued)
                show_cell(screen, x, y, cell);
        }
    curs_set(grid->cursor_x >= 0 ? 1 : 0);
    if (grid->cursor_x >= 0)
        move(grid->cursor_y, grid->cursor_x);
    if (all)
        clearok(stdscr, TRUE);
    refresh();
}

void
ft_screen_resize(struct ft_screen *screen, int width, int height)
{
    (void)screen;
    resizeterm(height, width);
    erase();
    clearok(stdscr, TRUE);
}

/* ---- in ---- */

/* A newline that is pasted runs nothing: it is a blank. */
static void
add_pasted(struct ft_screen *screen, wint_t c)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = { 0 };
    size_t n;

    if (c == L'\r' || c == L'\n' || c == L'\t')
        c = L' ';
    if (c < 0x20 || c == 0x7f)
        return;
    n = wcrtomb(bytes, (wchar_t)c, &state);
    if (n == (size_t)-1 || screen->paste_used + n >= sizeof(screen->paste))
        return;
    memcpy(screen->paste + screen->paste_used, bytes, n);
    screen->paste_used += n;
}

/* 1: a key; 0: nothing that means anything to us. */
static int
translate(struct ft_screen *screen, int kind, wint_t c, struct ft_key *key)
{
    key->text = NULL;
    if (kind == KEY_CODE_YES && c == KEY_PASTE_BEGIN) {
        screen->pasting = true;
        return 0;
    }
    if (kind == KEY_CODE_YES && c == KEY_PASTE_END && screen->pasting) {
        screen->pasting = false;
        screen->paste[screen->paste_used] = '\0';
        key->code = FT_KEY_PASTE;
        key->text = screen->paste;
        return 1;
    }
    if (screen->pasting) {
        if (kind == OK)
            add_pasted(screen, c);
        return 0;
    }
    key->code = c == L'\n' ? FT_KEY_ENTER : c == 8 ? FT_KEY_BACKSPACE : c;
    if (kind == OK)
        return 1;
    for (size_t i = 0; i < FT_ARRAY_SIZE(special); i++)
        if ((wint_t)special[i].curses == c) {
            key->code = special[i].code;
            return 1;
        }
    return 0;
}

/* Readable, and yet nothing to read: the other end has gone. */
static bool
at_end(const struct ft_screen *screen)
{
    struct pollfd p = { screen->fd, POLLIN, 0 };
    int waiting = 0;

    if (poll(&p, 1, 0) <= 0)
        return false;
    if (p.revents & (POLLHUP | POLLERR | POLLNVAL))
        return true;
    return ioctl(screen->fd, FIONREAD, &waiting) < 0 || waiting == 0;
}

/*
 * After ESC: takes the rest of a sequence that ncurses does not know. As Esc
 * and letters it would do things. False: it was the key, or came with another.
 */
static bool
take_sequence(void)
{
    wint_t c = 0;
    int kind = get_wch(&c);

    if (kind == OK && c == L'[') {
        while (get_wch(&c) == OK && c < 0x40)
            ;
        return true;
    }
    if (kind == OK && c == L'O') {
        (void)get_wch(&c);
        return true;
    }
    if (kind == OK)
        unget_wch((wchar_t)c);
    else if (kind == KEY_CODE_YES)
        ungetch((int)c);
    return false;
}

int
ft_screen_key(struct ft_screen *screen, struct ft_key *key)
{
    unsigned nothing = 0;

    if (!screen->pasting) { /* what was pasted is taken; it may be a password */
        explicit_bzero(screen->paste, screen->paste_used);
        screen->paste_used = 0;
    }
    while (nothing < 2) { /* once may be a byte that is no character */
        wint_t c = 0;
        int kind = get_wch(&c);

        if (kind == ERR) {
            nothing++;
            continue;
        }
        nothing = 0;
        if (kind == OK && c == FT_KEY_ESC && !screen->pasting && take_sequence())
            continue;
        if (translate(screen, kind, c, key))
            return 1;
    }
    return at_end(screen) ? -EPIPE : 0;
}
