import { z } from 'zod';
import { duration, positiveDuration } from './durations.ts';
import { axis, urlPath } from './values.ts';

const count = z.int().positive();

const headers = z.record(
  z.string().regex(/^(?!__proto__$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header'),
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected one line of Latin-1 characters'),
);

const warmup = z.union(
  [z.literal(false), z.strictObject({ requests: count.describe('Number of requests.') }), positiveDuration],
  { error: 'expected a time such as "2s", {requests: n} or false' },
);

/** One load shape. A list in any field is an axis of the matrix; the load is every combination. */
export const loadSchema = z
  .strictObject({
    driver: axis(z.string().min(1))
      .prefault('auto')
      .describe(
        'Load generator, by name. Default: "auto", the strongest installed one that can do every load of the same shape.',
      ),
    path: axis(urlPath).prefault('/').describe('Path and query that are asked for. Default: "/".'),
    method: axis(z.string().regex(/^[A-Z]{1,32}$/, 'expected a method in capitals, such as "GET"'))
      .prefault('GET')
      .describe('HTTP method. Default: "GET".'),
    headers: axis(headers).prefault({}).describe('Request headers that are added. Default: none.'),
    body: axis(z.string()).optional().describe('Request body, as UTF-8. Default: none.'),
    requests: axis(count.max(1_000_000_000))
      .optional()
      .describe('The window ends after so many requests; either this or duration.'),
    duration: axis(positiveDuration)
      .optional()
      .describe('The window ends after this time, "10s"; either this or requests. Default: "10s".'),
    connections: axis(count.max(1_000_000))
      .optional()
      .describe("Concurrent connections (ab's -c). Default: 10, or fewer where there are fewer requests."),
    keepAlive: axis(z.boolean())
      .prefault(true)
      .describe('Whether connections are kept open; false: a new one for every request. Default: true.'),
    pipelining: axis(count.max(1_000))
      .prefault(1)
      .describe('Requests in flight on one connection. Default: 1, which is none waiting behind another.'),
    warmup: axis(warmup)
      .optional()
      .describe(
        'Load before the window that is not measured: a time "2s", {requests: n}, or false for none. Default: a tenth of the requests but one for each connection at least, or "1s".',
      ),
    timeout: axis(positiveDuration)
      .prefault('10s')
      .describe('A request without a reply for this long is an error. Default: "10s".'),
    rate: axis(z.number().positive().max(10_000_000))
      .optional()
      .describe('Open loop: arrivals a second, over all connections. Needs duration. Default: closed loop.'),
    arrivals: axis(z.enum(['constant', 'poisson']))
      .prefault('constant')
      .describe('How the arrivals of an open loop are spaced. Default: "constant".'),
    http: axis(z.enum(['1.1', '2']))
      .prefault('1.1')
      .describe('HTTP version. Default: "1.1".'),
  })
  .describe('A load, or with lists every combination.');

export type LoadDefinition = z.output<typeof loadSchema>;

/** What a partial cell may name of a load: one value each, compared after normalising. */
export const loadMatchShape = {
  driver: z.string().optional().describe('Driver as declared.'),
  path: z.string().optional().describe('Path.'),
  method: z.string().optional().describe('Method.'),
  requests: z.int().optional().describe('Number of requests.'),
  duration: duration.optional().describe('Length of the window, "10s".'),
  connections: z.int().optional().describe('Concurrent connections.'),
  keepAlive: z.boolean().optional().describe('Whether connections are kept open.'),
  pipelining: z.int().optional().describe('Requests in flight on one connection.'),
  timeout: duration.optional().describe('Time that a request may take, "10s".'),
  rate: z.number().optional().describe('Arrivals a second.'),
  arrivals: z.string().optional().describe('Spacing of arrivals.'),
  http: z.string().optional().describe('HTTP version.'),
};
