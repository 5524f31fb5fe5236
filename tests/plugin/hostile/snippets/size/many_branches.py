# problem: none|too large|folded
# timeout: 5
import wakepoint


async def main(n):
{branches}
    await wakepoint.sleep(0.001)


wakepoint.run(main(3))
