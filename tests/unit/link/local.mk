# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
link_tests = tests/unit/link/test-crowd tests/unit/link/test-tls tests/unit/link/test-frame \
	tests/unit/link/test-link tests/unit/link/test-page-codec \
	tests/unit/link/test-page-hash \
	tests/unit/link/test-state-delta tests/unit/link/test-trips
check_PROGRAMS += $(link_tests)
TESTS += $(link_tests)
link_libs = libftlink.a libftbase.a $(GNUTLS_LIBS) $(JANSSON_LIBS) \
	$(LZ4_LIBS) $(CMOCKA_LIBS)
tests_unit_link_test_crowd_SOURCES = tests/unit/link/test-crowd.c
tests_unit_link_test_crowd_LDADD = $(link_libs)
tests_unit_link_test_trips_SOURCES = tests/unit/link/test-trips.c
tests_unit_link_test_trips_LDADD = $(link_libs)
tests_unit_link_test_tls_SOURCES = tests/unit/link/test-tls.c \
	tests/unit/wire.h
tests_unit_link_test_tls_LDADD = $(link_libs)
tests_unit_link_test_frame_SOURCES = tests/unit/link/test-frame.c \
	tests/unit/wire.h
tests_unit_link_test_frame_LDADD = $(link_libs)
tests_unit_link_test_link_SOURCES = tests/unit/link/test-link.c \
	tests/unit/wire.h
tests_unit_link_test_link_LDADD = $(link_libs)
tests_unit_link_test_page_codec_SOURCES = tests/unit/link/test-page-codec.c \
	tests/unit/wire.h
tests_unit_link_test_page_codec_LDADD = $(link_libs)
tests_unit_link_test_page_hash_SOURCES = tests/unit/link/test-page-hash.c \
	tests/unit/wire.h
tests_unit_link_test_page_hash_LDADD = $(link_libs)
tests_unit_link_test_state_delta_SOURCES = tests/unit/link/test-state-delta.c \
	tests/unit/wire.h
tests_unit_link_test_state_delta_LDADD = $(link_libs)
endif
