"""The pages, one file for each thing somebody comes for."""
