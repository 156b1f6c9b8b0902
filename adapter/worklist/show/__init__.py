"""How things are shown: the page's words in the reader's language, dates, and plots."""
