/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key as the console knows it, whatever the terminal sent for it, and its
 * name for people. Pure.
 */
#ifndef FT_UI_TUI_KEY_H
#define FT_UI_TUI_KEY_H

#include <stddef.h>
#include <stdint.h>

/* Keys that are no character; beyond Unicode. Name here, name for people. */
#define FT_KEYS(X)       \
    X(NONE, "")          \
    X(UP, "Up")          \
    X(DOWN, "Down")      \
    X(LEFT, "Left")      \
    X(RIGHT, "Right")    \
    X(HOME, "Home")      \
    X(END, "End")        \
    X(PAGE_UP, "PgUp")   \
    X(PAGE_DOWN, "PgDn") \
    X(DELETE, "Del")     \
    X(BACK_TAB, "S-Tab") \
    X(F1, "F1")          \
    X(F2, "F2")          \
    X(F3, "F3")          \
    X(F4, "F4")          \
    X(F5, "F5")          \
    X(F6, "F6")          \
    X(F7, "F7")          \
    X(F8, "F8")          \
    X(F9, "F9")          \
    X(F10, "F10")        \
    X(PASTE, "paste")    \
    X(RESIZE, "resize")

#define FT_KEY_ENUM_(name, text) FT_KEY_##name,
enum ft_key_code {
    FT_KEY_BASE_ = 0x10ffff,
    FT_KEYS(FT_KEY_ENUM_) FT_KEY_LAST_
};
#undef FT_KEY_ENUM_

#define FT_KEY_CTRL(letter) ((letter)&0x1f)
#define FT_KEY_TAB 9
#define FT_KEY_ENTER 13
#define FT_KEY_ESC 27
#define FT_KEY_BACKSPACE 127

#define FT_PASTE_MAX 4096 /* bytes; the rest of a paste is dropped */

struct ft_key {
    uint32_t code;    /* a character of Unicode, or enum ft_key_code */
    const char *text; /* FT_KEY_PASTE: UTF-8, until the next key; else NULL */
};

/* "Enter", "^F", "j", "F10"; out needs 16 bytes. */
void ft_key_name(uint32_t code, char out[16]);

/* The code of such a name; FT_KEY_NONE when there is none. */
uint32_t ft_key_by_name(const char *name);

#endif
