"""aiohttp on asyncio's own event loop: one process, one thread."""

import sys

from aiohttp import web

BODY = 'test 成功'.encode()


async def info(request):
    return web.Response(body=BODY, content_type='text/plain', charset='utf-8')


app = web.Application()
app.router.add_get('/info', info)
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), access_log=None, print=None, shutdown_timeout=1)
