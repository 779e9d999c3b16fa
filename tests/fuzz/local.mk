# SPDX-License-Identifier: GPL-2.0-or-later
# Harnesses for every decoder. `make check` runs each over its corpus and
# mutations that are always the same; `make fuzz FUZZ_SECONDS=60` runs libFuzzer.
fuzz_programs = tests/fuzz/fuzz-frame tests/fuzz/fuzz-pages \
	tests/fuzz/fuzz-state tests/fuzz/fuzz-preamble tests/fuzz/fuzz-json \
	tests/fuzz/fuzz-nbd
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
fuzz_libs = libftdisk.a libftlink.a libftbase.a $(GNUTLS_LIBS) $(JANSSON_LIBS) $(LZ4_LIBS)
fuzz_common = tests/fuzz/driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz-frame.c $(fuzz_common)
tests_fuzz_fuzz_frame_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_pages_SOURCES = tests/fuzz/fuzz-pages.c $(fuzz_common)
tests_fuzz_fuzz_pages_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_state_SOURCES = tests/fuzz/fuzz-state.c $(fuzz_common)
tests_fuzz_fuzz_state_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_preamble_SOURCES = tests/fuzz/fuzz-preamble.c $(fuzz_common)
tests_fuzz_fuzz_preamble_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz-json.c $(fuzz_common)
tests_fuzz_fuzz_json_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_nbd_SOURCES = tests/fuzz/fuzz-nbd.c $(fuzz_common)
tests_fuzz_fuzz_nbd_LDADD = $(fuzz_libs)

# With all behind them: the standby's comparison, the witness's store.
fuzz_behind_programs = tests/fuzz/fuzz-verify tests/fuzz/fuzz-witness
check_PROGRAMS += $(fuzz_behind_programs)
TESTS += $(fuzz_behind_programs)
tests_fuzz_fuzz_verify_SOURCES = tests/fuzz/fuzz-verify.c $(fuzz_common)
tests_fuzz_fuzz_verify_LDADD = libftstandby.a libftqemu.a $(fuzz_libs) $(XXHASH_LIBS)
tests_fuzz_fuzz_witness_SOURCES = tests/fuzz/fuzz-witness.c $(fuzz_common)
tests_fuzz_fuzz_witness_LDADD = libftwitness.a $(fuzz_libs) $(SQLITE_LIBS)
EXTRA_DIST += tests/fuzz/README tests/fuzz/corpus tests/fuzz/make-corpus \
	tests/fuzz/run

.PHONY: fuzz
fuzz:
	$(top_srcdir)/tests/fuzz/run $(top_srcdir) $(builddir)

clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	rm -rf fuzz fuzz-*.crash

# Facts and domains, which ftadmin gets from hosts, plans and inventories from files.
fuzz_plan_programs = tests/fuzz/fuzz-facts tests/fuzz/fuzz-domain tests/fuzz/fuzz-plan \
	tests/fuzz/fuzz-record
check_PROGRAMS += $(fuzz_plan_programs)
TESTS += $(fuzz_plan_programs)
fuzz_plan_libs = libftplan.a libftallow.a libftinventory.a libftbase.a $(LIBXML_LIBS) \
	$(JANSSON_LIBS)
tests_fuzz_fuzz_facts_SOURCES = tests/fuzz/fuzz-facts.c $(fuzz_common)
tests_fuzz_fuzz_facts_LDADD = $(fuzz_plan_libs)
tests_fuzz_fuzz_plan_SOURCES = tests/fuzz/fuzz-plan.c $(fuzz_common)
tests_fuzz_fuzz_plan_LDADD = $(fuzz_plan_libs)
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz-record.c tests/fuzz/spoil.h $(fuzz_common)
tests_fuzz_fuzz_record_LDADD = libftprotect.a $(fuzz_plan_libs)
tests_fuzz_fuzz_domain_SOURCES = tests/fuzz/fuzz-domain.c $(fuzz_common)
tests_fuzz_fuzz_domain_LDADD = $(fuzz_plan_libs)

# A definition that a peer sends, and what is made of it.
check_PROGRAMS += tests/fuzz/fuzz-allow
TESTS += tests/fuzz/fuzz-allow
tests_fuzz_fuzz_allow_SOURCES = tests/fuzz/fuzz-allow.c $(fuzz_common)
tests_fuzz_fuzz_allow_LDADD = libftallow.a libftvirt.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS)

# What hosts tell besides, and what is kept of it; texts of QEMU, the kernel and ssh.
fuzz_told_programs = tests/fuzz/fuzz-told tests/fuzz/fuzz-text
check_PROGRAMS += $(fuzz_told_programs)
TESTS += $(fuzz_told_programs)
tests_fuzz_fuzz_told_SOURCES = tests/fuzz/fuzz-told.c $(fuzz_common)
tests_fuzz_fuzz_told_LDADD = libftdrift.a libftworker.a libftpair.a $(fuzz_plan_libs) -lm
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz-text.c \
	src/remote/ssh-config.c $(fuzz_common)
tests_fuzz_fuzz_text_LDADD = libftqemu.a libftvirt.a libftinventory.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(LIBNL_LIBS) $(JANSSON_LIBS) -lm

# What a daemon takes from its workers, its files and who watches.
check_PROGRAMS += tests/fuzz/fuzz-series
TESTS += tests/fuzz/fuzz-series
tests_fuzz_fuzz_series_SOURCES = tests/fuzz/fuzz-series.c \
	src/engine/open-metrics.c src/engine/watch-args.c $(fuzz_common)
tests_fuzz_fuzz_series_LDADD = libftpair.a libftbase.a $(JANSSON_LIBS)

# The console without a terminal; what hosts say may be in it.
check_PROGRAMS += tests/fuzz/fuzz-console
TESTS += tests/fuzz/fuzz-console
tests_fuzz_fuzz_console_SOURCES = tests/fuzz/fuzz-console.c tests/fuzz/spoil.h \
	$(fuzz_common)
tests_fuzz_fuzz_console_LDADD = libftuitui.a libftuitext.a libftuimodel.a \
	libftpair.a libftbase.a -lm $(NCURSES_LIBS) $(JANSSON_LIBS)

.PHONY: fuzz-console fuzz-long
fuzz-console:
	FUZZ_SECONDS=$${FUZZ_SECONDS:-60} $(top_srcdir)/tests/fuzz/run $(top_srcdir) \
		$(builddir) console
fuzz-long:
	FUZZ_SECONDS=600 $(top_srcdir)/tests/fuzz/run $(top_srcdir) $(builddir) console
