/** Below the ports that connections get by themselves, so that none of those is used up. */
const LOWEST = 20_000;
const PORTS = 10_000;

/** What `net.connect` is told. */
interface Place {
  host: string;
  port: number;
  localAddress: string;
  localPort: number;
  autoSelectFamily: boolean;
}

/**
 * Where a TCP connection leads back to itself, each time another place: from a port to the same port, which Linux joins (RFC 9293
 * 3.5, simultaneous open). Whatever is written comes back, without a server whose code would be compiled beside the
 * generator's and take its CPU.
 * @param avoid the server's port, which it may be about to listen on
 */
export function toItself(avoid: number): () => Place {
  let next = Math.floor(Math.random() * PORTS);
  return () => {
    const ports = [next, next + 1].map((step) => LOWEST + (step % PORTS));
    const port = ports.find((one) => one !== avoid) as number;
    next = port - LOWEST + 1;
    return { host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port, autoSelectFamily: false };
  };
}
