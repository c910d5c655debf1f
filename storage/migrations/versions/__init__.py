"""One file a step, rNNNN_what.py. A step that was released is never edited: add the next one."""
