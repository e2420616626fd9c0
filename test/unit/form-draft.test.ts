// Forms of the console over something that other people change at the same time.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { draftOf, overtaken, type Touched, touch, withoutSaved } from '../../web/src/components/draft.ts';

type Fields = { name: string; customer: string };
const there: Fields = { name: 'Ada', customer: 'Acme' };
const untouched: Touched<Fields> = {};

describe('a form over what others change', () => {
  it('follows what is there in every field that nobody touched', () => {
    const touched = touch(there, untouched, { customer: 'Globex' });
    const renamed = { ...there, name: 'Bea' };
    assert.deepEqual(draftOf(renamed, touched), { name: 'Bea', customer: 'Globex' });
    assert.deepEqual(overtaken(renamed, touched), []);
  });

  it('keeps what was entered, and names the fields that somebody else has changed since', () => {
    const touched = touch(there, touch(there, untouched, { name: 'Ad' }), { name: 'Adele' });
    const renamed = { ...there, name: 'Bea' };
    assert.deepEqual(draftOf(renamed, touched), { name: 'Adele', customer: 'Acme' });
    assert.deepEqual(overtaken(renamed, touched), ['name']);
    const again = touch(renamed, touched, { name: 'Adele!' });
    assert.deepEqual(overtaken(renamed, again), ['name'], 'one more letter does not make it known');
    assert.deepEqual(overtaken({ ...there, name: 'Adele' }, touched), [], 'the same was entered by both');
  });

  it('counts a field as untouched that is put back, or given as it was', () => {
    assert.deepEqual(touch(there, touch(there, untouched, { name: 'Bea' }), { name: 'Ada' }), {});
    assert.deepEqual(touch(there, untouched, { name: 'Ada', customer: 'Acme' }), {});
  });

  it('lets go of what was saved and keeps what was entered since it was sent', () => {
    const sent = touch(there, untouched, { name: 'Bea', customer: 'Globex' });
    const now = touch(there, sent, { customer: 'Globex Ltd' });
    assert.deepEqual(Object.keys(withoutSaved(now, sent)), ['customer']);
    assert.deepEqual(withoutSaved(sent, sent), {});
  });
});
