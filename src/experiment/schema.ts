import { z } from 'zod';
import { controls, controlsShape } from './controls.ts';
import { loadSchema } from './load.ts';
import { baseline, match, report, threshold } from './report.ts';
import { serverSchema } from './server.ts';
import { line, markdown, name } from './values.ts';

const environment = z
  .strictObject({ note: markdown.default('').describe('Markdown for the report. Default: none.'), ...controlsShape })
  .describe('An environment: the settings that make it, and a note.');

/** The one description of an experiment: types, checks, messages and the published JSON schema come from it. */
export const experimentSchema = z
  .strictObject({
    title: line.min(1).describe('Title of the report.'),
    notes: markdown.default('').describe('Markdown that opens the report: what is the question? Default: none.'),
    servers: z.array(serverSchema).min(1).max(500).describe('The servers: an axis of the matrix.'),
    environments: z
      .record(name, environment)
      .prefault({ default: {} })
      .describe('Named environments: an axis of the matrix. Default: one that is called "default" and sets nothing.'),
    controls: controls
      .default({})
      .describe("Settings for every cell; a server's own win over them, an environment's over both. Default: none."),
    load: z.union([loadSchema, z.array(loadSchema).min(1)]).describe('The load, or a list of loads (their union).'),
    include: z
      .array(match)
      .min(1)
      .optional()
      .describe('Partial cells: only cells that match one of these. Default: all.'),
    exclude: z.array(match).default([]).describe('Partial cells: no cell that matches one of these. Default: none.'),
    trials: z
      .int()
      .min(1)
      .max(10_000)
      .default(5)
      .describe('Repetitions of each cell, each on a fresh server. Default: 5.'),
    seed: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .optional()
      .describe('Seed of the order of trials, 0 to 4,294,967,295. Default: drawn, and recorded.'),
    isolation: z
      .enum(['auto', 'namespace', 'host'])
      .default('auto')
      .describe('Where trials run: in private namespaces or on the host. Default: "auto", namespaces where they work.'),
    baseline: baseline.optional(),
    thresholds: z.array(threshold).default([]).describe('Figures that must hold. Default: none.'),
    report: report.prefault({}),
  })
  .describe('A loadcell experiment.');

export type ExperimentInput = z.input<typeof experimentSchema>;
export type Experiment = z.output<typeof experimentSchema>;
