import { errorTotal, noErrors } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';
import { errorKind, isHopeless } from '../embedded/errors.ts';
import type { WorkerReport } from '../embedded/protocol.ts';
import { Recorder, resolutionUs } from '../embedded/recorder.ts';

/** What the worker sees of one of autocannon's clients (lib/httpClient.js). */
export interface ClientSeen {
  /** Idle timeout in ms. The option has whole seconds only; the field is read after `setupClient`. */
  timeout: number;
  /** Start times of the requests under way. */
  pipelinedRequests: { clear(): void };
  /** http-parser-js. */
  parser: { initialize(type: 'RESPONSE'): void };
  on(event: 'request' | 'timeout' | 'mismatch' | 'done', listener: () => void): void;
  on(event: 'connError', listener: (error: NodeJS.ErrnoException) => void): void;
  on(event: 'headers', listener: (head: { statusCode: number; headers: string[] }) => void): void;
  on(event: 'body', listener: (body: Buffer) => void): void;
  destroy(): void;
}

/** Counts what autocannon's clients do, and says when the measurement is over. */
export class Tally {
  readonly #load: Load;
  readonly #now: () => number;
  readonly #end: () => void;
  readonly #errors = noErrors();
  readonly #statusCounts: Record<string, number> = {};
  #recorder: Recorder | null = null;
  #startUs = 0;
  #lastUs = 0;
  #lastReplyUs = 0;
  #sent = 0;
  #opened = 0;
  #serverClosed = 0;
  #failuresInARow = 0;
  #mismatched = 0;
  #interim = 0;
  #bodyBytes = 0;
  #countedBodyBytes = 0;
  #replyBodyBytes: number | null = null;
  #serverHeader: string | null = null;
  #headSeen = false;
  #over = false;
  #failure: WorkerReport['failure'] = null;

  constructor(load: Load, now: () => number, end: () => void) {
    this.#load = load;
    this.#now = now;
    this.#end = end;
  }

  watch(client: ClientSeen): void {
    client.timeout = this.#load.timeoutMs;
    client.on('request', () => this.#request());
    client.on('connError', (error) => {
      // autocannon keeps the lost request's start time and would pair it with the next reply; and half a reply, to go on with.
      client.pipelinedRequests.clear();
      client.parser.initialize('RESPONSE');
      const kind = errorKind(error.code ?? '', this.#opened > 0);
      if (kind === 'reset') this.serverClosed();
      else this.#failed(kind, error.code ?? error.message);
    });
    client.on('timeout', () => {
      client.parser.initialize('RESPONSE');
      this.#failed('timeout', 'no reply within the timeout');
    });
    client.on('mismatch', () => {
      this.#mismatched += 1;
    });
    client.on('headers', (head) => this.#head(head));
    client.on('body', (body) => {
      this.#bodyBytes += body.length;
    });
  }

  connected(): void {
    this.#opened += 1;
  }

  /**
   * autocannon pairs every reply after a reconnect with an older request's start time: what comes afterwards is no latency.
   */
  serverClosed(): void {
    if (this.#over) return;
    this.#serverClosed += 1;
    const after = `after ${this.#recorder?.count ?? 0} replies`;
    this.#stop({
      code: 'server-closed-connections',
      message: `the server closed a kept connection ${after}; autocannon's latencies are wrong from then on. Measure with the loadcell driver, or let the server keep its connections`,
    });
  }

  response(status: number, durationUs: number): void {
    if (this.#over || this.#recorder === null) return;
    const now = this.#now();
    const { stop } = this.#load;
    if (stop.kind === 'duration' && now > this.#startUs + stop.durationMs * 1000) {
      this.timeIsUp();
      return;
    }
    if (status < 200) {
      this.#interim += 1;
      this.#stop({
        code: 'unsupported-reply',
        message: `the server sent an interim reply (${status}), which autocannon takes for the reply itself: measure with the loadcell driver`,
      });
      return;
    }
    this.#recorder.reply(now, durationUs, 0, 0);
    this.#statusCounts[status] = (this.#statusCounts[status] ?? 0) + 1;
    this.#replyBodyBytes ??= this.#bodyBytes;
    this.#countedBodyBytes = this.#bodyBytes;
    this.#failuresInARow = 0;
    this.#lastReplyUs = now;
    this.#outcome(now);
  }

  get over(): boolean {
    return this.#over;
  }

  /** The duration is over. */
  timeIsUp(): void {
    this.#stop(null);
  }

  report(receivedBytes: number): WorkerReport {
    const { stop, pipelining } = this.#load;
    const completed = this.#recorder?.count ?? 0;
    const end =
      stop.kind === 'duration' && this.#failure === null ? this.#startUs + stop.durationMs * 1000 : this.#lastUs;
    const windowUs = Math.round((end - this.#startUs) * 1000) / 1000;
    return {
      requests: {
        sent: this.#sent,
        completed,
        inFlight: Math.max(0, this.#sent - completed - errorTotal(this.#errors)),
        missedStarts: null,
      },
      windowUs,
      bytes: { received: receivedBytes, body: this.#countedBodyBytes },
      statusCounts: this.#statusCounts,
      errors: this.#errors,
      connectionsOpened: this.#opened,
      serverClosedConnections: this.#serverClosed,
      idleSpinUs: 0,
      latency:
        this.#recorder?.latency({
          kind: 'service-time',
          resolutionUs: resolutionUs(this.#now),
          includesConnect: true,
        }) ?? null,
      phases: this.#recorder?.phases() ?? null,
      perSecond: this.#recorder?.perSecond(windowUs) ?? null,
      replyBodyBytes: this.#replyBodyBytes,
      serverHeader: this.#serverHeader,
      mismatchedBodies: this.#mismatched,
      notes: [
        "Latencies are autocannon's response events, recorded in µs; its own histogram has whole ms.",
        "The window is timed by loadcell's clock, from the first request to the last counted reply; autocannon's is in sampling ticks.",
        ...(pipelining > 1
          ? ['With pipelining a latency counts from when the request was queued on its connection.']
          : []),
      ],
      failure: this.#failure,
    };
  }

  #request(): void {
    if (this.#over) return;
    this.#sent += 1;
    if (this.#recorder !== null) return;
    this.#startUs = this.#now();
    this.#lastUs = this.#startUs;
    this.#lastReplyUs = this.#startUs;
    this.#recorder = new Recorder(false);
    this.#recorder.startUs = this.#startUs;
  }

  #head({ headers }: { headers: string[] }): void {
    if (this.#headSeen) return;
    this.#headSeen = true;
    const at = headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === 'server');
    this.#serverHeader = at < 0 ? null : (headers[at + 1] ?? null);
  }

  #failed(kind: keyof WorkerReport['errors'], why: string): void {
    if (this.#over) return;
    const now = this.#now();
    this.#errors[kind] += 1;
    this.#failuresInARow += 1;
    this.#outcome(now);
    if (this.#over || !isHopeless(this.#load, this.#failuresInARow, now - this.#lastReplyUs)) return;
    this.#stop({
      code: 'generator-aborted',
      message: `gave up after ${this.#failuresInARow} failed requests in a row (${why})`,
    });
  }

  #outcome(now: number): void {
    this.#lastUs = now;
    const { stop } = this.#load;
    if (stop.kind !== 'requests') return;
    if ((this.#recorder?.count ?? 0) + errorTotal(this.#errors) >= stop.requests) this.#stop(null);
  }

  #stop(failure: WorkerReport['failure']): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    // autocannon tells a mismatch after the response: let it.
    setImmediate(this.#end);
  }
}
