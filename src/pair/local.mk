noinst_LIBRARIES += libftpair.a
libftpair_a_SOURCES = \
	src/pair/histogram.h \
	src/pair/ownership.h \
	src/pair/trigger.h
