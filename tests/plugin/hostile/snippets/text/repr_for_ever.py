# problem: none
# says: the end
import wakepoint


class Endless:
    def __repr__(self):
        while True:
            pass


async def main(value):
    await wakepoint.sleep(0.001)
    print("the end")


wakepoint.run(main(Endless()))
