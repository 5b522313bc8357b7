"""The corpus maker and the measured comparisons; each module says how it is run."""
