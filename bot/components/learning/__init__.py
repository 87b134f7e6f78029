"""From questions that could not be answered to examples in the catalogue."""
