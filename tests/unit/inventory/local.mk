# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
inventory_tests = tests/unit/inventory/test-backing \
	tests/unit/inventory/test-flushes \
	tests/unit/inventory/test-inventory \
	tests/unit/inventory/test-ovs \
	tests/unit/inventory/test-look tests/unit/inventory/test-probe
check_PROGRAMS += $(inventory_tests)
TESTS += $(inventory_tests)
tests_unit_inventory_test_backing_SOURCES = \
	tests/unit/inventory/test-backing.c tests/unit/scratch.h
tests_unit_inventory_test_backing_LDADD = libftinventory.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(LIBNL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_inventory_test_flushes_SOURCES = \
	tests/unit/inventory/test-flushes.c tests/unit/scratch.h
tests_unit_inventory_test_flushes_LDADD = libftinventory.a libftbase.a \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_inventory_test_inventory_SOURCES = \
	tests/unit/inventory/test-inventory.c tests/unit/inventory-fixture.h
tests_unit_inventory_test_inventory_LDADD = libftplan.a libftallow.a libftinventory.a \
	libftbase.a $(LIBXML_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_inventory_test_look_SOURCES = tests/unit/inventory/test-look.c
tests_unit_inventory_test_look_LDADD = libftinventory.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(LIBNL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_inventory_test_ovs_SOURCES = tests/unit/inventory/test-ovs.c \
	tests/unit/inventory-fixture.h tests/unit/scratch.h
tests_unit_inventory_test_ovs_LDADD = libftinventory.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(LIBNL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_inventory_test_probe_SOURCES = tests/unit/inventory/test-probe.c
tests_unit_inventory_test_probe_LDADD = libftinventory.a libftbase.a \
	$(LIBVIRT_LIBS) $(LIBXML_LIBS) $(LIBNL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
endif
