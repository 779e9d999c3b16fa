/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command to the guest's TPM, through the kernel's driver (/dev/tpm0). */
#ifndef FT_GUEST_TPM_H
#define FT_GUEST_TPM_H

#include <stddef.h>
#include <stdint.h>

#define TPM_BYTES_MAX 1024

/* Returns the length of the response, or -1: there is none, or no TPM. */
int tpm_command(const uint8_t *command, size_t size, uint8_t *response,
                size_t room);

#endif
