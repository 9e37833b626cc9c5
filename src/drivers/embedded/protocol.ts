import type { Latency, Measurement } from '../../model/measurement.ts';
import type { Load } from '../../model/plan.ts';

/** What an embedded worker is told: one JSON value on stdin. */
export interface WorkerOrder {
  address: string;
  port: number;
  /** null: any body will do. */
  expectedBody: string | null;
  /** For Poisson arrivals. */
  seed: number;
  load: Load;
}

/** What an embedded worker prints when it is ready for its window, a line of its own ahead of the report. */
export const READY_LINE = 'ready';

/** Latencies without their histogram: that is the runner's to build, whose code is warm and not waited for. */
export interface WorkerLatency extends Omit<Latency, 'histogram'> {
  /** Ascending; `us` is a whole number, the lowest of its histogram's counter. */
  counts: [us: number, count: number][];
}

/** What an embedded worker answers: one JSON value on stdout, behind `READY_LINE`. The driver adds its name, version and argv. */
export interface WorkerReport
  extends Pick<
    Measurement,
    | 'requests'
    | 'windowUs'
    | 'bytes'
    | 'statusCounts'
    | 'errors'
    | 'connectionsOpened'
    | 'phases'
    | 'perSecond'
    | 'replyBodyBytes'
    | 'serverHeader'
    | 'mismatchedBodies'
    | 'notes'
  > {
  latency: WorkerLatency | null;
  /** Connections that the server closed although they were to be kept. */
  serverClosedConnections: number;
  /** CPU time spent polling for the next intended start (open loop), µs: it is not work. */
  idleSpinUs: number;
  /** Set when the worker stopped before the load was done, or when its figures cannot be trusted. */
  failure: { code: string; message: string } | null;
}
