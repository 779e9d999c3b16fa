/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/metrics.h"

#include "base/cleanup.h"
#include "engine/control-client.h"
#include "engine/open-metrics.h"

#define WAIT_MS 5000

int
ft_metrics_write(FILE *to, const char *socket, struct ft_error *err)
{
    FT_AUTOJSON json_t *status = NULL;
    struct ft_control_client client;
    int rc = ft_control_client_open(&client, socket, WAIT_MS, err);

    if (!rc) {
        rc = ft_control_client_ask(&client, "status", NULL, &status, err);
        ft_control_client_close(&client);
    }
    if (!rc)
        ft_open_metrics(to, status);
    return rc;
}
