import { z } from 'zod';
import { loadMatchShape } from './load.ts';
import { line, name } from './values.ts';

/** A partial cell: every key that is given must be equal. */
export const match = z
  .strictObject({
    server: z.string().optional().describe('Name of a server.'),
    environment: z.string().optional().describe('Name of an environment.'),
    ...loadMatchShape,
  })
  .describe('A partial cell: every key that is given must be equal.');

export const threshold = z
  .strictObject({
    match: match.default({}).describe('The cells that it is for. Default: all.'),
    metric: z
      .enum([
        'requestsPerSecond',
        'latencyUs.p50',
        'latencyUs.p90',
        'latencyUs.p99',
        'latencyUs.p999',
        'latencyUs.max',
        'errors',
      ])
      .describe('The figure: requests a second, latency in µs, or a number of errors.'),
    min: z.number().optional().describe("It must be at least this, in the figure's unit. Default: no bound."),
    max: z.number().optional().describe("It must be at most this, in the figure's unit. Default: no bound."),
  })
  .describe('A figure that must hold, or the command exits with 1.');

export const baseline = z
  .union([
    name,
    z.strictObject({
      server: name.optional().describe('Name of a server.'),
      environment: name.optional().describe('Name of an environment.'),
    }),
  ])
  .describe('What the others are compared with: the name of a server, or {server, environment}. Default: nothing.');

export const report = z
  .strictObject({
    template: line
      .min(1)
      .default('article')
      .describe('A template\'s name, or the path of your own. Default: "article".'),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'expected a language such as "en" or "zh-CN"')
      .default('en')
      .describe('Language: "en" or "zh-CN". Default: "en".'),
  })
  .describe('How the report is written.');
