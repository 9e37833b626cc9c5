"""Python's own HTTP server as it comes: one request at a time, HTTP/1.0, every request logged on stderr."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

BODY = 'test 成功'.encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != '/info':
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain; charset=utf-8')
        self.send_header('Content-Length', str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)


HTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
