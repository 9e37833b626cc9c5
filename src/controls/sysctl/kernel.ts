/** Whether a kernel's release ("6.18.44-generic") is `version` ("4.12") or later; null when either is not a version. */
export function isAtLeast(release: string, version: string): boolean | null {
  const [is, wanted] = [release, version].map((text) => /^(\d+)\.(\d+)/.exec(text));
  if (!is || !wanted) return null;
  const [major, minor] = [Number(is[1]) - Number(wanted[1]), Number(is[2]) - Number(wanted[2])];
  return major > 0 || (major === 0 && minor >= 0);
}
