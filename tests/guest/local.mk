# SPDX-License-Identifier: GPL-2.0-or-later
# The ledger's client, checker and clock run on the administrator's machine of the lab. The ledger
# itself runs in the guest: tests/guest/build compiles it statically and packs it into the
# guest's initramfs.
check_PROGRAMS += \
	tests/guest/ledger-check \
	tests/guest/ledger-client \
	tests/guest/ledger-clock

tests_guest_ledger_client_SOURCES = \
	tests/guest/answers.c tests/guest/answers.h \
	tests/guest/client.c \
	tests/guest/record.h

tests_guest_ledger_check_SOURCES = \
	tests/guest/answers.c tests/guest/answers.h \
	tests/guest/check.c \
	tests/guest/fetch.c tests/guest/fetch.h \
	tests/guest/history.c tests/guest/history.h \
	tests/guest/record.h

tests_guest_ledger_clock_SOURCES = \
	tests/guest/answers.c tests/guest/answers.h \
	tests/guest/clock.c \
	tests/guest/fetch.c tests/guest/fetch.h \
	tests/guest/record.h

EXTRA_DIST += \
	tests/guest/README \
	tests/guest/agent.c \
	tests/guest/build \
	tests/guest/guest.sh \
	tests/guest/chrony.conf \
	tests/guest/clocks.c tests/guest/clocks.h \
	tests/guest/init \
	tests/guest/ledger.c \
	tests/guest/log.c tests/guest/log.h \
	tests/guest/memory.c tests/guest/memory.h \
	tests/guest/scribble.c tests/guest/scribble.h \
	tests/guest/tpm.c tests/guest/tpm.h
