/**
 * The truth server for cleartext HTTP/2 with prior knowledge, frame by frame on bare sockets, so that nothing but the delay
 * lies between its two stamps. argv and control lines as `truth-server.worker.ts` has them. It does not read header fields:
 * every stream is a request, and none is HEAD.
 */
import { type Came, Keeping, Kept } from '../../src/calibrate/truth/keeping.worker.ts';
import type { Fault } from '../../src/calibrate/truth/truth.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** RFC 9113, 6: frame types and flags. */
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7 } as const;
const FLAG = { end: 1, ack: 1, endHeaders: 4 } as const;
const INTERNAL_ERROR = Buffer.from([0, 0, 0, 2]);
/** RFC 7541, A: `:status` 200 and 500 by index, `content-length` as the name of a literal. */
const STATUS = { 200: 0x88, 500: 0x8e } as const;
const CONTENT_LENGTH = [0x0f, 0x0d] as const;

const keeping = new Keeping();
const { body, fault } = keeping;

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function headFrame(stream: number, status: 200 | 500, length: number): Buffer {
  const digits = Buffer.from(String(length));
  const block = Buffer.concat([Buffer.from([STATUS[status], ...CONTENT_LENGTH, digits.length]), digits]);
  return frame(TYPE.headers, FLAG.endHeaders, stream, block);
}

class Connection extends Kept {
  #bytes: Buffer = Buffer.alloc(0);
  #greeted = false;
  #served = 0;

  protected override read(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (!this.#greeted) {
      if (this.#bytes.length < PREFACE.length) return;
      if (this.#bytes.subarray(0, PREFACE.length).toString('latin1') !== PREFACE) return void this.socket.destroy();
      this.#greeted = true;
      this.#bytes = this.#bytes.subarray(PREFACE.length);
      this.socket.write(frame(TYPE.settings, 0, 0));
    }
    while (this.#bytes.length >= 9) {
      const length = this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < 9 + length) return;
      const [type, flags] = [this.#bytes[3] as number, this.#bytes[4] as number];
      this.#take(type, flags, this.#bytes.readUInt32BE(5), this.#bytes.subarray(9, 9 + length));
      this.#bytes = this.#bytes.subarray(9 + length);
    }
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === TYPE.settings && (flags & FLAG.ack) === 0) this.socket.write(frame(TYPE.settings, FLAG.ack, 0));
    else if (type === TYPE.ping && (flags & FLAG.ack) === 0) this.socket.write(frame(type, FLAG.ack, 0, payload));
    else if ((type === TYPE.headers || type === TYPE.data) && (flags & FLAG.end) !== 0) this.#request(stream);
  }

  #request(stream: number): void {
    const came = keeping.request();
    if (came.delayMs <= 0) this.#reply(stream, came);
    else setTimeout(() => this.#reply(stream, came), came.delayMs);
  }

  #reply(stream: number, came: Came): void {
    if (this.ended) return;
    this.#served += 1;
    const met = keeping.faultOf(came.index);
    const failed = met?.kind === 'status-500';
    if (met !== null && !failed && this.#misbehave(met, stream)) return;
    if (failed) keeping.stats.faults += 1;
    const head = headFrame(stream, failed ? 500 : 200, body.length);
    keeping.reply(came);
    this.socket.write(Buffer.concat([head, frame(TYPE.data, FLAG.end, stream, body)]));
    if (fault?.kind === 'close-keep-alive' && this.#served >= fault.after) {
      keeping.stats.faults += 1;
      const last = Buffer.alloc(8);
      last.writeUInt32BE(stream, 0);
      if (fault.announced) this.socket.write(frame(TYPE.goaway, 0, 0, last));
      this.end();
    }
  }

  /** Whether the fault replaced the reply. */
  #misbehave({ kind }: Fault, stream: number): boolean {
    if (kind === 'close-keep-alive' || kind === 'close-on-accept') return false;
    keeping.stats.faults += 1;
    const half = frame(TYPE.data, 0, stream, body.subarray(0, Math.floor(body.length / 2)));
    const said = (length: number): Buffer =>
      Buffer.concat([headFrame(stream, 200, length), frame(TYPE.data, FLAG.end, stream, body)]);
    switch (kind) {
      case 'hang':
        return true;
      case 'half-then-close':
        this.socket.write(Buffer.concat([headFrame(stream, 200, body.length), half]));
        break;
      case 'half-then-reset':
        this.socket.write(
          Buffer.concat([headFrame(stream, 200, body.length), half, frame(TYPE.reset, 0, stream, INTERNAL_ERROR)]),
        );
        return true;
      case 'length-too-long':
        this.socket.write(said(body.length + 10));
        return true;
      case 'length-too-short':
        this.socket.write(said(body.length - 3));
        return true;
      case 'garbage':
        this.socket.write('this is not HTTP\r\n\r\n');
        return true;
      case 'die':
        process.kill(process.pid, 'SIGKILL');
        return true;
      case 'no-reply':
        break;
      default:
        throw new Error(`no fault "${kind}" over HTTP/2`);
    }
    this.end();
    return true;
  }
}

keeping.serve((socket) => void new Connection(keeping, socket));
