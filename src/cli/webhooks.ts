// `mailgrant webhooks`: endpoints that hear of events, and what was delivered to them.
import type { Command } from './command.ts';
import { deliveryVerbs } from './webhook-deliveries.ts';
import { endpointVerbs } from './webhook-endpoints.ts';

export const command: Command = { verbs: { ...endpointVerbs, ...deliveryVerbs } };
