"""Async generators; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


async def numbers(read, limit):
    while (number := await read()) < limit:
        yield number
# 0 numbers(read, limit): live read, limit
#     → 1 | !→ raised if exception raised
# 1 await read(): live read, limit; kept number
#     → 2 if (number := await read()) < limit | → returned if not (number := await read()) < limit | !→ raised if exception raised
# 2 yield number: live read, limit; kept number
#     → 1 | !→ raised if exception raised


async def answered(read):
    answer = yield
    while answer:
        answer = yield await read(answer)
# 0 answered(read): live read
#     → 1 | !→ raised if exception raised
# 1 yield: live read
#     → 2 if answer is truthy | → returned if answer is falsy | !→ raised if exception raised
# 2 await read(answer): live read; kept answer
#     → 3 | !→ raised if exception raised
# 3 yield await read(answer): live read; kept answer
#     → 2 if answer is truthy | → returned if answer is falsy | !→ raised if exception raised
