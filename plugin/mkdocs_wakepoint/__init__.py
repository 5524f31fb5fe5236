"""Markdown fences whose async Python is executed, and whose diagrams show that run.

A fence becomes a `Snippet`; the engine runs it in a process of its own and gets a
`wakepoint.recording.Recording` back; the views turn that into HTML. `extension` plugs this into
Python-Markdown, `plugin` into MkDocs, `cli` into a shell.
"""
