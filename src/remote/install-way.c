/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/install-way.h"

#include <string.h>

bool
ft_install_packaged(const struct ft_install_state *state, const char *version)
{
    static const char name[] = "ftengine ";
    size_t size = sizeof(name) - 1;

    return strncmp(state->packaged, name, size) == 0 &&
           strcmp(state->packaged + size, version) == 0;
}

enum ft_install_way
ft_install_way(const struct ft_install_state *state, const char *version)
{
    bool runs = state->running && !state->stale;

    if (ft_install_packaged(state, version))
        return runs && !state->uploaded ? FT_INSTALL_NOTHING
                                        : FT_INSTALL_PACKAGE;
    if (!state->current)
        return FT_INSTALL_UPLOAD;
    return runs ? FT_INSTALL_NOTHING : FT_INSTALL_START;
}

bool
ft_install_any(const struct ft_install_state *state)
{
    return state->uploaded || *state->packaged != '\0';
}
