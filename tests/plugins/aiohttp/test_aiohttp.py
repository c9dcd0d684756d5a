from aiohttp import web


async def hello(request):
    return web.Response(text="hello")


async def test_answers(aiohttp_client):
    app = web.Application()
    app.router.add_get("/", hello)
    client = await aiohttp_client(app)
    response = await client.get("/")
    assert await response.text() == "hello"


async def test_fails(aiohttp_client):
    client = await aiohttp_client(web.Application())
    status = (await client.get("/")).status
    assert status == 200
