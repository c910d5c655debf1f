"""One grammar for rules and archive search.

``core.query.grammar.parse`` makes the tree (``tree``), ``core.query.evaluate.answers`` says whether a passage answers.
Import from the modules: the grammar brings its parser along, which most commands never need.
"""
