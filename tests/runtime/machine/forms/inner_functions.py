"""Functions in functions, and methods; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


async def closure(read):
    count = 0

    def bump():
        nonlocal count
        count += 1

    await read(bump)
    return count
# 0 closure(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(bump): kept read, bump; cell count
#     → returned | !→ raised if exception raised


def outer(host):
    async def inner(port):
        await host.connect(port)
        return host

    return inner
# 0 inner(port): live port; free host
#     → 1 | !→ raised if exception raised
# 1 await host.connect(port): kept port; free host
#     → returned | !→ raised if exception raised


async def two_levels(read):
    async def inner(other):
        await other(read)

    await inner(read)
# two_levels:
# 0 two_levels(read): cell read
#     → 1 | !→ raised if exception raised
# 1 await inner(read): kept inner; cell read
#     → returned | !→ raised if exception raised
# two_levels.<locals>.inner:
# 0 inner(other): live other; free read
#     → 1 | !→ raised if exception raised
# 1 await other(read): kept other; free read
#     → returned | !→ raised if exception raised


class Client(Base):
    @retry(3)
    async def send(self, data):
        await super().send(data)
        return self

    @classmethod
    async def make(cls, *args, **options):
        self = cls(*args)
        async with self:
            return await self.send(options)
# Client.send:
# 0 send(self, data): live self, data; free __class__
#     → 1 | !→ raised if exception raised
# 1 await super().send(data): live self; kept data; free __class__
#     → returned | !→ raised if exception raised
# Client.make:
# 0 make(cls, *args, **options): live cls, args, options
#     → 1 | !→ raised if exception raised
# 1 enter self: live options, self; kept cls, args; operand self.__aexit__
#     → 2 | !→ 3 if exception raised | !→ raised if exception raised
# 2 await self.send(options): kept cls, args, options, self; operand self.__aexit__
#     → 3 | !→ 3 if exception raised | !→ raised if exception raised
# 3 exit self (also on exception): kept cls, args, options, self; operand await self.send(options), self.__aexit__, the exception being handled
#     → returned | !→ raised if exception raised
