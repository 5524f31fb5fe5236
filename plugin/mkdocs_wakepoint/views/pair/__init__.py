"""Two recordings of a comparison, walked through side by side.

`moments` says what each step of a run is about, `alignment` which steps two runs have in common,
and `view` makes the HTML of it. The script in `assets/stepper/` shows what is written there.
"""
