# problem: events more than
# timeout: 60
import wakepoint


async def main():
    for _ in range(100_000):
        await wakepoint.yield_now()


wakepoint.run(main())
