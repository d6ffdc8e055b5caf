"""Starting, watching and stopping the processes of one stack; the library `supervisor` keeps them alive."""
