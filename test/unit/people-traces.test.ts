// How a person is recognized in a text, and what stands there afterwards.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recognitionOf } from '../../src/core/people/people-traces.ts';

describe('an address', () => {
  const { mentions, erased } = recognitionOf({ addresses: ['a@b.example'], names: ['Al Bo'] });

  it('is found as URLs and JSON write it, in any case, and not inside of a longer one', () => {
    for (const hit of [
      'a@b.example',
      '"A@B.example"',
      '?x=a%40b.example&y',
      'mailto%3Aa%40b.example',
      'a@b.example.',
    ]) {
      assert.ok(mentions(hit), hit);
    }
    for (const miss of ['ba@b.example', 'a@b.example.org', 'x.a@b.example', 'a@b.examples', 'a@bb.example']) {
      assert.ok(!mentions(miss), miss);
    }
  });

  it('leaves an address that reads like one, and takes names only from what is about the person', () => {
    assert.equal(erased('?x=a%40b.example', { isAbout: false }), '?x=erased%40erased.invalid');
    assert.equal(erased('Al Bo <a@b.example>', { isAbout: false }), 'Al Bo <erased@erased.invalid>');
    assert.equal(erased('Al Bo, Al Boo', { isAbout: true }), 'erased, Al Boo');
  });
});
