noinst_LIBRARIES += libftplan.a
libftplan_a_SOURCES =
