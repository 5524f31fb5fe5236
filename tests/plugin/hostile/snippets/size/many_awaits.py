# problem: none|too large
# timeout: 10
import wakepoint


async def main():
{awaits}
    return 1


wakepoint.run(main())
