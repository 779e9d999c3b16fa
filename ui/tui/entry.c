/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/entry.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/text/text.h"

static bool
is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t
before(const struct ft_entry *entry, size_t at)
{
    while (at && is_continuation(entry->text[--at]))
        ;
    return at;
}

static size_t
after(const struct ft_entry *entry, size_t at)
{
    if (at < entry->length)
        at++;
    while (at < entry->length && is_continuation(entry->text[at]))
        at++;
    return at;
}

static void
cut(struct ft_entry *entry, size_t from, size_t to)
{
    memmove(entry->text + from, entry->text + to, entry->length - to + 1);
    entry->length -= to - from;
    entry->cursor = from;
}

static void
insert(struct ft_entry *entry, const char *text)
{
    size_t size = strlen(text);

    if (entry->length + size >= sizeof(entry->text))
        return;
    memmove(entry->text + entry->cursor + size, entry->text + entry->cursor,
            entry->length - entry->cursor + 1);
    memcpy(entry->text + entry->cursor, text, size);
    entry->length += size;
    entry->cursor += size;
}

static size_t
word_before(const struct ft_entry *entry)
{
    size_t at = entry->cursor;

    while (at && entry->text[at - 1] == ' ')
        at--;
    while (at && entry->text[at - 1] != ' ')
        at--;
    return at;
}

void
ft_entry_set(struct ft_entry *entry, const char *text)
{
    entry->length = entry->cursor = 0;
    entry->text[0] = '\0';
    insert(entry, text);
}

static bool
edit(struct ft_entry *entry, uint32_t code)
{
    switch (code) {
    case FT_KEY_LEFT:
    case FT_KEY_CTRL('B'):
        entry->cursor = before(entry, entry->cursor);
        return true;
    case FT_KEY_RIGHT:
    case FT_KEY_CTRL('F'):
        entry->cursor = after(entry, entry->cursor);
        return true;
    case FT_KEY_HOME:
    case FT_KEY_CTRL('A'):
        entry->cursor = 0;
        return true;
    case FT_KEY_END:
    case FT_KEY_CTRL('E'):
        entry->cursor = entry->length;
        return true;
    case FT_KEY_BACKSPACE:
        cut(entry, before(entry, entry->cursor), entry->cursor);
        return true;
    case FT_KEY_DELETE:
    case FT_KEY_CTRL('D'):
        cut(entry, entry->cursor, after(entry, entry->cursor));
        return true;
    case FT_KEY_CTRL('W'):
        cut(entry, word_before(entry), entry->cursor);
        return true;
    case FT_KEY_CTRL('U'):
        cut(entry, 0, entry->cursor);
        return true;
    case FT_KEY_CTRL('K'):
        cut(entry, entry->cursor, entry->length);
        return true;
    default:
        return false;
    }
}

bool
ft_entry_key(struct ft_entry *entry, const struct ft_key *key)
{
    char text[16];

    if (key->code == FT_KEY_PASTE) {
        if (!entry->typed_only)
            insert(entry, key->text);
        return true;
    }
    if (edit(entry, key->code))
        return true;
    if (key->code < ' ' || key->code >= FT_KEY_BASE_)
        return false;
    if (key->code == ' ') {
        insert(entry, " ");
        return true;
    }
    ft_key_name(key->code, text);
    insert(entry, text);
    return true;
}

void
ft_entry_draw(const struct ft_entry *entry, struct ft_grid *grid, int x, int y,
              int width, enum ft_look look, bool hidden)
{
    char head[FT_ENTRY_MAX];
    const char *shown = hidden ? "" : entry->text;
    size_t skip = 0;
    int left;

    snprintf(head, sizeof(head), "%.*s", hidden ? 0 : (int)entry->cursor,
             entry->text);
    while ((left = (int)ft_text_width(head + skip)) >= width)
        skip = after(entry, skip);
    ft_grid_fill(grid, x, y, width, look, " ");
    ft_grid_text(grid, x, y, width, look, shown + skip);
    grid->cursor_x = FT_MIN(x + left, grid->width - 1);
    grid->cursor_y = y;
}

void
ft_entry_wipe(struct ft_entry *entry)
{
    explicit_bzero(entry->text, sizeof(entry->text));
    entry->length = entry->cursor = 0;
}
