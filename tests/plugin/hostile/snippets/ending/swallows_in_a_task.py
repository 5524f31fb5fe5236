# problem: not done after|catch
# timeout: 1
import wakepoint


async def main():
    while True:
        try:
            await wakepoint.sleep(60)
        except BaseException:
            pass


wakepoint.run(main())
