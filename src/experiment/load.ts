import { z } from 'zod';
import { axis, duration, urlPath } from './values.ts';

const count = z.int().positive();

const warmup = z.union([z.literal(false), z.strictObject({ requests: count.describe('Requests.') }), duration]);

/** One load shape; a list in any field is an axis of the matrix. */
export const loadSchema = z
  .strictObject({
    driver: axis(z.string()).default(['auto']).describe('Load generator. Default "auto": the strongest installed one that can do the load.'),
    path: axis(urlPath).default(['/']).describe('Path and query that are asked for.'),
    method: axis(z.string().regex(/^[A-Z]+$/, 'expected a method in capitals, such as "GET"')).default(['GET']).describe('HTTP method.'),
    headers: z
      .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string().regex(/^[^\r\n\0]*$/, 'expected one line'))
      .default({})
      .describe('Headers that are added.'),
    body: z.string().optional().describe('Request body.'),
    requests: axis(count).optional().describe('The window ends after so many requests.'),
    duration: axis(duration.refine((ms) => ms > 0, 'expected more than 0')).optional().describe('The window ends after this time. Default, without requests: 10 s.'),
    connections: axis(count.max(1_000_000)).default([10]).describe('Concurrent connections.'),
    keepAlive: axis(z.boolean()).default([true]).describe('false: a new connection for every request.'),
    pipelining: axis(count.max(1_000)).default([1]).describe('Requests in flight on one connection.'),
    warmup: axis(warmup).optional().describe('Load before the window, not measured: a time, {requests} or false. Default: a tenth of the requests, or 1 s.'),
    timeout: duration.default(10_000).describe('A request without a reply for this long is an error.'),
    rate: axis(z.number().positive()).optional().describe('Open loop: arrivals a second over all connections. Default: closed loop.'),
    arrivals: axis(z.enum(['constant', 'poisson'])).default(['constant']).describe('How arrivals are spaced (open loop).'),
    http: axis(z.enum(['1.1', '2'])).default(['1.1']).describe('HTTP version.'),
  })
  .superRefine((load, context) => {
    if (load.requests !== undefined && load.duration !== undefined) {
      context.addIssue({ code: 'custom', path: ['duration'], message: 'expected either requests or duration, not both' });
    }
    if (load.rate !== undefined && load.requests !== undefined) {
      context.addIssue({ code: 'custom', path: ['requests'], message: 'expected duration with rate: an open loop runs for a time' });
    }
    if (load.rate === undefined && load.arrivals.includes('poisson')) {
      context.addIssue({ code: 'custom', path: ['arrivals'], message: 'expected rate as well: arrivals belong to an open loop' });
    }
  })
  .describe('The load matrix.');

export type LoadDefinition = z.output<typeof loadSchema>;
