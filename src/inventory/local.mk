noinst_LIBRARIES += libftinventory.a
libftinventory_a_SOURCES =
