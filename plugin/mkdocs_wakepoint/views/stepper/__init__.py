"""The stepper: a run, walked through event by event.

`fold` says what is true after each event, `sentences` says what happened in words, `stops` where a
reader halts, `questions` what can be asked there. `view` makes the HTML of it, and `data` what the
script in `assets/stepper/` plays. The script computes nothing but which of these holds at a step.
"""
