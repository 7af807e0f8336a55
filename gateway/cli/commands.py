"""The type of what commands register with."""

from argparse import ArgumentParser, _SubParsersAction

# argparse has no public name for what add_subparsers() returns.
Commands = _SubParsersAction[ArgumentParser]
