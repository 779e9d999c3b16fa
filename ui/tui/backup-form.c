/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/backup-form.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/backup-how.h"

#define ROWS 9       /* of the form at least, with its rule */
#define MEANS_ROWS 2 /* more, in a window that has them */
#define LABEL 12     /* columns */

static const struct {
    const char *label, *note; /* of the line */
    const char *question;     /* where it is told */
} fields[FT_BACKUP_FIELDS] = {
    [FT_BACKUP_TO] = { "files in", "a folder, or a file to make",
                       "A folder for its files, or a file to make" },
    [FT_BACKUP_SINCE] = { "only since", "that earlier backup; empty: all",
                          "Only what changed since which earlier backup, its file "
                          "or folder" },
    [FT_BACKUP_ADDRESS] = { "or serve at", "ADDRESS[:PORT]; then no files",
                            "Or an address to serve it at instead, for others "
                            "who pull it" },
    [FT_BACKUP_KEYS] = { "with keys in", "for TLS; as qemu-nbd has them",
                         "The folder with keys or certificates for that" },
    [FT_BACKUP_FREEZE] = { "", "", "Freeze its file systems for that moment" },
};

/* ---- what it stands for ---- */

static const char *
text_of(const struct ft_backup_form *form, int field)
{
    const struct ft_entry *entry = &form->entries[field];

    return entry->length ? entry->text : NULL;
}

/* An address takes the place of the files. */
static void
read_how(const struct ft_backup_form *form, struct ft_backup_how *how)
{
    *how = (struct ft_backup_how){
        .nbd = text_of(form, FT_BACKUP_ADDRESS),
        .tls = text_of(form, FT_BACKUP_KEYS),
        .incremental = text_of(form, FT_BACKUP_SINCE),
        .no_freeze = !form->freeze,
    };
    how->output = how->nbd ? NULL : text_of(form, FT_BACKUP_TO);
}

static void
add_option(struct ft_words *words, const char *option, const char *value)
{
    if (!value)
        return;
    ft_words_add(words, option);
    ft_words_add(words, value);
}

static void
make_words(const struct ft_backup_form *form, const char *vm,
           struct ft_words *words)
{
    struct ft_backup_how how;

    read_how(form, &how);
    memset(words, 0, sizeof(*words));
    ft_words_add(words, "backup");
    ft_words_add(words, vm);
    add_option(words, "--output", how.output);
    add_option(words, "--incremental", how.incremental);
    add_option(words, "--nbd", how.nbd);
    add_option(words, "--tls", how.tls);
    if (how.no_freeze)
        ft_words_add(words, "--no-freeze");
}

/* False: it can be done so, as far as is known here. */
static bool
wrong(const struct ft_backup_form *form, char *out, size_t size)
{
    struct ft_backup_how how;

    for (int i = 0; i < FT_BACKUP_TEXTS; i++)
        if (*form->entries[i].text == '-' ||
            form->entries[i].length >= FT_WORD_SIZE) {
            snprintf(out, size,
                     "%s: what begins with - is given as ./-NAME, "
                     "and is not that long",
                     fields[i].label);
            return true;
        }
    read_how(form, &how);
    return ft_backup_how_wrong(&how, out, size);
}

/* ---- opening, keys ---- */

void
ft_backup_form_open(struct ft_console *console, const struct ft_deed *deed,
                    const json_t *row)
{
    struct ft_backup_form *form = &console->backup;

    memset(form, 0, sizeof(*form));
    form->deed = deed;
    snprintf(form->subject, sizeof(form->subject), "%s",
             ft_json_string(row, "uuid", ft_row_name(row)));
    snprintf(form->name, sizeof(form->name), "%s", ft_row_name(row));
    ft_entry_set(&form->entries[FT_BACKUP_TO], ".");
    form->freeze = true;
    console->overlay = FT_OVERLAY_BACKUP;
}

/* What was asked about may be another thing by now: then nothing is done. */
static bool
finish(struct ft_console *console, struct ft_words *words,
       struct ft_words *shown)
{
    const struct ft_backup_form *form = &console->backup;
    const json_t *row = ft_console_vm(console, form->subject);
    const char *why = "it is not there any more";
    char text[200];

    if (wrong(form, text, sizeof(text))) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s", text);
        return false;
    }
    console->overlay = FT_OVERLAY_NONE;
    if (!row || !form->deed->possible(row, &why)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s of %s: not now, %s",
                       form->deed->title, form->name, why);
        return false;
    }
    make_words(form, form->subject, words);
    make_words(form, form->name, shown);
    return true;
}

bool
ft_backup_form_key(struct ft_console *console, const struct ft_key *key,
                   struct ft_words *words, struct ft_words *shown)
{
    struct ft_backup_form *form = &console->backup;
    int last = FT_BACKUP_FIELDS - 1;

