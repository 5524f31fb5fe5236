# problem: not done after
# timeout: 1
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
