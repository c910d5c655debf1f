"""What each verb of the command line does: one function a verb, called by monitor/cli/. Prints; decides nothing."""
