"""The command line: one module per command, each with `register(commands)`.

`register` adds the command's parser and sets `run`, a function of the parsed arguments that
returns the exit code: 0 it is so, 1 it is not (errors found), 2 it could not be tried.
"""
