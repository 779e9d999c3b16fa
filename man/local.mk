.\" SPDX-License-Identifier: GPL-2.0-or-later
# sources and tests of this folder
dist_man_MANS += man/ftadmin.8 man/ftadmin.conf.5 man/ftengine.8 man/ft-architecture.7 man/ftadmin-checks.7 \
	man/ft-protocol.7 man/ft-security.7 man/ft-states.7
