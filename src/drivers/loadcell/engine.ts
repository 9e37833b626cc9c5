import { errorTotal, noErrors } from '../../model/measurement.ts';
import { type ErrorKind, isHopeless } from '../embedded/errors.ts';
import type { WorkerOrder, WorkerReport } from '../embedded/protocol.ts';
import { Recorder, resolutionUs } from '../embedded/recorder.ts';
import { closedLoop, openLoop, type Pace } from './pace.ts';
import type { Clock, Dial } from './ports.ts';
import { HeadCache, ReplyReader } from './reply-reader.ts';
import { requestBytes } from './request.ts';
import { Slot, type SlotOwner } from './slot.ts';

/** Different reasons of failures that are told in the notes. */
const REASONS = 3;

/** Runs one load to its end and reports it. Ends also against a server that never answers. */
export function runLoad(order: WorkerOrder, clock: Clock, dial: Dial): Promise<WorkerReport> {
  return new Promise((resolve) => new Engine(order, clock, dial, resolve).begin());
}

/** Differences of large floats, without the noise behind the ns. */
const wholeNs = (us: number): number => Math.round(us * 1000) / 1000;

class Engine implements SlotOwner {
  readonly #order: WorkerOrder;
  readonly #clock: Clock;
  readonly #resolve: (report: WorkerReport) => void;
  readonly #slots: Slot[];
  readonly #pace: Pace;
  readonly #errors = noErrors();
  readonly #reasons = new Map<string, number>();
  readonly #statusCounts: Record<string, number> = {};
  readonly #cancels: (() => void)[] = [];
  readonly #recorder = new Recorder(true);
  #over = false;
  #startUs = 0;
  /** Replies are counted until then. */
  #endUs = Number.POSITIVE_INFINITY;
  #lastUs = 0;
  #firstReplyUs: number | null = null;
  #lastReplyUs = 0;
  /** How long the oldest request that the end cut off had been under way. */
  #oldestUs = 0;
  #failuresInARow = 0;
  #started = 0;
  #outcomes = 0;
  #opened = 0;
  #received = 0;
  #bodyBytes = 0;
  #mismatched = 0;
  #excess = 0;
  #serverClosed = 0;
  #lingered = 0;
  #firstReply: { bytes: number; server: string | null } | null = null;

