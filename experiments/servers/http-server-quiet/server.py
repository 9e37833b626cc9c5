"""Python's own HTTP server with one thread for each connection and nothing logged."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = 'test 成功'.encode()


class Handler(BaseHTTPRequestHandler):
    # HTTP/1.1 keeps a connection open unless the client asks to close it.
    protocol_version = 'HTTP/1.1'
    # Buffered: headers and body leave in one write. In two, the second waits for the acknowledgement of the first
    # (Nagle), which the client delays by 40 ms: a kept-open connection would be limited to 25 requests a second.
    wbufsize = -1

    def do_GET(self):
        if self.path != '/info':
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain; charset=utf-8')
        self.send_header('Content-Length', str(len(BODY)))
        # An HTTP/1.0 client that asked for keep-alive (ab -k) must be told that it got it.
        if self.request_version == 'HTTP/1.0' and not self.close_connection:
            self.send_header('Connection', 'keep-alive')
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format, *args):
        pass


class Server(ThreadingHTTPServer):
    # The default is 5. A hundred connections at once then overflow it: SYN cookies are refused while it is full, and the
    # retransmitted requests keep it full, for minutes. This is as long as the kernel allows (net.core.somaxconn).
    request_queue_size = 4096


Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
