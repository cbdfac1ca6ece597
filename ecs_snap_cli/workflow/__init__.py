"""The story of each command: gather facts, ask the rules, act; prints nothing."""
