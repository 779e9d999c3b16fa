/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/plug-marks.h"

enum ft_plug_order
ft_plug_marks_set(struct ft_plug_marks *marks)
{
    marks->last++;
    if (marks->open || marks->covering)
        return FT_PLUG_NOTHING;
    marks->covering = marks->last;
    return FT_PLUG_BUFFER;
}

enum ft_plug_order
ft_plug_marks_release(struct ft_plug_marks *marks, uint64_t mark)
{
    if (!marks->covering || mark < marks->covering)
        return FT_PLUG_NOTHING;
    marks->covering = 0;
    return FT_PLUG_RELEASE_ONE;
}

enum ft_plug_order
ft_plug_marks_open(struct ft_plug_marks *marks, bool open)
{
    if (marks->open == open)
        return FT_PLUG_NOTHING;
    marks->open = open;
    marks->covering = 0;
    return open ? FT_PLUG_RELEASE_ALL : FT_PLUG_FRESH;
}

enum ft_plug_order
ft_plug_marks_replaced(struct ft_plug_marks *marks)
{
    marks->covering = 0;
    return marks->open ? FT_PLUG_RELEASE_ALL : FT_PLUG_NOTHING;
}
