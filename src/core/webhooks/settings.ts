// What the operator sets about webhooks.

/** Times as their names say. */
export type WebhookSettings = {
  /** One attempt, to the end of the answer's headers. */
  webhookTimeoutSeconds: number;
  /** Attempts that a process has under way at once. */
  webhookCallsMax: number;
  /** How long deliveries that are over are kept, with their attempts. */
  webhookDeliveriesDays: number;
};
