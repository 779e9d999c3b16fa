noinst_LIBRARIES += libftvirt.a
libftvirt_a_SOURCES =
