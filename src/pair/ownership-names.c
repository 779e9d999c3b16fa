/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/ownership.h"

#define NAME_1(name, ...) #name,
#define NAME_2(name, word, ...) word,

/* Makes "const char *function(type)" from a table. */
#define NAMES(function, type, table, column)                      \
    const char *function(type value)                              \
    {                                                             \
        static const char *const names[] = { table(column) };     \
                                                                  \
        return (unsigned)value < sizeof(names) / sizeof(names[0]) \
                   ? names[value]                                 \
                   : "?";                                         \
    }

NAMES(ft_vm_state_name, enum ft_vm_state, FT_VM_STATES, NAME_2)
NAMES(ft_ownership_event_name, enum ft_ownership_event_kind,
      FT_OWNERSHIP_EVENTS, NAME_1)
NAMES(ft_ownership_message_name, enum ft_ownership_message,
      FT_OWNERSHIP_MESSAGES, NAME_1)
NAMES(ft_ownership_action_name, enum ft_ownership_action_kind,
      FT_OWNERSHIP_ACTIONS, NAME_1)
NAMES(ft_ownership_phase_name, enum ft_ownership_phase, FT_OWNERSHIP_PHASES,
      NAME_1)
NAMES(ft_pair_state_name, enum ft_pair_state, FT_PAIR_STATES, NAME_2)
NAMES(ft_ownership_reason_text, enum ft_ownership_reason, FT_OWNERSHIP_REASONS,
      NAME_2)

const char *
ft_role_name(enum ft_role value)
{
    return value == FT_ROLE_PRIMARY   ? "primary"
           : value == FT_ROLE_STANDBY ? "standby"
                                      : "?";
}
