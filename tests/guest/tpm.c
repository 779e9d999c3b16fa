/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tpm.h"

#include <fcntl.h>
#include <unistd.h>

int
tpm_command(const uint8_t *command, size_t size, uint8_t *response, size_t room)
{
    int fd = open("/dev/tpm0", O_RDWR | O_CLOEXEC);
    ssize_t length = -1;

    if (fd >= 0 && write(fd, command, size) == (ssize_t)size)
        length = read(fd, response, room);
    if (fd >= 0)
        close(fd);
    return (int)length;
}
