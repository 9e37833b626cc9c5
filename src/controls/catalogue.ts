export const namespacedKeys = (): string[] => [];
export const sysctlInfo = (_key: string): { summary: string; summaryZh: string; caution: string | null } | null => null;
