import type { EncodedHistogram } from './histogram.ts';

/** What one driver got out of its generator for one measured window, distortions undone. */
export interface Measurement {
  /** Driver name and the generator's own version. */
  driver: { name: string; version: string };
  /** The command as it ran. */
  argv: string[];
  requests: {
    /** Requests sent, where the generator knows. */
    sent: number | null;
    /** Complete replies, whatever their status. */
    completed: number;
    /** Requests cut off by the end of the window: neither completed nor failed. */
    inFlight: number | null;
    /** How long the oldest of those had been under way, µs; 0 when there are none. null or absent: not known. */
    oldestInFlightUs?: number | null;
    /** Open loop: starts that could not be made in time. null in a closed loop. */
    missedStarts: number | null;
  };
  /**
   * Length of the measured window in µs, by a monotonic clock. Closed loop: the load's time, or from the first start to the
   * last outcome. Open loop: from the first reply to the last one, but not shorter than the schedule: a latency that all
   * requests have moves the replies and thins out nothing, and a server that falls behind is seen at its own rate.
   */
  windowUs: number;
  /** Bytes read from the server (headers included) and, of those, bodies. */
  bytes: { received: number | null; body: number | null };
  /** Replies by status code, or by class ('2xx') where the generator tells only that. */
  statusCounts: Record<string, number>;
  errors: ErrorCounts;
  /** Connections that the generator opened in the window, where it knows. */
  connectionsOpened: number | null;
  /** Connections that the server closed although they were to be kept (load.keepAlive). null or absent: not known. */
  serverClosedConnections?: number | null;
  /** CPU time that the generator spent polling for the next intended start (open loop), µs: not work. Absent: none. */
  idleSpinUs?: number;
  /** null: the generator has no usable distribution; `latencyMissing` says why. */
  latency: Latency | null;
  latencyMissing: string | null;
  /** ab's table: only the rows that were measured. null: no per-request data. */
  phases: Phases | null;
  /** Completed requests in each second of the window, the last one of which may be a part. null: the generator has none. */
  perSecond: number[] | null;
  /** Length of one reply's body in bytes as the generator saw it, and the Server header, for the ab-shaped block. */
  replyBodyBytes: number | null;
  serverHeader: string | null;
  /** Replies whose body differed from the expected one. null: the generator does not look. */
  mismatchedBodies: number | null;
  /** What the driver did to the generator's figures, or could not do; one sentence each, for the report's method section. */
  notes: string[];
  /** The generator's own text where the report shows it as it came (ab). */
  ownOutput: string | null;
}

export interface ErrorCounts {
  connect: number;
  /** Connection closed or reset before the reply was complete. */
  reset: number;
  timeout: number;
  /** EMFILE, ENFILE, EADDRNOTAVAIL: the generator's own machine ran out. */
  resource: number;
  other: number;
}

export interface Latency {
  /** `service-time`: from the request's actual start (closed loop). `response-time`: from its intended start (open loop). */
  kind: 'service-time' | 'response-time';
  histogram: EncodedHistogram;
  count: number;
  /** Exact, from the samples where the generator gives them. */
  minUs: number;
  meanUs: number;
  maxUs: number;
  stdevUs: number;
  /** The smallest difference that this figure can show, in µs. */
  resolutionUs: number;
  /** Whether the time to connect is part of it. */
  includesConnect: boolean;
}

/** The rows of ab's "Connection Times", in µs, each by itself (they do not add up). */
export interface Phases {
  connect: PhaseRow | null;
  processing: PhaseRow | null;
  waiting: PhaseRow | null;
  total: PhaseRow;
  /** ab's percentages: [50, µs] ... [100, µs], of total. */
  percentiles: [percent: number, us: number][];
}

export interface PhaseRow {
  minUs: number;
  meanUs: number;
  /** Sample standard deviation. */
  sdUs: number;
  medianUs: number;
  maxUs: number;
}

export const noErrors = (): ErrorCounts => ({ connect: 0, reset: 0, timeout: 0, resource: 0, other: 0 });
export const errorTotal = (e: ErrorCounts): number => e.connect + e.reset + e.timeout + e.resource + e.other;
