import net from 'node:net';
import { asHostError, codeOf } from './errors.ts';

const MOST_ANSWER = 4096;
const ASK_MS = 1_000;

/**
 * An abstract unix socket: no file that could be left or planted, and the kernel frees it with the process (unix(7)).
 * The whole of `sun_path` is given: some versions of libuv pad the name with zeros and some do not.
 */
const addressOf = (name: string): string => `\0${name}`.padEnd(108, '\0');

export function holdName(name: string, answer: string): Promise<AsyncDisposable | null> {
  const callers = new Set<net.Socket>();
  const server = net.createServer((caller) => {
    callers.add(caller);
    caller.unref();
    caller.on('error', () => undefined);
    caller.on('close', () => callers.delete(caller));
    caller.setTimeout(ASK_MS, () => caller.destroy());
    caller.end(answer);
  });
  // A holder that nobody lets go ends with its process, and does not keep it from ending.
  server.unref();
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => {
      if (codeOf(cause) === 'EADDRINUSE') resolve(null);
      else reject(asHostError(cause, 'cannot hold the name', name));
    });
    server.listen(addressOf(name), () =>
      resolve({
        [Symbol.asyncDispose]: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const caller of callers) caller.destroy();
          }),
      }),
    );
  });
}

export function askName(name: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const asked = net.connect(addressOf(name));
    let answer = '';
    const end = (): void => {
      asked.destroy();
      resolve(answer.slice(0, MOST_ANSWER));
    };
    const timer = setTimeout(end, ASK_MS);
    asked.setEncoding('utf8');
    asked.on('data', (text: string) => {
      answer += text;
      if (answer.length >= MOST_ANSWER) end();
    });
    asked.on('close', () => {
      clearTimeout(timer);
      end();
    });
    asked.on('error', (cause) => {
      clearTimeout(timer);
      if (codeOf(cause) === 'ECONNREFUSED' || codeOf(cause) === 'ENOENT') resolve(null);
      else if (codeOf(cause) === 'ECONNRESET' || codeOf(cause) === 'EPIPE' || codeOf(cause) === 'EAGAIN') end();
      else reject(asHostError(cause, 'cannot ask for the holder of', name));
    });
  });
}
