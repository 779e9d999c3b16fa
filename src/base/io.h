/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File descriptors and files: whole reads and writes, and files that are
 * either the old or the new version after a crash.
 *
 * All functions return 0 or -errno unless said otherwise, restart after
 * signals and are thread safe.
 */
#ifndef FT_BASE_IO_H
#define FT_BASE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads exactly size bytes; -EPIPE when the stream ends before. */
int ft_read_full(int fd, void *data, size_t size);

/* Writes exactly size bytes. */
int ft_write_full(int fd, const void *data, size_t size);

/* The same at an offset in bytes; -EIO when the file ends before. */
int ft_pread_full(int fd, void *data, size_t size, uint64_t offset);
int ft_pwrite_full(int fd, const void *data, size_t size, uint64_t offset);

/* fallocate(2), to its end; 0 or -errno, which says little of what was done. */
int ft_fallocate(int fd, int mode, uint64_t offset, uint64_t length);

/*
 * Reads a file of at most limit bytes into *text, which the caller frees and
 * which is followed by a NUL. -EFBIG when it is larger.
 */
int ft_file_read(const char *path, size_t limit, char **text, size_t *size);

/*
 * Replaces path by data in one step that survives a power cut: writes
 * path.new, fsync, rename, fsync of the folder. mode as in open(2).
 */
int ft_file_replace(const char *path, const void *data, size_t size,
                    mode_t mode);

/*
 * Makes a folder and its parents (as mkdir -p). The folder gets exactly this
 * mode, whatever the umask and also when it was there.
 */
int ft_make_folder(const char *path, mode_t mode);

/* Sets or clears O_NONBLOCK. */
int ft_set_nonblocking(int fd, int on);

#endif
