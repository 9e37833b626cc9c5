import { defineExperiment } from 'loadcell';
import httpServerQuiet from './servers/http-server-quiet/recipe.ts';
import nginx from './servers/nginx/recipe.ts';

export default defineExperiment({
  title: 'TIME_WAIT: do the kernel settings help?',
  notes: `
A list of kernel settings against "too many connections in TIME_WAIT" has been handed on for years. Does it change what a server can do?

The load opens a new connection for each of 60,000 requests. Whoever closes first keeps the TIME_WAIT, for 60 seconds, and in all of these cells that is the server.
It holds no port for that: all of its connections share one. The limit is on the other side: one client address has 28,232 ports to come from
(\`net.ipv4.ip_local_port_range\`), and Linux takes every second one for outgoing connections while it can. So a single client fills TIME_WAIT with some 14,000
connections, and this load goes around four times.

- When the client comes back from a port whose last connection is still in TIME_WAIT at the server, the server's kernel takes the new connection at once if the
  sequence number or the timestamp is newer (RFC 6191). No setting is needed for that.
- \`tcp_tw_reuse\` is about connections that *this* side opens, so it can help a client or a proxy, and never a server. Since Linux 4.19 it is 2 by default:
  on for loopback only. That is why \`no-reuse\` is measured too: it is what "stock" means between two machines.
- \`tcp_tw_recycle\` broke clients behind one NAT address and was taken out in Linux 4.12.

Look at the most TIME_WAIT sockets that were seen, at the errors, and only then at the rate.
`,
  servers: [nginx, httpServerQuiet],
  environments: {
    stock: {
      note: 'The kernel as this machine has it.',
    },
    'no-reuse': {
      note: '`tcp_tw_reuse` off altogether: what the default of 2 comes to for connections between machines.',
      sysctl: { 'net.ipv4.tcp_tw_reuse': 0 },
    },
    'tw-reuse': {
      note: '`tcp_tw_reuse` on for all connections, and nothing else.',
      sysctl: { 'net.ipv4.tcp_tw_reuse': 1 },
    },
    'source-21': {
      note: `
The source report's 21 lines. They name 17 settings: \`tcp_tw_reuse\` and \`tcp_tw_recycle\` stand there twice with the same value, \`tcp_max_syn_backlog\` with 8192 and
then 65536, and \`netdev_max_backlog\` with 32768 and then 8096. Here, as in a sysctl file, the later line wins.

- \`tcp_tw_recycle\` is optional here: kernels since 4.12 do not have it, and the report says so.
- \`tcp_mem\` is in pages of 4 KiB: 94,500,000 of them are 360 GiB, so that line switches TCP's memory limits off.
- \`tcp_max_syn_backlog\` counts only where \`tcp_syncookies\` is 0, and the list sets that to 1.
- \`somaxconn\` raises what a server *may* ask for; nginx asks for 511 all the same.
- \`netdev_max_backlog\`, the four buffer sizes, \`tcp_mem\` and \`tcp_max_orphans\` belong to the whole machine. They are set on it, as root, and put back.
`,
      sysctl: {
        'net.ipv4.tcp_tw_reuse': 1,
        'net.ipv4.tcp_tw_recycle': { value: 1, optional: true },
        'net.ipv4.tcp_fin_timeout': 30,
        'net.ipv4.tcp_keepalive_time': 600,
        'net.ipv4.tcp_max_syn_backlog': 65_536,
        'net.ipv4.tcp_max_tw_buckets': 60_000,
        'net.core.netdev_max_backlog': 8_096,
        'net.core.somaxconn': 32_768,
        'net.core.wmem_default': 8_388_608,
        'net.core.rmem_default': 8_388_608,
        'net.core.rmem_max': 16_777_216,
        'net.core.wmem_max': 16_777_216,
        'net.ipv4.tcp_synack_retries': 2,
        'net.ipv4.tcp_syn_retries': 2,
        'net.ipv4.tcp_mem': [94_500_000, 915_000_000, 927_000_000],
        'net.ipv4.tcp_max_orphans': 3_276_800,
        'net.ipv4.tcp_syncookies': 1,
      },
    },
  },
  load: {
    path: '/info',
    requests: 60_000,
    connections: 100,
    keepAlive: false,
    warmup: '500ms',
    timeout: '30s',
  },
  trials: 5,
  baseline: { environment: 'stock' },
});
