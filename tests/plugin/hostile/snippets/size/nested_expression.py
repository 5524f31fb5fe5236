# problem: nest it less deeply
import wakepoint


async def main():
    return {minus}1


print(wakepoint.run(main()))
