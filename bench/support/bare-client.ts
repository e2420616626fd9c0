// The limit of a refresh: `undici.request` posting the bytes that the gateway posts, so many at a time, reading the
// answer as JSON. No database, no decisions.
import { Agent, request } from 'undici';
import { serveControl } from './control.ts';
import { memberAt, numberAt, textAt } from './members.ts';
import { percentile } from './statistics.ts';

type Post = { url: string; headers: Record<string, string>; body: string; dispatcher: Agent };

async function post({ url, headers, body, dispatcher }: Post): Promise<void> {
  const answer = await request(url, { method: 'POST', headers, body, dispatcher });
  const token: unknown = await answer.body.json();
  textAt(token, 'access_token');
}

serveControl({
  run: async (argument) => {
    const inFlight = numberAt(argument, 'inFlight');
    const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
    const headers = memberAt(argument, 'headers');
    const call: Post = {
      url: textAt(argument, 'url'),
      headers: Object.fromEntries(
        Object.entries(Object(headers)).map(([name, value]) => [name, String(value)]),
      ),
      body: textAt(argument, 'body'),
      dispatcher,
    };
    const begin = performance.now();
    const end = begin + numberAt(argument, 'seconds') * 1000;
    const samples: number[] = [];
    const lane = async (): Promise<void> => {
      while (performance.now() < end) {
        const sentAt = performance.now();
        await post(call);
        samples.push(performance.now() - sentAt);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    const seconds = (performance.now() - begin) / 1000;
    await dispatcher.close();
    return { done: samples.length, seconds, p50Milliseconds: percentile(samples, 0.5) };
  },
});
