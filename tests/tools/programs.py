"""Small programs that several tests run, for what their runs are known to do."""

ECHO = """
import wakepoint

async def server(listener):
    stream, _ = await listener.accept()
    with stream:
        while data := await stream.read(100):
            await stream.write_all(data.upper())

async def client(port):
    with await wakepoint.TcpStream.connect("127.0.0.1", port) as stream:
        await stream.write_all(b"ping")
        return await stream.read_exact(4)

async def main():
    with wakepoint.TcpListener.bind() as listener:
        task = wakepoint.spawn(server(listener))
        answer = await client(listener.local_addr[1])
        await task
    return answer

assert wakepoint.run(main()) == b"PING"
"""
"""One client, one server: a word each way, and the end of the connection."""

PIPE = """\
import wakepoint


async def main():
    reader, writer = wakepoint.pipe()
    await wakepoint.join(reader.read(100), writer.write_all(b"12345"))
    reader.close()
    writer.close()


wakepoint.run(main())
"""
"""Five bytes through a pipe whose reader waits first."""
