import type { Load, Reply } from '../model/plan.ts';
import type { ReplyCheck } from '../model/record.ts';
import type { Probe } from './probe.ts';
import type { ReplyAnswer } from './probe-protocol.ts';

const SHOWN_CHARACTERS = 200;
/** Long enough for a server that has just been through 2,000 connections; short enough not to look hung. */
const REPLY_TIMEOUT_MS = 10_000;

/** Sends the load's own request once and compares the reply with the declared one. */
export async function checkReply(
  probe: Probe,
  when: ReplyCheck['when'],
  target: { address: string; port: number },
  load: Load,
  declared: Reply,
): Promise<ReplyCheck> {
  const { method, path, headers, body } = load;
  const asked = await probe.ask({ op: 'reply', ...target, method, path, headers, body, timeoutMs: REPLY_TIMEOUT_MS });
  const problem = replyProblem(asked.reply, declared);
  return {
    when,
    ok: problem === null,
    status: asked.reply.status,
    body: asked.reply.body.slice(0, SHOWN_CHARACTERS),
    problem,
    headers: asked.reply.headers,
  };
}

/** What differs from the declared reply, in one sentence; null when nothing does. */
export function replyProblem(reply: ReplyAnswer, declared: Reply): string | null {
  if (reply.status === null) return `no reply: ${reply.error}`;
  if (reply.status !== declared.status) return `status ${reply.status} where ${declared.status} is declared`;
  if (reply.error !== null) return reply.error;
  for (const [name, value] of Object.entries(declared.headers)) {
    const lower = name.toLowerCase();
    const found = Object.hasOwn(reply.headers, lower) ? reply.headers[lower] : undefined;
    if (found !== value) return `header ${name}: ${found ?? 'absent'} where ${JSON.stringify(value)} is declared`;
  }
  // Bytes too: what is no UTF-8 was decoded to something else, and a long body was cut.
  if (declared.body !== null && (reply.body !== declared.body || reply.bytes !== Buffer.byteLength(declared.body))) {
    return `body ${JSON.stringify(reply.body.slice(0, SHOWN_CHARACTERS))} where ${JSON.stringify(declared.body.slice(0, SHOWN_CHARACTERS))} is declared`;
  }
  return null;
}