  constructor(order: WorkerOrder, clock: Clock, dial: Dial, resolve: (report: WorkerReport) => void) {
    const { load } = order;
    this.#order = order;
    this.#clock = clock;
    this.#resolve = resolve;
    const settings = {
      request: requestBytes(load, order.address, order.port),
      keepAlive: load.keepAlive,
      timeoutUs: load.timeoutMs * 1000,
    };
    const heads = new HeadCache();
    const count = load.stop.kind === 'requests' ? Math.min(load.connections, load.stop.requests) : load.connections;
    this.#slots = Array.from({ length: count }, () => {
      const reply = new ReplyReader(order.expectedBody, load.method === 'HEAD', heads);
      return new Slot(this, settings, clock, reply, dial);
    });
    this.#pace = load.rate === null ? closedLoop(load, clock) : openLoop(load, load.rate, order.seed, clock);
  }

  begin(): void {
    const { timeoutMs, stop, rate } = this.#order.load;
    const sweepMs = Math.min(50, Math.max(5, timeoutMs / 20));
    const sweep = (): void => {
      const now = this.#clock.now();
      for (const slot of this.#slots) slot.sweep(now);
      if (!this.#over) this.#cancels[0] = this.#clock.after(sweepMs, sweep);
    };
    this.#cancels[0] = this.#clock.after(sweepMs, sweep);
    const start = this.#clock.now();
    this.#startUs = start;
    this.#lastReplyUs = start;
    this.#lastUs = start;
    if (rate === null) this.#recorder.startUs = start;
    if (stop.kind === 'duration') {
      const endUs = start + stop.durationMs * 1000;
      // An open loop waits for the replies to what it has started: cutting them off would lose the slowest ones.
      if (rate === null) this.#endUs = endUs;
      // A timer may fire a fraction of a ms early; replies behind the end are not counted in any case.
      this.#cancels.push(this.#clock.after(stop.durationMs + 1, () => this.#deadline(endUs)));
    }
    const lastStartUs = stop.kind === 'duration' ? start + stop.durationMs * 1000 : Number.POSITIVE_INFINITY;
    this.#pace.begin(start, lastStartUs, this.#slots, (slot, intendedUs, nowUs) => {
      this.#started += 1;
      slot.start(intendedUs, nowUs);
    });
  }

  connected(): void {
    this.#opened += 1;
  }

  received(bytes: number): void {
    this.#received += bytes;
  }

  replied(reply: ReplyReader, nowUs: number, totalUs: number, connectUs: number, waitingUs: number): void {
    if (this.#over) return;
    if (nowUs > this.#endUs) {
      this.#finish(this.#endUs, null);
      return;
    }
    this.#recorder.reply(nowUs, totalUs, connectUs, waitingUs);
    this.#statusCounts[reply.status] = (this.#statusCounts[reply.status] ?? 0) + 1;
    this.#bodyBytes += reply.bodyBytes;
    if (reply.mismatched) this.#mismatched += 1;
    this.#firstReply ??= { bytes: reply.bodyBytes, server: reply.server };
    this.#failuresInARow = 0;
    this.#firstReplyUs ??= nowUs;
    this.#lastReplyUs = nowUs;
    this.#outcome(nowUs);
  }

  failed(kind: ErrorKind, why: string, nowUs: number): void {
    if (this.#over) return;
    if (nowUs > this.#endUs) {
      this.#finish(this.#endUs, null);
      return;
    }
    this.#errors[kind] += 1;
    if (this.#reasons.has(why) || this.#reasons.size < REASONS)
      this.#reasons.set(why, (this.#reasons.get(why) ?? 0) + 1);
    this.#failuresInARow += 1;
    this.#outcome(nowUs);
    if (!this.#over) this.#giveUp(nowUs);
  }

  serverClosed(): void {
    this.#serverClosed += 1;
  }

  excess(): void {
    this.#excess += 1;
  }

  lingered(): void {
    this.#lingered += 1;
  }

  free(slot: Slot): void {
    if (!this.#over) this.#pace.free(slot);
  }

  #outcome(nowUs: number): void {
    this.#outcomes += 1;
    this.#lastUs = nowUs;
    const { stop } = this.#order.load;
    if (stop.kind === 'requests' && this.#outcomes === stop.requests) this.#finish(nowUs, null);
    else if (this.#pace.ended && this.#outcomes === this.#started) this.#finish(nowUs, null);
  }

  /** The time is up: a closed loop ends here, an open one starts nothing more and waits for its replies. */
  #deadline(endUs: number): void {
    this.#pace.end(endUs);
    if (this.#order.load.rate === null || this.#outcomes === this.#started) this.#finish(endUs, null);
  }

  /** A server that is gone is not asked for the rest of the load's requests. */
  #giveUp(nowUs: number): void {
    if (!isHopeless(this.#order.load, this.#failuresInARow, nowUs - this.#lastReplyUs)) return;
    const why = [...this.#reasons.keys()].join('; ');
    const message = `gave up after ${this.#failuresInARow} failed requests in a row (${why})`;
    this.#finish(nowUs, { code: 'generator-aborted', message });
  }

  #finish(endUs: number, failure: WorkerReport['failure']): void {
    if (this.#over) return;
    this.#over = true;
    for (const cancel of this.#cancels) cancel();
    this.#pace.end(endUs);
    const missed = this.#pace.missed();
    this.#oldestUs = wholeNs(Math.max(0, ...this.#slots.map((slot) => slot.underWayUs(endUs))));
    for (const slot of this.#slots) slot.stop();
    this.#resolve(this.#report(endUs, missed, failure));
  }

  /** As `Measurement.windowUs` has it. */
  #windowUs(endUs: number): number {
    if (this.#order.load.rate === null) return Math.max(endUs, this.#lastUs) - this.#startUs;
    return Math.max(this.#pace.spanUs, this.#lastReplyUs - (this.#firstReplyUs ?? this.#lastReplyUs));
  }

  #report(endUs: number, missed: ReturnType<Pace['missed']>, failure: WorkerReport['failure']): WorkerReport {
    const { load, expectedBody } = this.#order;
    const windowUs = wholeNs(this.#windowUs(endUs));
    const completed = this.#recorder.count;
    return {
      requests: {
        sent: this.#started,
        completed,
        inFlight: this.#started - completed - errorTotal(this.#errors),
        oldestInFlightUs: this.#oldestUs,
        missedStarts: missed === null ? null : missed.late + missed.unsent,
      },
      windowUs,
      bytes: { received: this.#received, body: this.#bodyBytes },
      statusCounts: this.#statusCounts,
      errors: this.#errors,
      connectionsOpened: this.#opened,
      serverClosedConnections: this.#serverClosed,
      idleSpinUs: this.#clock.spunUs(),
      latency: this.#recorder.latency({
        kind: load.rate === null ? 'service-time' : 'response-time',
        resolutionUs: resolutionUs(() => this.#clock.now()),
        includesConnect: true,
      }),
      phases: this.#recorder.phases(),
      perSecond: this.#recorder.perSecond(windowUs),
      replyBodyBytes: this.#firstReply?.bytes ?? null,
      serverHeader: this.#firstReply?.server ?? null,
      mismatchedBodies: expectedBody === null && this.#excess === 0 ? null : this.#mismatched + this.#excess,
      notes: this.#notes(missed),
      failure,
    };
  }

  #notes(missed: ReturnType<Pace['missed']>): string[] {
    const notes: string[] = [];
    for (const [why, count] of this.#reasons) notes.push(`${count} requests failed: ${why}.`);
    if (missed !== null && missed.late + missed.unsent > 0) {
      const most = (missed.latestUs / 1000).toFixed(1);
      notes.push(
        `Of the intended starts ${missed.late} were made more than 1 ms late (at most ${most} ms; their latency counts from the intended start) and ${missed.unsent} were never made.`,
      );
    }
    if (this.#lingered > 0) {
      notes.push(
        `${this.#lingered} connections were closed by the generator: the server left them open after a reply that ended them.`,
      );
    }
    if (this.#excess > 0)
      notes.push(`${this.#excess} times the server sent bytes behind a complete reply; counted as mismatched bodies.`);
    return notes;
  }
}
