"""The statement of a list page: its rows and their number by the shortest way (docs/decisions/0095).

What finds little is found by an index and sorted; what finds much is walked in the order of the list until the page is full.
PostgreSQL distinguishes the two by how often each value occurs. Of several values that each occur often it does not
know how often they occur together, and such a walk may be endless. So it has a bound here, and where it ends without a full
page, the index of lists finds the rows that have them all.
"""
