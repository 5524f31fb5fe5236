# problem: none
# says: the end
import wakepoint


class Exits:
    def __repr__(self):
        raise SystemExit(3)


class Interrupts:
    def __repr__(self):
        raise KeyboardInterrupt


async def main(first, second):
    await wakepoint.sleep(0.001)
    print("the end")
    return first


wakepoint.run(main(Exits(), Interrupts()))
