noinst_LIBRARIES += libftpair.a
libftpair_a_SOURCES =
