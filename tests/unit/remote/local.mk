# SPDX-License-Identifier: GPL-2.0-or-later
if HAVE_CMOCKA
remote_tests = tests/unit/remote/test-ssh tests/unit/remote/test-control \
	tests/unit/remote/test-again \
	tests/unit/remote/test-install-way \
	tests/unit/remote/test-hub tests/unit/remote/test-libraries \
	tests/unit/remote/test-login \
	tests/unit/remote/test-pulse \
	tests/unit/remote/test-reach tests/unit/remote/test-ssh-config \
	tests/unit/remote/test-sweep
check_PROGRAMS += $(remote_tests) tests/unit/remote/fake-engine
TESTS += $(remote_tests)
remote_libs = libftprotect.a libftremote.a libftplan.a libftallow.a libftinventory.a \
	libftbase.a $(LIBSSH_LIBS) $(GNUTLS_LIBS) $(LIBXML_LIBS) $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_remote_test_ssh_SOURCES = tests/unit/remote/test-ssh.c \
	tests/unit/remote/sshd-fixture.c tests/unit/remote/sshd-fixture.h
tests_unit_remote_test_ssh_LDADD = $(remote_libs)
tests_unit_remote_test_again_SOURCES = tests/unit/remote/test-again.c \
	tests/unit/remote/sshd-fixture.c tests/unit/remote/sshd-fixture.h
tests_unit_remote_test_again_LDADD = $(remote_libs)
tests_unit_remote_test_control_SOURCES = tests/unit/remote/test-control.c \
	tests/unit/remote/sshd-fixture.c tests/unit/remote/sshd-fixture.h
tests_unit_remote_test_control_LDADD = $(remote_libs)
tests_unit_remote_test_hub_SOURCES = tests/unit/remote/test-hub.c \
	tests/unit/remote/sshd-fixture.c tests/unit/remote/sshd-fixture.h
tests_unit_remote_test_hub_LDADD = $(remote_libs)
tests_unit_remote_test_login_SOURCES = tests/unit/remote/test-login.c \
	tests/unit/remote/sshd-fixture.c tests/unit/remote/sshd-fixture.h
tests_unit_remote_test_login_LDADD = $(remote_libs)
tests_unit_remote_test_pulse_SOURCES = tests/unit/remote/test-pulse.c
tests_unit_remote_test_pulse_LDADD = $(remote_libs)
tests_unit_remote_test_reach_SOURCES = tests/unit/remote/test-reach.c
tests_unit_remote_test_reach_LDADD = $(remote_libs)
tests_unit_remote_test_ssh_config_SOURCES = tests/unit/remote/test-ssh-config.c
tests_unit_remote_test_ssh_config_LDADD = $(remote_libs)
tests_unit_remote_test_sweep_SOURCES = tests/unit/remote/test-sweep.c
tests_unit_remote_test_sweep_LDADD = $(remote_libs)
tests_unit_remote_test_install_way_SOURCES = tests/unit/remote/test-install-way.c
tests_unit_remote_test_install_way_LDADD = $(remote_libs)
tests_unit_remote_test_libraries_SOURCES = tests/unit/remote/test-libraries.c
tests_unit_remote_test_libraries_LDADD = libftremote.a libftbase.a $(CMOCKA_LIBS)
# the far end of test-hub: an engine that can be told to misbehave
tests_unit_remote_fake_engine_SOURCES = tests/unit/remote/fake-engine.c
tests_unit_remote_fake_engine_LDADD = libftbase.a $(JANSSON_LIBS)
endif
