# SPDX-License-Identifier: GPL-2.0-or-later
# ui/model
if HAVE_CMOCKA
model_tests = \
	tests/unit/model/test-copying \
	tests/unit/model/test-backup-how \
	tests/unit/model/test-discover \
	tests/unit/model/test-film \
	tests/unit/model/test-job-rows \
	tests/unit/model/test-left \
	tests/unit/model/test-live \
	tests/unit/model/test-maintenance \
	tests/unit/model/test-outcome \
	tests/unit/model/test-pace \
	tests/unit/model/test-pair-rows \
	tests/unit/model/test-parted \
	tests/unit/model/test-pick \
	tests/unit/model/test-rows \
	tests/unit/model/test-stored-pair \
	tests/unit/model/test-recent \
	tests/unit/model/test-silence \
	tests/unit/model/test-then \
	tests/unit/model/test-together \
	tests/unit/model/test-verdict \
	tests/unit/model/test-what-if \
	tests/unit/model/test-words
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
model_libs = libftuimodel.a libftpair.a libftinventory.a libftbase.a $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_model_test_copying_SOURCES = tests/unit/model/test-copying.c
tests_unit_model_test_copying_LDADD = $(model_libs)
tests_unit_model_test_backup_how_SOURCES = tests/unit/model/test-backup-how.c
tests_unit_model_test_backup_how_LDADD = $(model_libs)
tests_unit_model_test_discover_SOURCES = tests/unit/model/test-discover.c
tests_unit_model_test_discover_LDADD = $(model_libs)
tests_unit_model_test_outcome_SOURCES = tests/unit/model/test-outcome.c
tests_unit_model_test_outcome_LDADD = $(model_libs)
tests_unit_model_test_film_SOURCES = tests/unit/model/test-film.c \
	tests/unit/model/quoted.h
tests_unit_model_test_film_LDADD = $(model_libs)
tests_unit_model_test_job_rows_SOURCES = tests/unit/model/test-job-rows.c
tests_unit_model_test_job_rows_LDADD = $(model_libs)
tests_unit_model_test_left_SOURCES = tests/unit/model/test-left.c
tests_unit_model_test_left_LDADD = $(model_libs)
tests_unit_model_test_maintenance_SOURCES = tests/unit/model/test-maintenance.c \
	tests/unit/model/quoted.h
tests_unit_model_test_maintenance_LDADD = $(model_libs)
tests_unit_model_test_pace_SOURCES = tests/unit/model/test-pace.c
tests_unit_model_test_pace_LDADD = $(model_libs)
tests_unit_model_test_pair_rows_SOURCES = tests/unit/model/test-pair-rows.c
tests_unit_model_test_pair_rows_LDADD = $(model_libs)
tests_unit_model_test_rows_SOURCES = tests/unit/model/test-rows.c
tests_unit_model_test_rows_LDADD = $(model_libs)
tests_unit_model_test_stored_pair_SOURCES = tests/unit/model/test-stored-pair.c
tests_unit_model_test_stored_pair_LDADD = $(model_libs)
tests_unit_model_test_silence_SOURCES = tests/unit/model/test-silence.c
tests_unit_model_test_silence_LDADD = $(model_libs)
tests_unit_model_test_recent_SOURCES = tests/unit/model/test-recent.c
tests_unit_model_test_recent_LDADD = $(model_libs)
tests_unit_model_test_together_SOURCES = tests/unit/model/test-together.c
tests_unit_model_test_together_LDADD = $(model_libs)
tests_unit_model_test_words_SOURCES = tests/unit/model/test-words.c
tests_unit_model_test_words_LDADD = $(model_libs)
tests_unit_model_test_live_SOURCES = tests/unit/model/test-live.c
tests_unit_model_test_live_LDADD = $(model_libs)
tests_unit_model_test_parted_SOURCES = tests/unit/model/test-parted.c
tests_unit_model_test_parted_LDADD = $(model_libs)
tests_unit_model_test_pick_SOURCES = tests/unit/model/test-pick.c
tests_unit_model_test_pick_LDADD = $(model_libs)
tests_unit_model_test_then_SOURCES = tests/unit/model/test-then.c \
	tests/unit/model/quoted.h
tests_unit_model_test_then_LDADD = $(model_libs)
tests_unit_model_test_verdict_SOURCES = tests/unit/model/test-verdict.c
tests_unit_model_test_verdict_LDADD = $(model_libs)
tests_unit_model_test_what_if_SOURCES = tests/unit/model/test-what-if.c
tests_unit_model_test_what_if_LDADD = $(model_libs)
endif
