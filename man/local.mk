# sources and tests of this folder
dist_man_MANS += man/ftadmin.8
