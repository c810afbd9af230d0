"""Looking up the record that somebody wrote: one grammar, over what is published and over the working tables."""
