noinst_LIBRARIES += libftremote.a
libftremote_a_SOURCES =
