import type { Tweak } from '../../model/plan.ts';
import { sysctlInfo } from '../catalogue.ts';

const SEGMENT = /^[A-Za-z0-9_-]+$/;

/** `net.core.somaxconn` -> `/proc/sys/net/core/somaxconn`; null for what is no key or would lead out of /proc/sys. */
export function pathOf(key: string): string | null {
  const segments = key.split('.');
  if (segments.length < 2 || !segments.every((segment) => SEGMENT.test(segment))) return null;
  return `/proc/sys/${segments.join('/')}`;
}

/** Network settings that exist once for the machine, absent or read-only in a namespace (Linux 6.18). */
const OF_THE_MACHINE = [
  /^net\.core\.(bpf_jit_.*|busy_.*|default_qdisc|dev_weight.*|devconf_inherit_init_net|fb_tunnels_only_for_init_net)$/,
  /^net\.core\.(flow_limit_.*|gro_normal_batch|high_order_alloc_disable|max_skb_frags|mem_pcpu_rsv|message_.*|netdev_.*)$/,
  /^net\.core\.([rw]mem_(default|max)|rps_sock_flow_entries|skb_defer_max|warnings)$/,
  /^net\.ipv4\.(cipso_.*|fib_sync_mem|inet_peer_.*|ipfrag_secret_interval|tcp_available_.*|tcp_mem|udp_mem)$/,
  /^net\.ipv4\.route\.(error_.*|gc_.*|max_size|redirect_.*)$/,
  /^net\.ipv[46]\.neigh\.default\./,
  /^net\.ipv6\.(calipso_.*|ip6frag_secret_interval|mld_.*)$/,
  /^net\.(netfilter\.)?nf_(conntrack_(buckets|expect_max|max)|log_all_netns)$/,
];

/**
 * Whose a key is. Network settings that nobody here knows are taken for the namespace's: where that is wrong the write fails
 * and says so, while the host's copy of a namespaced key would be set, read back as held, and act on nothing.
 */
export function scopeOf(key: string): Tweak['scope'] {
  const info = sysctlInfo(key);
  if (info !== null) return info.namespaced ? 'namespace' : 'machine';
  return key.startsWith('net.') && !OF_THE_MACHINE.some((pattern) => pattern.test(key)) ? 'namespace' : 'machine';
}

/** Keys whose write does more on the host than could be put back one by one; Documentation/networking/ip-sysctl.rst. */
const BEYOND_RESTORE: readonly (readonly [RegExp, string])[] = [
  [
    /^\/proc\/sys\/net\/ipv[46]\/(ip_forward$|conf\/(all|default)\/)/,
    'it changes a setting of every network interface with it, which could not be put back one by one on the host',
  ],
  [
    /^\/proc\/sys\/net\/ipv6\/conf\/[^/]+\/(disable_ipv6|addr_gen_mode|forwarding)$/,
    'it changes addresses or routes of the interface with it, which could not be put back on the host',
  ],
  [
    /^\/proc\/sys\/net\/ipv4\/conf\/[^/]+\/forwarding$/,
    'it turns off an offload of the interface with it, which could not be put back on the host',
  ],
];

/** Why a path cannot be set on the host itself, where its namespace does not die with the trial; null when it can. */
export const beyondRestore = (path: string): string | null =>
  BEYOND_RESTORE.find(([pattern]) => pattern.test(path))?.[1] ?? null;
