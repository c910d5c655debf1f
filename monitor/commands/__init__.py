"""What each verb of the command line does: one function a verb, called by monitor/cli.py. Prints; decides nothing."""
