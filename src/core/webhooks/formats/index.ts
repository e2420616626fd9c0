// The formats by name. A further one is a file here, a member of `WebhookFormat`, and a line in this table.
import type { WebhookFormat } from '../endpoint.ts';
import type { Format } from './format.ts';
import { standard } from './standard.ts';

export type { Format, Signing, ToldEvent } from './format.ts';

export const formats = { standard } as const satisfies Record<WebhookFormat, Format>;
