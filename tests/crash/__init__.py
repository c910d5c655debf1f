"""The crash matrix: the product's own path, killed after each of its effects, and made to go on.

``stories`` say what a pretend site does, ``farside`` is that site with its receivers, ``nursery`` a warm process that
forks one child for each run, ``effects`` counts what a child does and kills it, ``matrix`` asks what was lost.
"""
