"""A server that answers every request alike, on the parser and the event loop of ours: what
they cost by themselves.

    python constant_server.py PORT
"""

import asyncio
import sys

import httptools
import uvloop

BODY = b'{"decision":true}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(BODY), BODY)
)


class Constant(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport):
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data):
        self.parser.feed_data(data)

    def on_message_complete(self):
        self.transport.write(ANSWER)


async def serve(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Constant, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
