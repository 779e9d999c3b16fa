/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by guest-freeze.c and guest-freeze-main.c. Lines, by their first word:
 * "frozen COUNT UNTIL", "unfrozen WHY", "thawed", "still WHY"; UNTIL is of the
 * monotonic clock, in ns.
 */
#ifndef FT_VIRT_GUEST_FREEZE_PRIVATE_H
#define FT_VIRT_GUEST_FREEZE_PRIVATE_H

#define FREEZE_FD 3
#define FREEZE_MARK "frozen"
#define FREEZE_LINE_MAX 300

#endif
