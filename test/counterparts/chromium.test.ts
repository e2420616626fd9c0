import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { counterparts } from './index.ts';

describe('Chromium', () => {
  let origin: string;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      '<!doctype html><title>Here</title><h1>Hello</h1><script>document.title += " and now"</script>',
    );
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    origin = `http://127.0.0.1:${address.port}`;
  });
  after(() => server.close());

  it('renders a page of this machine and runs its script', async () => {
    const chromium = await counterparts().launchBrowser();
    const page = await (await chromium.newContext()).newPage();
    await page.goto(origin);
    assert.equal(await page.title(), 'Here and now');
    assert.equal(await page.getByRole('heading').textContent(), 'Hello');
    await chromium.close();
  });

  it('makes the test fail when a page asks for something off the machine', async () => {
    const chromium = await counterparts().launchBrowser();
    const page = await (await chromium.newContext()).newPage();
    await page.goto(origin);
    await page.evaluate('fetch("http://192.0.2.1/pixel").catch(() => undefined)');
    await assert.rejects(chromium.close(), /left the machine: http:\/\/192\.0\.2\.1\/pixel/);
  });
});
