/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/options.h"

const struct ft_option ft_global_options[] = {
    { "json", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, json), 0,
      0, "print one JSON document (it has a schema number)" },
    { "plain", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, plain),
      0, 0, "print tab-separated lines without header" },
    { "db", 0, FT_OPTION_TEXT, "FILE", offsetof(struct ft_cli_options, db), 0,
      0, "topology database instead of the user's own" },
    { "config", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, config), 0, 0,
      "ftadmin.conf(5) instead of the user's own" },
    { "yes", 'y', FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, yes), 0,
      0, "answer every confirmation with yes" },
    { "accept-new-host-keys", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, accept_new_host_keys), 0, 0,
      "trust the SSH key of a host seen for the first time" },
    { "timeout", 0, FT_OPTION_INTEGER, "SECONDS",
      offsetof(struct ft_cli_options, timeout_s), 1, 3600,
      "patience with a host for a connection and for an answer" },
    { "identity", 'i', FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, identity), 0, 0,
      "SSH key file to try first" },
    { "password-file", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, password_file), 0, 0,
      "read the SSH password from FILE (/dev/fd/N works)" },
    { "verbose", 'v', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, verbose), 0, 0,
      "say more on standard error" },
    { "version", 'V', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, version), 0, 0, "print the version" },
    { "help", 'h', FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, help),
      0, 0, "print help" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};
