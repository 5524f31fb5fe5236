# problem: none|too large|more than
# timeout: 10
import wakepoint

{functions}


async def main():
    await f7()


wakepoint.run(main())
