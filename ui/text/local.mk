# SPDX-License-Identifier: GPL-2.0-or-later
# Tables, records and text for a terminal.
noinst_LIBRARIES += libftuitext.a
libftuitext_a_SOURCES = \
	ui/text/bar.c ui/text/bar.h \
	ui/text/film.c ui/text/film.h \
	ui/text/glyph.c ui/text/glyph.h \
	ui/text/table.c ui/text/table.h \
	ui/text/text.c ui/text/text.h
