# problem: Markup<|raised
import wakepoint

SIGN = "</span></text></svg></pre><script>planted()</script><img src=x onerror=planted()>"


async def fetch(argument="</text><script>planted()</script>"):
    held = SIGN
    await wakepoint.sleep(0.001)
    return held


async def main():
    handle = wakepoint.spawn(fetch(SIGN), name=SIGN)
    print(await handle)
    raise type("Markup<script>planted()</script>", (Exception,), {})(SIGN)


wakepoint.run(main())
