# SPDX-License-Identifier: GPL-2.0-or-later
# SSH, the control channel and the engine's installation (libssh).
noinst_LIBRARIES += libftremote.a
libftremote_a_SOURCES = \
	src/remote/again.c src/remote/again.h \
	src/remote/control.c src/remote/control.h \
	src/remote/hub.c src/remote/hub.h \
	src/remote/hub-dial.c \
	src/remote/hub-host.c \
	src/remote/hub-line.c \
	src/remote/hub-private.h \
	src/remote/hub-pulse.c \
	src/remote/hub-queue.c \
	src/remote/hub-request.c \
	src/remote/hub-show.c \
	src/remote/hub-wait.c \
	src/remote/install.c src/remote/install.h \
	src/remote/install-borrow.c \
	src/remote/install-commands.h \
	src/remote/install-private.h \
	src/remote/install-way.c src/remote/install-way.h \
	src/remote/libraries.c src/remote/libraries.h \
	src/remote/reach.c src/remote/reach.h \
	src/remote/secret.c src/remote/secret.h \
	src/remote/ssh-auth.c \
	src/remote/ssh-command.c \
	src/remote/ssh-must.c \
	src/remote/ssh-config.c src/remote/ssh-config.h \
	src/remote/ssh-dial.c \
	src/remote/ssh-hostkey.c \
	src/remote/ssh-join.c src/remote/ssh-join.h \
	src/remote/ssh-openssh.c \
	src/remote/ssh-private.h \
	src/remote/ssh-sudo.c \
	src/remote/ssh-upload.c \
	src/remote/ssh.c src/remote/ssh.h \
	src/remote/sweep.c src/remote/sweep.h
nodist_libftremote_a_SOURCES = src/remote/install-scripts.h

remote_scripts = scripts/systemd/ftengine.service.in \
	scripts/systemd/ftengine-drain.service.in scripts/init.d/ftengine.in \
	scripts/libvirt-hook/ftadmin
EXTRA_DIST += scripts/embed-text $(remote_scripts)

# as they are on a host that ftadmin has put the engine on
src/remote/install-scripts.h: $(srcdir)/scripts/embed-text $(remote_scripts)
	@$(MKDIR_P) src/remote
	$(AM_V_GEN)cd $(srcdir) && sh scripts/embed-text \
		unit_text scripts/systemd/ftengine.service.in \
		drain_unit_text scripts/systemd/ftengine-drain.service.in \
		init_text scripts/init.d/ftengine.in \
		hook_text scripts/libvirt-hook/ftadmin | \
		sed -e '/^ *"ExecSt/s,@engine@,/usr/local/lib/ftadmin/ftengine,' \
		-e 's,@engine@,/usr/lib/ftadmin/ftengine,' > $(abs_builddir)/$@-t
	@mv $@-t $@
src/remote/install.$(OBJEXT): src/remote/install-scripts.h
CLEANFILES += src/remote/install-scripts.h src/remote/install-scripts.h-t

# as `make install` and packages put them beside the engine
service_files = scripts/systemd/ftengine.service \
	scripts/systemd/ftengine-drain.service \
	scripts/systemd/ftengine-metrics.service scripts/init.d/ftengine
$(service_files): %: %.in
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)sed -e 's,@engine@,$(enginedir)/ftengine,' \
		-e 's,@metrics@,$(enginedir)/ftmetrics,' $< > $@
CLEANFILES += $(service_files)
all-local: $(service_files)
if HAVE_SYSTEMD_UNITS
nodist_systemdsystemunit_DATA = scripts/systemd/ftengine.service \
	scripts/systemd/ftengine-drain.service
if HAVE_MICROHTTPD
nodist_systemdsystemunit_DATA += scripts/systemd/ftengine-metrics.service
endif
endif
