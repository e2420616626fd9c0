// `npm run check:container`: does what a container engine would do with Dockerfile, without one. Each stage is a root
// directory over this machine's own, in which the stage's steps are run; the last one is then run as its user, as
// first process of its own process space, with everything but /data and /tmp read-only. Needs Linux and root. The
// machine stands for the base image, with this Node.js put where the image has it: what is special about that image,
// and the engine, are not tried.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { contextFiles, parseDockerfile, type Stage, variablesOf } from './packaging/dockerfile.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const port = 18025;
const readyMilliseconds = 30_000;
const say = (text: string): void => console.log(text);

/** `upper`: what the stage has put over the machine's root. */
type Built = { name: string; upper: string; workdir: string; variables: Record<string, string> };

async function main(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Only root may make the directories that stages are run in.');
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-container-'));
  try {
    const context = join(folder, 'context');
    const files = contextFiles(root);
    for (const file of files) {
      mkdirSync(dirname(join(context, file)), { recursive: true });
      cpSync(join(root, file), join(context, file));
    }
    say(`${files.length} files are sent to the build`);
    const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
    const built: Built[] = [];
    for (const stage of stages) built.push(build({ stage, folder, context, built }));
    const [last, lastStage] = [built.at(-1), stages.at(-1)];
    if (last === undefined || lastStage === undefined) throw new Error('Dockerfile has no stage.');
    await tryOut({ image: last, stage: lastStage, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type BuildOptions = { stage: Stage; folder: string; context: string; built: readonly Built[] };

function build({ stage, folder, context, built }: BuildOptions): Built {
  const base = built.find(({ name }) => name === stage.from);
  const upper = join(folder, `${stage.name}-upper`);
  // Not stacked: an overlay refuses a layer that lies below another one, as all of them lie below `/`.
  if (base === undefined) mkdirSync(upper);
  else expectGood(run('cp', ['--archive', base.upper, upper]));
  const image: Built = {
    name: stage.name,
    upper,
    workdir: base?.workdir ?? '/',
    variables: { ...base?.variables },
  };
  // The part that a base image brings.
  mkdirSync(join(upper, 'usr/local/bin'), { recursive: true });
  cpSync(process.execPath, join(upper, 'usr/local/bin/node'), { dereference: true });
  for (const { name, value } of stage.instructions) {
    switch (name) {
      case 'WORKDIR':
        image.workdir = value;
        mkdirSync(join(upper, value), { recursive: true });
        break;
      case 'ENV':
        Object.assign(image.variables, Object.fromEntries(variablesOf(value)));
        break;
      case 'COPY':
        copy({ image, value, context, built });
        break;
      case 'RUN':
        say(`${stage.name}: ${value}`);
        expectGood(inRoot({ image, folder, script: value }));
        break;
      default: // What only an engine acts on; USER, ENTRYPOINT and HEALTHCHECK are read when it is tried out.
    }
  }
  return image;
}

type CopyOptions = { image: Built; value: string; context: string; built: readonly Built[] };

function copy({ image, value, context, built }: CopyOptions): void {
  const [, stageName, rest = value] = /^--from=(\S+) (.*)$/.exec(value) ?? [];
  const paths = rest.split(/\s+/);
  const target = paths.pop() ?? '';
  const stage = built.find(({ name }) => name === stageName);
  const sourceRoot = stageName === undefined ? context : (stage?.upper ?? '');
  for (const path of paths) {
    const source = join(sourceRoot, path);
    if (!existsSync(source)) throw new Error(`COPY ${value}: ${path} is not there.`);
    const isInto = target.endsWith('/') && path !== '.';
    const name = isInto && !target.endsWith(`${path}/`) ? join(target, path.split('/').at(-1) ?? '') : target;
    cpSync(source, join(image.upper, image.workdir, name), { recursive: true, verbatimSymlinks: true });
  }
}

type InRoot = { image: Built; folder: string; script: string; user?: string; isReadOnly?: boolean };

/** A shell script that runs in the stage's root directory, in process and mount spaces of its own. */
function commandIn({ image, folder, script, user, isReadOnly = false }: InRoot): [string, string[]] {
  const mount = mkdtempSync(join(folder, 'mount-'));
  const work = mkdtempSync(join(folder, 'work-'));
  const inner = join(folder, `step-${work.slice(-6)}.sh`);
  const variables = Object.entries(image.variables).map(([name, value]) => `export ${name}='${value}'`);
  writeFileSync(
    inner,
    [
      'set -eu',
      'export PATH=/usr/local/bin:/usr/bin:/bin HOME=/tmp',
      ...variables,
      `cd ${image.workdir}`,
      script,
    ].join('\n'),
    { mode: 0o644 },
  );
  const outer = [
    'set -eu',
    `mount -t overlay overlay -o lowerdir=/,upperdir=${image.upper},workdir=${work} ${mount}`,
    `mkdir -p ${mount}/proc ${mount}/tmp ${mount}/dev`,
    `mount -t proc proc ${mount}/proc`,
    `mount --bind /dev ${mount}/dev`,
    `mount -t tmpfs -o mode=1777 tmpfs ${mount}/tmp`,
    `cp ${inner} ${mount}/tmp/step.sh`,
    ...(isReadOnly
      ? [`mount -t tmpfs -o mode=0700,uid=1000,gid=1000 tmpfs ${mount}/data`, `mount -o remount,ro ${mount}`]
      : []),
    `exec chroot ${user === undefined ? '' : `--userspec=${user}`} ${mount} /bin/sh /tmp/step.sh`,
  ];
  return ['unshare', ['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c', outer.join('\n')]];
}

const inRoot = (options: InRoot): Outcome => run(...commandIn(options));

type Outcome = { status: number | null; output: string };

function run(command: string, args: string[], env = process.env): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 15 * 60_000,
    env,
  });
  return { status, output: `${stdout}${stderr}` };
}

function expectGood({ status, output }: Outcome): void {
  if (status !== 0) throw new Error(`It ended with ${status}:\n${output}`);
}

type TryOut = { image: Built; stage: Stage; folder: string };

/** Starts it, asks its health check, looks at what it may write, ends it by the signal that an engine sends. */
async function tryOut({ image, stage, folder }: TryOut): Promise<void> {
  const settingOf = (name: string): string =>
    stage.instructions.findLast((instruction) => instruction.name === name)?.value ?? '';
  const words = (list: string): string =>
    wordsOf(list)
      .map((word) => `'${word}'`)
      .join(' ');
  const user = settingOf('USER');
  const program = `${words(settingOf('ENTRYPOINT'))} ${words(settingOf('CMD'))}`;
  const health = wordsOf(settingOf('HEALTHCHECK').replace(/^.*?CMD /, ''));
  const watched: Built = { ...image, variables: { ...image.variables, MAILGRANT_PORT: String(port) } };
  const script = [
    '! touch /app/written 2>/dev/null || { echo "the root can be written to"; exit 90; }',
    // Its parent is no process of this space: so are signals to a first process of a container.
    `exec ${program}`,
  ].join('\n');
  const [command, args] = commandIn({ image: watched, folder, script, user, isReadOnly: true });
  say(`as ${user}: ${program}`);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const ended = once(child, 'exit');
  try {
    await untilHealthy({ image: watched, user, health, child, output });
    const first = firstProcessOf(child);
    const status = readFileSync(`/proc/${first}/status`, 'utf8');
    say(
      `first process: ${/^NSpid:.*$/m.exec(status)?.[0]}, ${/^Uid:.*$/m.exec(status)?.[0]}`.replaceAll(
        '\t',
        ' ',
      ),
    );
    const page = await fetch(`http://127.0.0.1:${port}/console/`);
    if (page.status !== 200) throw new Error(`The console answers ${page.status}.`);
    if (/mg_\w{20}/.test(output.join('')))
      throw new Error('An API key is in the output, which engines keep.');
    process.kill(first, 'SIGTERM');
    const [code] = await ended;
    say(`ended by SIGTERM with code ${code}`);
    if (code !== 0) throw new Error(`It did not end in order:\n${output.join('')}`);
  } finally {
    child.kill('SIGKILL');
  }
}

/** Of the form that names a program and its arguments: `["node", "main.js"]`. */
function wordsOf(list: string): string[] {
  const words: unknown = JSON.parse(list);
  if (!Array.isArray(words)) throw new Error(`${list} is no list.`);
  return words.map(String);
}

type Healthy = { image: Built; user: string; health: string[]; child: ChildProcess; output: string[] };

/** Asks as an engine does: another process in the same container. */
async function untilHealthy({ image, user, health, child, output }: Healthy): Promise<void> {
  const [uid, gid] = user.split(':');
  const end = Date.now() + readyMilliseconds;
  for (;;) {
    const inside = ['--target', String(firstProcessOf(child)), '--mount', '--pid', '--root', '--wd'];
    const { status } = run('nsenter', [...inside, `--setuid=${uid}`, `--setgid=${gid}`, ...health], {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      ...image.variables,
    });
    if (status === 0) return say('the health check says that it is well');
    if (child.exitCode !== null || Date.now() > end) throw new Error(`It is not well:\n${output.join('')}`);
    await wait(100);
  }
}

/** Process 1 of the space that `unshare` made: its only child. */
function firstProcessOf(child: ChildProcess): number {
  const text = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return Number(text.trim().split(' ')[0]);
}

await main();
