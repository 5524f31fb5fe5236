# problem: none|events more than
# timeout: 30
import wakepoint


async def child(number):
    await wakepoint.sleep(0.001)
    return number


async def main():
    for handle in [wakepoint.spawn(child(n)) for n in range(1500)]:
        await handle


wakepoint.run(main())
