/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading JSON that came from a peer or a file: every access names a type and
 * bounds, and nothing is trusted. jansson does the parsing.
 *
 * Strings returned belong to the JSON value. Getters never fail loudly: they
 * return the default when the member is missing, of another type or out of
 * bounds, except the "need" forms, which say so in err.
 */
#ifndef FT_BASE_JSON_H
#define FT_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

const char *ft_json_string(const json_t *object, const char *key,
                           const char *fallback);
int64_t ft_json_int(const json_t *object, const char *key, int64_t min,
                    int64_t max, int64_t fallback);
int ft_json_bool(const json_t *object, const char *key, int fallback);

/*
 * The strings of an array with "; " between them, '?' for each byte that is not
 * printable ASCII; as much as fits. "" where there are none.
 */
void ft_json_join(const json_t *array, char *out, size_t size);

/* Copies a required string shorter than size. -EINVAL otherwise. */
int ft_json_need_string(const json_t *object, const char *key, char *out,
                        size_t size, struct ft_error *err);
int ft_json_need_int(const json_t *object, const char *key, int64_t min,
                     int64_t max, int64_t *out, struct ft_error *err);

/*
 * Parses text of size bytes as one JSON object of at most depth jansson
 * allows. *out is a new reference. -EINVAL with a text that names the place.
 */
int ft_json_parse(const char *text, size_t size, json_t **out,
                  struct ft_error *err);

/*
 * Text for people as a JSON string, a new reference or NULL (no memory). Where
 * it is no UTF-8 (cut short, or of another program), '?' stands for what is
 * not ASCII.
 */
json_t *ft_json_text(const char *text);

/*
 * What was measured, as a JSON number of few characters: whole when it is so,
 * or 1000 and more. A new reference; NULL for what is not finite.
 */
json_t *ft_json_figure(double value);

/* {"code":..,"text":..,"hint":..} of err, a new reference or NULL. */
json_t *ft_json_from_error(const struct ft_error *err);

/* Fills err from such an object; returns -code. */
int ft_json_to_error(const json_t *object, struct ft_error *err);

/* Reads a JSON file of at most limit bytes. */
int ft_json_load(const char *path, size_t limit, json_t **out,
                 struct ft_error *err);

/* Replaces a file by value, as ft_file_replace, with mode 0600. */
int ft_json_save(const char *path, const json_t *value);

#endif
