/**
 * How finely a program on the generator's CPU can tell time. Prints JSON: `clockStepsNs`, the non-zero steps of the
 * monotonic clock between readings without pause, and `timerLateUs`, how late each of argv[2] timers of 1 ms fired.
 */
const READINGS = 20_000;
const timers = Number(process.argv[2] ?? 1_000);

const clockStepsNs: number[] = [];
let last = process.hrtime.bigint();
for (let i = 0; i < READINGS; i += 1) {
  const now = process.hrtime.bigint();
  if (now > last) clockStepsNs.push(Number(now - last));
  last = now;
}

const timerLateUs: number[] = [];
for (let i = 0; i < timers; i += 1) {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 1));
  timerLateUs.push((performance.now() - start - 1) * 1_000);
}
process.stdout.write(JSON.stringify({ clockStepsNs, timerLateUs }));
