// That no failure of the field is forgotten: the list of rows and numbers stands here, apart from the tables.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldCases, ownCases, rowOf, saidCases } from '../../sandbox/field-cases/index.ts';
import { isReasonCode, verdictOf } from '../../src/core/diagnosis.ts';
import { aadstsTable } from '../../src/providers/aadsts.ts';

const upTo = (letter: string, last: number): string[] =>
  Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);

const numbers = [
  16000, 28000, 28002, 28003, 40010, 50001, 50011, 50020, 50033, 50034, 50053, 50055, 50056, 50057, 50058,
  50059, 50072, 50074, 50076, 50078, 50079, 50085, 50087, 50089, 50097, 50105, 50126, 50128, 50129, 50131,
  50132, 50133, 50140, 50144, 50158, 50173, 50194, 50196, 50199, 51004, 53000, 53001, 53002, 53003, 53004,
  53011, 54005, 65001, 65004, 65005, 65006, 70000, 70001, 70002, 70008, 70011, 70012, 70016, 70018, 70019,
  70043, 70044, 80001, 80002, 80005, 80007, 80012, 80013, 80014, 90002, 90004, 90006, 90012, 90013, 90014,
  90019, 90023, 90024, 90027, 90033, 90038, 90055, 90056, 90072, 90090, 90094, 90095, 90124, 90130, 135004,
  500011, 500021, 500022, 500112, 500208, 500212, 500213, 530032, 530034, 530035, 530036, 650052, 650054,
  650056, 650057, 700005, 700011, 700016, 700022, 700023, 700025, 700027, 700082, 700084, 900144, 900382,
  900432, 900561, 900971, 901002, 1000031, 7000012, 7000112, 7000215, 7000218, 7000222, 7000229, 9001023,
  9002313, 9002332,
];

test('every row of the field has a case', () => {
  const rows = new Set(fieldCases.map(rowOf));
  const wanted = [
    ...upTo('G', 20),
    ...upTo('M', 35),
    ...upTo('S', 12),
    ...numbers.map((code) => `AADSTS${code}`),
  ];
  assert.deepEqual(
    wanted.filter((row) => !rows.has(row)),
    [],
  );
  assert.equal(rows.size, wanted.length, 'and no case belongs to a row that the list does not know');
});

test('every number that the adapter knows is in the list, and the other way round', () => {
  assert.deepEqual(
    [...aadstsTable.keys()].toSorted((a, b) => a - b),
    numbers,
  );
});

test('no two cases have the same name, and every expectation is a verdict', () => {
  assert.equal(new Set(fieldCases.map(({ id }) => id)).size, fieldCases.length);
  for (const { expect, later } of saidCases) {
    for (const { code, acts, heals } of later === undefined ? [expect] : [expect, later]) {
      assert.ok(isReasonCode(code), code);
      const { actor, healsItself } = verdictOf(code);
      assert.deepEqual([code, actor, healsItself], [code, acts, heals]);
    }
  }
  for (const { id, code } of ownCases) assert.ok(code === undefined || isReasonCode(code), id);
});

test('a verdict names its remedy in one way only: no two say the same', () => {
  const codes = new Set(saidCases.map(({ expect }) => expect.code).filter(isReasonCode));
  const remedies = [...codes].map((code) => verdictOf(code)).filter(({ healsItself }) => !healsItself);
  const sentences = remedies.map(({ sentence }) => sentence);
  assert.equal(new Set(sentences).size, sentences.length);
});
