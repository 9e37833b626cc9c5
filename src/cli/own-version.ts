import own from '../../package.json' with { type: 'json' };

/** loadcell's own version, from package.json. */
export const ownVersion: string = own.version;
