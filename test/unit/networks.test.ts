// What counts as one caller, whatever a proxy or a connection writes.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { networkOf } from '../../src/core/networks.ts';

const networks: readonly [network: string, ...addresses: string[]][] = [
  ['192.0.2.1', '192.0.2.1', '192.0.2.1:5678', ' 192.0.2.1 ', '::ffff:192.0.2.1', '::FFFF:c000:0201'],
  ['192.0.2.1', '0:0:0:0:0:ffff:c000:201', '[::ffff:192.0.2.1]:443'],
  ['1.2.3.4', '::ffff:0102:0304'],
  ['2001:db8:1:2::/64', '2001:db8:1:2::9', '2001:0DB8:0001:0002:3:4:5:6', '[2001:db8:1:2::9]:443'],
  ['2001:db8:0:0::/64', '2001:db8::1', '2001:db8::192.0.2.1'],
  ['fe80:0:0:0::/64', 'fe80::1%eth0'],
  ['0:0:0:0::/64', '::', '::1', '::ffff:0:192.0.2.1'],
  [
    'unreadable',
    '',
    'unknown',
    '256.1.1.1',
    '1.2.3',
    '01.2.3.4',
    '1::2::3',
    '1:2:3:4:5:6:7',
    'g::1',
    '::12345',
  ],
];

for (const [network, ...addresses] of networks) {
  for (const address of addresses) {
    it(`"${address}" belongs to ${network}`, () => {
      assert.equal(networkOf(address), network);
    });
  }
}
