"""pytest's assertion rewriting, with a store for the bytecode that it makes."""
