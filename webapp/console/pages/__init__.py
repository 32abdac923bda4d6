"""The pages, one module for each noun: parse, ask, render."""
