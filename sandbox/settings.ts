// Settings that arrive as JSON: every key is known and of the right type, or the whole patch is refused.
import { ENDPOINT_KINDS, type Fault } from './faults.ts';
import type { SettingsPatch } from './types.ts';

type Test = (value: unknown) => boolean;

const isSeconds: Test = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isFlag: Test = (value) => typeof value === 'boolean';
const isText: Test = (value) => typeof value === 'string';
const isTexts: Test = (value) => Array.isArray(value) && value.length > 0 && value.every(isText);
const isParameters: Test = (value) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText);
const isCount: Test = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isKind: Test = (value) => ENDPOINT_KINDS.some((kind) => kind === value);

const FAULT_KEYS = {
  on: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isKind) : isKind(value)),
  times: isSeconds,
  status: (value) => isCount(value) && Number(value) >= 200 && Number(value) <= 599,
  body: () => true,
  contentType: isText,
  dialogue: isTexts,
  callback: isParameters,
  delayMs: isCount,
  hang: isFlag,
  dropResponse: isFlag,
  answerDelayMs: isCount,
  retryAfter: (value) => isCount(value) || isText(value),
  error: isText,
  errorDescription: isText,
} as const satisfies Record<keyof Fault, Test>;

const SETTING_KEYS = {
  accessTokenTtlSeconds: isSeconds,
  rotation: (value) => value === 'none' || value === 'lenient' || value === 'strict',
  issWithoutScheme: isFlag,
  issParameter: isFlag,
  refreshTokenExpiresInSeconds: (value) => value === null || isSeconds(value),
  fault: (value) => value === null || (Array.isArray(value) ? value.every(isFault) : isFault(value)),
} as const satisfies Record<keyof SettingsPatch, Test>;

export function parseSettingsPatch(input: Record<string, unknown>): SettingsPatch {
  const wrong = misfits(input, SETTING_KEYS);
  if (wrong.length > 0) throw new Error(`unknown or malformed settings: ${wrong.join(', ')}`);
  return input;
}

function isFault(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'on' in value && misfits(value, FAULT_KEYS).length === 0;
}

function misfits(input: object, keys: Record<string, Test>): string[] {
  return Object.entries(input)
    .filter(([key, value]) => !(keys[key]?.(value) ?? false))
    .map(([key]) => key);
}
