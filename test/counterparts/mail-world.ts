// Owns a test file's turn with the shared mail servers. While the turn lasts, Dovecot and Postfix accept the
// tokens of the authorization servers named here, every mailbox starts empty, and no other test file is in.
// The test run starts files that import this one after another, so that a turn is hardly ever waited for.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { IntrospectionTarget, IntrospectionTargets } from './introspection-relay.ts';
import { type Endpoint, type MailEndpoints, readState } from './state.ts';

export type { IntrospectionTarget, IntrospectionTargets };

export type MailWorld = {
  endpoints: MailEndpoints;
  /** The authority that signed the certificate of all four ports, as PEM. */
  caFile: string;
  /** Asks other authorization servers from now on; a provider left out becomes unreachable. */
  pointAt(targets: IntrospectionTargets): Promise<void>;
  /** Ends the turn. The end of the process does so too. */
  close(): void;
};

/** Waits for the turn, which may take as long as other test files need. A provider left out is unreachable. */
export async function openMailWorld(targets: IntrospectionTargets): Promise<MailWorld> {
  const { relay, endpoints, caFile } = readState().mail;
  const { held, response } = await post(relay, '/lease', targets);
  const lease = await firstLine(response);
  // A test that forgets to close must not keep its process alive.
  response.socket.unref();
  return {
    endpoints,
    caFile,
    pointAt: async (others) => {
      const answer = await post(relay, `/lease/${lease}`, others);
      await text(answer.response);
      if (answer.response.statusCode !== 204) throw new Error('this turn with the mail servers is over');
    },
    close: () => held.destroy(),
  };
}

function post(
  relay: Endpoint,
  path: string,
  body: unknown,
): Promise<{ held: ClientRequest; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const held = request({ ...relay, path, method: 'POST', agent: false });
    held.once('error', reject);
    held.once('response', (response) => {
      // Once the turn is given back on purpose, the torn connection is no news.
      held.on('error', () => {});
      response.on('error', () => {});
      resolve({ held, response });
    });
    held.end(JSON.stringify(body));
  });
}

function firstLine(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    response.setEncoding('utf8');
    response.once('close', () => reject(new Error('the relay ended before it was our turn')));
    response.once('data', (line: string) => {
      const parsed: unknown = JSON.parse(line);
      const lease = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'lease') : undefined;
      if (typeof lease === 'string') resolve(lease);
      else reject(new Error(`the relay answered ${line}`));
    });
  });
}
