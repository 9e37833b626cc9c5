"""The smallest WSGI application: no framework between uWSGI and the reply."""

BODY = 'test 成功'.encode()
HEADERS = [('Content-Type', 'text/plain; charset=utf-8'), ('Content-Length', str(len(BODY)))]


def application(environ, start_response):
    if environ['PATH_INFO'] != '/info':
        start_response('404 Not Found', [('Content-Length', '0')])
        return []
    start_response('200 OK', HEADERS)
    return [BODY]
