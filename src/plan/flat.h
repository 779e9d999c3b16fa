/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of an image that is more than what its guest sees. */
#ifndef FT_PLAN_FLAT_H
#define FT_PLAN_FLAT_H

#include "plan/findings.h"

#define FT_WHY_FLAT                                                           \
    "The copy is one flat raw image: from a takeover on the VM runs without " \
    "its chain and its internal snapshots, and can be reverted to none."
#define FT_DO_FLAT                                                             \
    "Nothing, where they are not needed: the images here are kept. Otherwise " \
    "settle it before: virsh blockpull, virsh snapshot-delete."

#endif
