export class ApplyError extends Error {}
