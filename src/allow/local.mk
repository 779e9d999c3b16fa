# SPDX-License-Identifier: GPL-2.0-or-later
# What a definition from another host may say: pure functions over its XML.
noinst_LIBRARIES += libftallow.a
libftallow_a_SOURCES = \
	src/allow/allow-private.h \
	src/allow/allow.c src/allow/allow.h \
	src/allow/device-rules.h \
	src/allow/files.c \
	src/allow/rules.h \
	src/allow/values.c
