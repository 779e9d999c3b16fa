# sources and tests of this folder

# db/ and ui/
if HAVE_CMOCKA
db_ui_tests = tests/unit/test-store tests/unit/test-store-full \
	tests/unit/test-model tests/unit/test-cli-parse \
	tests/unit/test-cli-status
check_PROGRAMS += $(db_ui_tests)
TESTS += $(db_ui_tests)
db_libs = libftdb.a libftbase.a $(SQLITE_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
ui_libs = libftui.a libftdb.a libftprotect.a libftremote.a libftplan.a \
	libftinventory.a libftbase.a $(LIBSSH_LIBS) $(SQLITE_LIBS) \
	$(JANSSON_LIBS) $(LIBXML_LIBS) $(LIBVIRT_LIBS) $(CMOCKA_LIBS)
tests_unit_test_store_SOURCES = tests/unit/test-store.c
tests_unit_test_store_LDADD = $(db_libs)
tests_unit_test_store_full_SOURCES = tests/unit/test-store-full.c
tests_unit_test_store_full_LDADD = $(db_libs)
tests_unit_test_model_SOURCES = tests/unit/test-model.c
tests_unit_test_model_LDADD = libftui.a libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_cli_parse_SOURCES = tests/unit/test-cli-parse.c
tests_unit_test_cli_parse_LDADD = $(ui_libs)
tests_unit_test_cli_status_SOURCES = tests/unit/test-cli-status.c
tests_unit_test_cli_status_LDADD = libftui.a libftbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
