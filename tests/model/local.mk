# SPDX-License-Identifier: GPL-2.0-or-later
# every way that the ownership of a pair can go, within bounds; `make
# explore-nightly` has wider ones
check_PROGRAMS += tests/model/explore
TESTS += tests/model/explore
tests_model_explore_SOURCES = tests/model/explore.c tests/model/model.h \
	tests/model/model-apply.c tests/model/model-calm.c tests/model/model-canon.c \
	tests/model/model-data.c tests/model/model-moves.c \
	tests/model/model-net.c tests/model/model-search.c \
	tests/model/model-table.c tests/model/model-world.c
tests_model_explore_LDADD = libftpair.a
.PHONY: explore-nightly
explore-nightly: tests/model/explore$(EXEEXT)
	tests/model/explore --nightly
EXTRA_DIST += tests/model/README
