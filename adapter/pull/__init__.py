"""From the hospital's server to the chart: who is in the population, what is new about them, and what is doubted."""
