/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/qemu-fit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define NUMBERS 3
#define NUMBER_MAX 999

/* "7.2.22" or "10.0". */
static bool
parse(const char *text, int numbers[NUMBERS])
{
    size_t n = 0;

    memset(numbers, 0, NUMBERS * sizeof(*numbers));
    for (; n < NUMBERS; n++) {
        char *end;
        long value;

        if (!isdigit((unsigned char)*text))
            return false;
        value = strtol(text, &end, 10);
        if (value > NUMBER_MAX)
            return false;
        numbers[n] = (int)value;
        if (*end == '\0')
            return n > 0;
        if (*end != '.')
            return false;
        text = end + 1;
    }
    return false;
}

enum ft_qemu_age
ft_qemu_age(const char *runs, const char *there)
{
    int a[NUMBERS], b[NUMBERS];

    if (!parse(runs, a) || !parse(there, b))
        return FT_QEMU_UNKNOWN;
    for (size_t i = 0; i < NUMBERS; i++)
        if (a[i] != b[i])
            return b[i] < a[i]       ? FT_QEMU_OLDER
                   : i < NUMBERS - 1 ? FT_QEMU_NEWER
                                     : FT_QEMU_UPDATED;
    return FT_QEMU_SAME;
}

bool
ft_qemu_machine_is_versioned(const char *machine)
{
    static const char *const families[] = { "pc-i440fx-", "pc-q35-" };

    for (size_t i = 0; i < FT_ARRAY_SIZE(families); i++) {
        size_t n = strlen(families[i]);

        if (strncmp(machine, families[i], n) == 0 && machine[n] != '\0')
            return true;
    }
    return false;
}

#define WHY_ONE_WAY \
    "QEMU takes a VM over from an older QEMU, never from a newer one."

struct ft_qemu_fit
ft_qemu_fit(const char *runs, const char *there, const char *machine)
{
    enum ft_qemu_age age = ft_qemu_age(runs, there);

    if ((age == FT_QEMU_UPDATED || age == FT_QEMU_NEWER) &&
        !ft_qemu_machine_is_versioned(machine))
        return (struct ft_qemu_fit){
            age, FT_FAIL,
            "A machine type without a version is another one in each QEMU.",
            "Give the VM one with a version (virsh edit, <type machine='pc-q35-7.2'>) "
            "and restart it, or install the same QEMU on both hosts."
        };
    switch (age) {
    case FT_QEMU_SAME:
        return (struct ft_qemu_fit){ age, FT_PASS, "", "" };
    case FT_QEMU_UPDATED:
        return (struct ft_qemu_fit){ age, FT_PASS, WHY_ONE_WAY, "" };
    case FT_QEMU_NEWER:
        return (struct ft_qemu_fit){
            age, FT_WARN,
            WHY_ONE_WAY " A takeover moves the VM onto the newer one.",
            "Upgrade QEMU on the VM's host, too, or the VM is alone after a "
            "takeover; and try it before it counts: ftadmin rehearse."
        };
    case FT_QEMU_OLDER:
        return (struct ft_qemu_fit){
            age, FT_FAIL, WHY_ONE_WAY,
            "Upgrade QEMU there to the version that the VM runs, or a later one; "
            "it is protected by itself then."
        };
    default:
        return (struct ft_qemu_fit){
            FT_QEMU_UNKNOWN, FT_UNKNOWN, WHY_ONE_WAY,
            "See that QEMU answers there: qemu-system-x86_64 --version."
        };
    }
}
