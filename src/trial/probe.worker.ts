/**
 * A program of its own that lives inside the stage, where the runner is not: it asks whether the server is ready, checks
 * its reply and reads the stage's own sysctls. One JSON request a line on stdin, one JSON answer a line on stdout; idle
 * (blocked in epoll) while a window is measured. Ends with its stdin.
 */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import type { ProbeAnswer, ProbeRequest, ReplyAnswer } from './probe-protocol.ts';

/** Bodies are compared whole up to this size; what is longer is read, counted and cut. */
const BODY_LIMIT = 1_048_576;
/** Pause between two attempts to reach a server that is not there yet. */
const RETRY_MS = 5;

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const request = JSON.parse(line) as ProbeRequest;
    process.stdout.write(`${JSON.stringify(await answer(request))}\n`);
  })
  // Nobody is there any more for what is still being asked.
  .on('close', () => process.exit());

async function answer(request: ProbeRequest): Promise<ProbeAnswer> {
  if (request.op === 'sysctls') return { op: 'sysctls', values: await readAll(request.paths) };
  if (request.op === 'reply') return { op: 'reply', reply: await ask(request) };
  return { op: 'ready', ...(await waitUntilReady(request)) };
}

async function readAll(paths: string[]): Promise<Record<string, string | null>> {
  const values: Record<string, string | null> = {};
  for (const path of paths)
    values[path] = await readFile(path, 'utf8').then(
      (text) => text.trim(),
      () => null,
    );
  return values;
}

async function waitUntilReady(request: ProbeRequest & { op: 'ready' }): Promise<{ ready: boolean; last: string }> {
  const end = performance.now() + request.timeoutMs;
  let last = 'never asked';
  while (performance.now() < end) {
    const left = Math.max(50, end - performance.now());
    if (request.path === null) {
      last = await connects(request.address, request.port, left);
      if (last === '') return { ready: true, last };
    } else {
      const reply = await ask({
        ...request,
        method: 'GET',
        path: request.path,
        headers: {},
        body: null,
        timeoutMs: left,
      });
      if (reply.status !== null) return { ready: true, last: `status ${reply.status}` };
      last = reply.error ?? 'no reply';
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return { ready: false, last };
}

/** '' when a connection was accepted, else the error's code. */
function connects(address: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port, timeout: timeoutMs });
    const end = (result: string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(''));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

type Question = {
  address: string;
  port: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  timeoutMs: number;
};

function ask(question: Question): Promise<ReplyAnswer> {
  const { address, port, method, path, headers, body, timeoutMs } = question;
  return new Promise((resolve) => {
    const failed = (error: string): void => resolve({ status: null, headers: {}, body: '', bytes: 0, error });
    const request = http.request({ host: address, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        if (bytes < BODY_LIMIT) chunks.push(chunk);
        bytes += chunk.length;
      });
      response.on('error', (error) => failed(error.message));
      // After 'end' it says nothing new; a reply that was destroyed may have no other end.
      response.on('close', () => failed('reply cut short'));
      response.on('end', () => {
        const text = Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString('utf8');
        const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? null,
          headers: Object.fromEntries(flat),
          body: text,
          bytes,
          error: response.complete ? null : 'reply cut short',
        });
      });
    });
    const timer = setTimeout(() => {
      failed(`no reply within ${Math.round(timeoutMs)} ms`);
      request.destroy();
    }, timeoutMs);
    let begun = false;
    request.once('response', () => {
      begun = true;
    });
    // A connection that changes its protocol (101, CONNECT) is none that a load could use.
    for (const event of ['upgrade', 'connect'] as const) {
      request.once(event, (_reply, socket) => {
        socket.destroy();
        failed('the server changed the protocol');
      });
    }
    request.once('close', () => {
      clearTimeout(timer);
      if (!begun) failed('the connection was closed without a reply');
    });
    request.once('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message));
    request.end(body ?? undefined);
  });
}
