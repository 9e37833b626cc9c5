/** What the runner and the probe inside the stage say to each other, one JSON value a line. */
export type ProbeRequest =
  | {
      op: 'ready';
      address: string;
      port: number /** null: a TCP connection is enough. */;
      path: string | null;
      timeoutMs: number;
    }
  | {
      op: 'reply';
      address: string;
      port: number;
      method: string;
      path: string;
      headers: Record<string, string>;
      body: string | null;
      timeoutMs: number;
    }
  | { op: 'sysctls' /** Absolute paths under /proc/sys. */; paths: string[] };

export type ProbeAnswer =
  | { op: 'ready'; ready: boolean /** What the last attempt met. */; last: string }
  | { op: 'reply'; reply: ReplyAnswer }
  | { op: 'sysctls'; values: Record<string, string | null> };

export interface ReplyAnswer {
  /** null when no complete header came. */
  status: number | null;
  headers: Record<string, string>;
  body: string;
  bytes: number;
  error: string | null;
}
