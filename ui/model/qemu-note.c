/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/qemu-note.h"

#include <stdio.h>

#include "base/json.h"

bool
ft_qemu_note(const json_t *row, char *out, size_t size)
{
    const json_t *qemu = json_object_get(row, "qemu");

    if (!ft_json_bool(qemu, "older", 0))
        return false;
    snprintf(out, size,
             "runs QEMU %.31s, %.64s has %.31s: a restart or a switchover to an "
             "upgraded host moves it",
             ft_json_string(qemu, "runs", "?"),
             ft_json_string(row, "primary", "its host"),
             ft_json_string(qemu, "installed", "?"));
    return true;
}
