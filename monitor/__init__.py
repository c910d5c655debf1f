"""The daemon, the command line, the pipeline and the kinds of source; the only package that assembles."""
