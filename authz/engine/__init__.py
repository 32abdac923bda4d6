"""The decision kernel: reads policies, refuses bad ones, and answers which of them hold."""
