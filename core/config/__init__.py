"""The text of sources.yaml, settings.yaml and routes.yaml, checked and turned into values.

Nothing here opens a file or reads the environment: ``monitor/home.py`` does, and hands the text in. Every fault of a
text is reported at once, in file order, as :class:`core.errors.ConfigError`.
"""
