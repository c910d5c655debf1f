"""What to look for: packs of rules, read once, matched on every new passage.

``core.rules.parse`` turns the text of packs into a ``core.rules.ruleset.RuleSet``; ``pattern`` and ``engine`` are inside.
"""
