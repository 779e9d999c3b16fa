/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ftengine metrics: the figures of this host's engine, for Prometheus and others. */
#ifndef FT_ENGINE_METRICS_H
#define FT_ENGINE_METRICS_H

#include <stdio.h>

#include "base/error.h"

/* Asks the daemon behind that socket and writes OpenMetrics text. Blocking. */
int ft_metrics_write(FILE *to, const char *socket, struct ft_error *err);

#endif
