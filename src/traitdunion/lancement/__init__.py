"""How the program `traitdunion` starts and ends, whatever the command: streams, exit codes, incidents, completion.

Imports the standard library and typer only: it is loaded before any package's commands.
"""
