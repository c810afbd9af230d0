"""How many rows are read before another way is taken, and what rows cost."""

from config.api.pagination import COUNTED

#: Rows that are walked in order before the index is asked.
WALKED = 8_000
#: The same where as many are met as are counted.
WALKED_TO_COUNT = 30_000
#: The same where each row means a look at another table, or at the table of an index.
FOLLOWED = 3_000
#: The same where each row is asked what another table has of it.
ASKED = 1_000
#: Rows found by their days of which the list is made at once; of more it is walked.
SORTED = COUNTED
#: Rows of such a table that are read before all others: they are few, or enough to count.
READ_FIRST = 2_000

#: So many of the first one's are read to count the list: of these there may be enough, or they may be all.
READ_TO_COUNT = 10_000

#: Rows that probably lie in the ranges of days asked and have the words asked: one by one, a page of them is soon met.
MANY = 5_000

#: Rows that the index of lists is expected to find at most, so that all are found once, for the page and for their number.
FEW = 3_000

# What rows cost, beside one that is followed to another table, which takes some 3 microseconds.
#: One that the index of lists finds: it is looked at in its place, and sorted.
FOUND = 1.0
#: One that the index of lists has for the rarest value, and compares with those of the others.
COMPARED = 0.15
#: One that is read off an index, all conditions being decided there.
READ = 0.15
#: The same where something is looked up in another index for each.
PROBED = 0.5
#: One of several ranges that are merged, with lists to be compared.
MERGED = 0.35
