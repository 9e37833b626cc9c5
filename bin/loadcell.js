#!/usr/bin/env node
// An installed copy runs its TypeScript through tsx, as a checkout does: experiments are TypeScript anyway, so a build
// would only add a second form of the same code.
import { register } from 'tsx/esm/api';

register();
await import('../run.ts');
