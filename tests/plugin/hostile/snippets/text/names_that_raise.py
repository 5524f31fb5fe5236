# problem: none
# says: the end
import wakepoint


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(4)

class Odd(metaclass=Meta):
    @property
    def __class__(self):
        raise SystemExit(5)

    def __eq__(self, other):
        raise SystemExit(6)

    def __hash__(self):
        raise SystemExit(7)

    def __getattr__(self, name):
        raise SystemExit(8)

async def main(value):
    await wakepoint.sleep(0.001)
    print("the end")

wakepoint.run(main(Odd()))
