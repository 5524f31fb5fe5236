# problem: none
# says: the end
import wakepoint

held = []
for _ in range(100_000):
    held = [held]
wide = {number: "x" * 1000 for number in range(100_000)}


async def main(deep, wide):
    await wakepoint.sleep(0.001)
    print("the end")


wakepoint.run(main(held, wide))