    switch (key->code) {
    case FT_KEY_ESC:
    case FT_KEY_CTRL('C'):
        console->overlay = FT_OVERLAY_NONE;
        ft_console_say(console, FT_SEVERITY_OK, "nothing was done");
        break;
    case FT_KEY_TAB:
    case FT_KEY_DOWN:
        form->field = (form->field + 1) % FT_BACKUP_FIELDS;
        break;
    case FT_KEY_BACK_TAB:
    case FT_KEY_UP:
        form->field = (form->field + last) % FT_BACKUP_FIELDS;
        break;
    case FT_KEY_ENTER:
        if (form->field == last)
            return finish(console, words, shown);
        form->field++;
        break;
    default:
        if (form->field == FT_BACKUP_FREEZE)
            form->freeze ^= key->code == ' ';
        else
            ft_entry_key(&form->entries[form->field], key);
        break;
    }
    return false;
}

/* ---- how it looks ---- */

static void
draw_field(const struct ft_backup_form *form, int field, struct ft_grid *grid,
           int y)
{
    int width = FT_MIN(30, grid->width - LABEL - 4);
    int x = grid->cursor_x, row = grid->cursor_y;

    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN, "%s", fields[field].label);
    ft_grid_print(grid, LABEL + 2, y, FT_LOOK_PLAIN, "[");
    ft_entry_draw(&form->entries[field], grid, LABEL + 3, y, width,
                  form->field == field ? FT_LOOK_FIELD_IN_USE : FT_LOOK_FIELD,
                  false);
    ft_grid_print(grid, LABEL + 3 + width, y, FT_LOOK_PLAIN, "]");
    ft_grid_print(grid, LABEL + 5 + width, y, FT_LOOK_HINT, "%s",
                  fields[field].note);
    if (form->field != field) { /* the cursor stands in the one in use */
        grid->cursor_x = x;
        grid->cursor_y = row;
    }
}

static void
draw_freeze(const struct ft_backup_form *form, struct ft_grid *grid, int y)
{
    if (form->field == FT_BACKUP_FREEZE) {
        ft_grid_select(grid, 1, y);
        grid->cursor_x = 2;
        grid->cursor_y = y;
    }
    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                  "[%s] freeze its file systems for that moment (Space)",
                  form->freeze ? "x" : " ");
}

static void
draw_command(const struct ft_backup_form *form, struct ft_grid *grid, int y)
{
    char text[1600], why[200];
    struct ft_words shown;

    make_words(form, form->name, &shown);
    ft_words_text(&shown, text, sizeof(text));
    if (wrong(form, why, sizeof(why)))
        ft_grid_name(grid, 1, y, grid->width - 2, FT_LOOK_WARN, why);
    else if (form->entries[FT_BACKUP_ADDRESS].length)
        ft_grid_print(grid, 1, y, FT_LOOK_HINT,
                      "It ends when nobody has read it for a minute.");
    ft_grid_print(grid, 1, y + 1, FT_LOOK_HINT, "$");
    ft_grid_name(grid, 3, y + 1, grid->width - 4, FT_LOOK_PLAIN, text);
}

/* Of the VM as it is now: its copy may have moved meanwhile. */
static void
means_of(const struct ft_console *console, char *out, size_t size)
{
    const struct ft_backup_form *form = &console->backup;
    const json_t *row = ft_console_vm(console, form->subject);

    if (row)
        form->deed->means(row, out, size);
    else
        snprintf(out, size, "It is not there any more.");
}

void
ft_backup_form_draw(struct ft_console *console, struct ft_grid *grid)
{
    const struct ft_backup_form *form = &console->backup;
    bool with_means = grid->height > 16;
    char title[300], text[512];
    int y;

    snprintf(title, sizeof(title), "%s %s", form->deed->title, form->name);
    y = ft_grid_room(grid, ROWS + (with_means ? MEANS_ROWS : 0), title);
    means_of(console, text, sizeof(text));
    if (with_means) {
        ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s", text);
        ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s", form->deed->worst);
    }
    for (int i = 0; i < FT_BACKUP_TEXTS; i++)
        draw_field(form, i, grid, y++);
    draw_freeze(form, grid, y++);
    draw_command(form, grid, y);
    ft_grid_print(grid, 1, grid->height - 1, FT_LOOK_PLAIN, "Enter %s%s",
                  form->field == FT_BACKUP_FREEZE ? "begins it" : "next",
                  grid->width >= 60 ? "   Tab field   Esc no"
                                    : "  Tab field  Esc no");
}

void
ft_backup_form_tell(const struct ft_console *console, char *out, size_t size)
{
    const struct ft_backup_form *form = &console->backup;
    char text[512];

    means_of(console, text, sizeof(text));
    snprintf(out, size, "%s %s?\n%s\n%s\nA point alone gives it up.\n",
             form->deed->title, form->name, text, form->deed->worst);
}

void
ft_backup_form_ask(const struct ft_backup_form *form, char *out, size_t size)
{
    const char *text =
        form->field < FT_BACKUP_TEXTS ? text_of(form, form->field) : NULL;

    if (form->field == FT_BACKUP_FREEZE)
        snprintf(out, size, "%s? yes or no begins it (Enter: yes): ",
                 fields[form->field].question);
    else
        snprintf(out, size, "%s, or - for none (Enter: %s): ",
                 fields[form->field].question, text ? text : "none");
}
