// Generated from sdk/package.json by `npm run generate`; not to be changed by hand.
export const version = '0.1.0';
