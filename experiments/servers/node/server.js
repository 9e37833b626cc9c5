// The smallest node:http server.
import { createServer } from 'node:http';

const body = Buffer.from('test 成功');
const [address, port] = process.argv.slice(2);

createServer((request, response) => {
  if (request.url !== '/info') {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length }).end(body);
}).listen(Number(port), address);
