# problem: raised ValueError
raise ValueError(
    "first\n::error file=x::planted\r\nWARNING - planted\x1b[2J\x1b]0;planted\x07\u2028planted\u202egnitnalp"
)
