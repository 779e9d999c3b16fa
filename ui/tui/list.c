/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void
select_at(struct ft_list *list, ft_list_identity identity, const void *data,
          size_t index)
{
    list->position = index;
    snprintf(list->selected, sizeof(list->selected), "%s",
             identity(data, index));
}

/* count when it is not there. */
static size_t
find(ft_list_identity identity, const void *data, size_t count,
     const char *wanted, size_t hint)
{
    if (hint < count && !strcmp(identity(data, hint), wanted))
        return hint;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(identity(data, i), wanted))
            return i;
    return count;
}

static void
drop_marks(struct ft_list *list, ft_list_identity identity, const void *data,
           size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->mark_count; i++)
        if (find(identity, data, count, list->marks[i], count) < count)
            memmove(list->marks[kept++], list->marks[i], FT_IDENTITY);
    list->mark_count = kept;
}

static void
scroll(struct ft_list *list, size_t count, size_t shown)
{
    if (list->position < list->top)
        list->top = list->position;
    if (shown && list->position >= list->top + shown)
        list->top = list->position - shown + 1;
    if (list->top + shown > count)
        list->top = count > shown ? count - shown : 0;
}

void
ft_list_follow(struct ft_list *list, ft_list_identity identity,
               const void *data, size_t count, size_t shown)
{
    size_t at;

    list->lost = false;
    drop_marks(list, identity, data, count);
    if (!count) {
        list->top = 0;
        return;
    }
    at = find(identity, data, count, list->selected, list->position);
    if (at == count) {
        list->lost = *list->selected != '\0';
        at = FT_MIN(list->position, count - 1);
    }
    select_at(list, identity, data, at);
    scroll(list, count, shown);
}

void
ft_list_move(struct ft_list *list, ft_list_identity identity, const void *data,
             size_t count, long by)
{
    size_t at = list->position;

    if (!count)
        return;
    at = FT_MIN(at, count - 1);
    if (by < 0)
        at -= FT_MIN((size_t)-by, at);
    else
        at += FT_MIN((size_t)by, count - 1 - at);
    select_at(list, identity, data, at);
}

static size_t
mark_of(const struct ft_list *list, const char *identity)
{
    size_t i = 0;

    while (i < list->mark_count && strcmp(list->marks[i], identity) != 0)
        i++;
    return i;
}

bool
ft_list_marked(const struct ft_list *list, const char *identity)
{
    return mark_of(list, identity) < list->mark_count;
}

bool
ft_list_toggle(struct ft_list *list, const char *identity)
{
    size_t at = mark_of(list, identity);

    if (at < list->mark_count) {
        memmove(list->marks[at], list->marks[at + 1],
                (list->mark_count - at - 1) * FT_IDENTITY);
        list->mark_count--;
        return true;
    }
    if (!list->marks)
        list->marks = malloc((size_t)(FT_MARKS_MAX + 1) * FT_IDENTITY);
    if (!list->marks || list->mark_count == FT_MARKS_MAX)
        return false;
    snprintf(list->marks[list->mark_count++], FT_IDENTITY, "%s", identity);
    return true;
}

void
ft_list_unmark(struct ft_list *list)
{
    list->mark_count = 0;
}

void
ft_list_close(struct ft_list *list)
{
    free(list->marks);
    memset(list, 0, sizeof(*list));
}
