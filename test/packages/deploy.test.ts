// The files for containers and systemd, against the settings that there are and the files that they name. That an
// engine runs them is not tried here: `npm run check:container` does what can be done without one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { settingsTable } from '../../src/config.ts';
import { memberOf } from '../support/installation.ts';
import { root } from './packed.ts';

const composeFiles = ['deploy/compose/compose.yaml', 'deploy/compose/compose.postgres.yaml'];
const unit = 'deploy/systemd/mailgrant.service';
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const compose = (path: string): unknown => parse(read(path), { merge: true });

/** Members of a value that should be an object. */
const entriesOf = (value: unknown): [string, unknown][] => Object.entries(Object(value));
const servicesOf = (path: string): [string, unknown][] => entriesOf(memberOf(compose(path), 'services'));
const nodesOf = (path: string): [string, unknown][] =>
  servicesOf(path).filter(([, service]) => String(memberOf(service, 'image')).startsWith('mailgrant:'));

test('every setting that these files make exists', () => {
  const known = new Set(
    [...read('docs/configuration.md').matchAll(/`(MAILGRANT_\w+)`/g)].map(([, name]) => name),
  );
  const set = [
    ...composeFiles
      .flatMap((path) => nodesOf(path))
      .flatMap(([, node]) => entriesOf(memberOf(node, 'environment'))),
    ...[...read('Dockerfile').matchAll(/^(?:ENV| {4})\s*(\w+)=(\S*)/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
    ...[...read(unit).matchAll(/^Environment=(\w+)=(\S*)/gm)].map(([, name, value]) => [name, value]),
  ].map(([name]) => String(name));
  const ours = set.filter((name) => name.startsWith('MAILGRANT_'));
  assert.ok(ours.length > 8, ours.join());
  assert.deepEqual(
    ours.filter((name) => !known.has(name) && !known.has(name.replace(/_FILE$/, ''))),
    [],
  );
});

test('whoever ends a process lets it drain, finish and store', () => {
  const secondsOf = (value: unknown): number => Number(/^(\d+)s$/.exec(String(value))?.[1]);
  const drain = Number(settingsTable.drainSeconds.fallback);
  const needed = (seconds: number): number => seconds + Number(settingsTable.leaseSeconds.fallback) + 20;
  for (const [name, node] of composeFiles.flatMap(nodesOf)) {
    const own = memberOf(memberOf(node, 'environment'), settingsTable.drainSeconds.name);
    const grace = secondsOf(memberOf(node, 'stop_grace_period'));
    assert.ok(grace >= needed(own === undefined ? drain : Number(own)), name);
  }
  assert.ok(secondsOf(/^TimeoutStopSec=(.+)$/m.exec(read(unit))?.[1]) >= needed(drain));
});

test('no node runs as root, with capabilities, or on a root that it can write to', () => {
  assert.match(read('Dockerfile'), /^USER [1-9]\d*:[1-9]\d*$/m);
  for (const [name, node] of composeFiles.flatMap(nodesOf)) {
    assert.equal(memberOf(node, 'read_only'), true, name);
    assert.deepEqual(memberOf(node, 'cap_drop'), ['ALL'], name);
    assert.deepEqual(memberOf(node, 'security_opt'), ['no-new-privileges:true'], name);
    assert.equal(memberOf(node, 'user'), undefined, name);
  }
  assert.ok(nodesOf('deploy/compose/compose.postgres.yaml').length >= 2);
});

test('secrets come as files that are declared, and none is written into these files', () => {
  for (const path of composeFiles) {
    const declared = entriesOf(memberOf(compose(path), 'secrets')).map(([name]) => name);
    for (const [, service] of servicesOf(path)) {
      for (const [name, value] of entriesOf(memberOf(service, 'environment'))) {
        if (name.endsWith('_FILE') && value !== '') {
          assert.match(String(value), /^\/run\/secrets\/\w+$/, name);
          assert.ok(declared.includes(String(value).slice('/run/secrets/'.length)), name);
        } else {
          assert.doesNotMatch(
            name,
            /KEYRING|PASSWORD|SECRET|TOKEN|DATABASE_URL/,
            `${name} must come as a file`,
          );
        }
      }
      const used = memberOf(service, 'secrets');
      for (const secret of Array.isArray(used) ? used : []) assert.ok(declared.includes(String(secret)));
    }
  }
});

test('files that these files name are there, and the image is of this release', () => {
  for (const path of composeFiles) {
    for (const [, service] of servicesOf(path)) {
      const volumes = memberOf(service, 'volumes');
      for (const volume of Array.isArray(volumes) ? volumes : []) {
        const [source = ''] = String(volume).split(':');
        if (source.startsWith('.')) assert.ok(existsSync(join(root, dirname(path), source)), source);
        else assert.ok(Object.hasOwn(Object(memberOf(compose(path), 'volumes')), source), source);
      }
    }
    const { version } = JSON.parse(read('package.json'));
    for (const [, node] of nodesOf(path)) assert.equal(memberOf(node, 'image'), `mailgrant:${version}`);
  }
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from]) =>
    String(from).split(' '),
  );
  assert.ok(copied.includes('bin'));
  for (const path of copied) assert.ok(existsSync(join(root, path)), path);
  for (const [, path] of read('.dockerignore').matchAll(/^!(.+)$/gm)) {
    assert.ok(existsSync(join(root, String(path))), path);
  }
});

