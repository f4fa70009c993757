"""What `make bench` runs; tables with machine, date and commit go to benchmarks/results."""
