noinst_LIBRARIES += libftprotect.a
libftprotect_a_SOURCES =
