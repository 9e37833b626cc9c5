import entries from './sysctl-catalogue.json' with { type: 'json' };

/** What is known of one kernel setting. Checked against Linux 6.18. */
export interface SysctlInfo {
  key: string;
  /** Kernel release that brought it. */
  since: string;
  /** Kernel release that took it away; null = it is still there. */
  removedIn: string | null;
  /** Whether each network namespace has its own that can be set. */
  namespaced: boolean;
  /**
   * `flag` 0 or 1; `tuple` of `count` numbers; `ports` a list of ports and ranges; `action` does something once and holds
   * no value.
   */
  type: 'flag' | 'choice' | 'integer' | 'tuple' | 'ports' | 'name' | 'names' | 'action';
  readOnly?: boolean;
  count?: number;
  /** What each value of a `choice` means. */
  choices?: Readonly<Record<string, string>>;
  /** The kernel rounds it up to a power of two. */
  powerOfTwo?: boolean;
  unit: string | null;
  /** Lowest and highest number that make sense; the kernel accepts more. Text where it is above 2^53. */
  range: readonly (number | string)[] | null;
  /** In words where the machine or the build decides. */
  default: string | null;
  summary: string;
  summaryZh: string;
  caution: string | null;
}

const CATALOGUE = new Map((entries as readonly SysctlInfo[]).map((entry) => [entry.key, entry]));

/** null for a key that is not in the catalogue. */
export const sysctlInfo = (key: string): SysctlInfo | null => CATALOGUE.get(key) ?? null;

/** Every entry, for the reference. */
export const allSysctls = (): SysctlInfo[] => [...CATALOGUE.values()];

/** Settings of each network namespace that change how TCP behaves, beside those of the catalogue. */
const FURTHER_TCP = [
  'adv_win_scale app_win backlog_ack_defer base_mss challenge_ack_limit comp_sack_delay_ns comp_sack_nr comp_sack_slack_ns',
  'dsack early_demux early_retrans ecn_fallback ecn_option ecn_option_beacon fastopen_blackhole_timeout_sec frto',
  'invalid_ratelimit max_reordering min_rtt_wlen min_snd_mss min_tso_segs mtu_probe_floor mtu_probing',
  'no_ssthresh_metrics_save pacing_ca_ratio pacing_ss_ratio pingpong_thresh plb_cong_thresh plb_enabled',
  'plb_idle_rehash_rounds plb_rehash_rounds plb_suspend_rto_sec probe_interval probe_threshold recovery reflect_tos',
  'reordering retrans_collapse retries1 rfc1337 rto_max_ms stdurg syn_linear_timeouts thin_linear_timeouts tso_rtt_log',
  'tso_win_divisor workaround_signed_windows',
].flatMap((line) => line.split(' ').map((name) => `net.ipv4.tcp_${name}`));

const FURTHER = [
  'net.core.txrehash',
  'net.ipv4.ip_autobind_reuse',
  'net.ipv4.ip_default_ttl',
  'net.ipv4.ip_no_pmtu_disc',
];

/**
 * Paths under /proc/sys/net of the settings that a fresh network namespace starts with at the kernel's defaults, whatever
 * the host has: what is copied in so that it behaves as the host does. Kernels lack some of them.
 */
export const namespacedKeys = (): string[] =>
  [
    ...allSysctls()
      .filter((entry) => entry.namespaced && entry.readOnly !== true && entry.key.startsWith('net.'))
      .map((entry) => entry.key),
    ...FURTHER_TCP,
    ...FURTHER,
  ].map((key) => `/proc/sys/${key.replaceAll('.', '/')}`);
