"""Screen a hospital's patients for a trial, with the evidence for every answer."""