test('the secrets that are made are a keyring that opens and a URL with the password of the database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-secrets-'));
  try {
    writeFileSync(join(folder, 'make-secrets.sh'), read('deploy/compose/make-secrets.sh'));
    const run = () => spawnSync('sh', [join(folder, 'make-secrets.sh')], { encoding: 'utf8' });
    const { status, stderr } = run();
    assert.equal(status, 0, stderr);
    const made = (name: string): string => readFileSync(join(folder, 'secrets', name), 'utf8');
    const keyring = made('keyring');
    assert.match(keyring, /^k1:[A-Za-z0-9+/]{43}=\n$/);
    assert.equal(
      made('database_url'),
      `postgres://mailgrant:${made('postgres_password')}@postgres/mailgrant`,
    );
    assert.match(run().stdout, /keyring is there already/);
    assert.equal(made('keyring'), keyring);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('where nothing can make secrets, none are made and it says so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-secrets-'));
  try {
    const script = join(folder, 'make-secrets.sh');
    writeFileSync(script, read('deploy/compose/make-secrets.sh'));
    const tools = ['sh', 'cat', 'mkdir', 'mv', 'dirname', 'id', 'chown', 'tr'];
    // A machine without openssl.
    mkdirSync(join(folder, 'bin'));
    for (const tool of tools) {
      const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
      symlinkSync(stdout.trim(), join(folder, 'bin', tool));
    }
    const { status, stdout, stderr } = spawnSync(join(folder, 'bin/sh'), [script], {
      encoding: 'utf8',
      env: { PATH: join(folder, 'bin') },
    });
    assert.notEqual(status, 0);
    assert.match(stderr, /openssl/);
    assert.doesNotMatch(stdout, /made/);
    assert.deepEqual(readdirSync(join(folder, 'secrets')), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('systemd understands the unit, and has little to say against it', (t) => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
    t.diagnostic('note: no systemd-analyze on this machine; the unit was not verified');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-unit-'));
  try {
    // The program is where npm puts it on the machine that the unit is for.
    const path = join(folder, 'mailgrant.service');
    writeFileSync(path, read(unit).replace(/^ExecStart=\S+/m, 'ExecStart=/bin/sh'));
    const verified = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    assert.equal(verified.status, 0, verified.stderr);
    assert.doesNotMatch(verified.stderr, /mailgrant\.service/);
    // In tenths: 1.3 of 10, of which the network is most.
    const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', path], {
      encoding: 'utf8',
    });
    assert.equal(judged.status, 0, judged.stdout.split('\n').slice(-2).join());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
