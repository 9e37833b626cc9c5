import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'experiments/**/*.test.ts'],
    reporters: ['default', './tests/support/closing-line.ts'],
    globalSetup: './tests/support/programs.setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files that start servers, generators and namespaces would starve each other on the two cores that loadcell is
    // tested on, and tests that hold the machine-wide lock must not meet: one file at a time.
    fileParallelism: false,
  },
});
