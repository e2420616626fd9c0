// Where the CPU time of a process goes: V8's sampling profiler, switched on for a while, summed up by function.
import { writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

export type ProfileLine = { name: string; selfPercent: number; totalPercent: number };
export type Profile = {
  /** The functions that cost most by themselves. */
  functions: ProfileLine[];
  /** The same time by what the code belongs to; what is native counts for its caller. */
  parts: ProfileLine[];
};

const samplingMicroseconds = 200;
const linesMax = 60;
let session: Session | null = null;

export async function startProfile(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: samplingMicroseconds });
  await session.post('Profiler.start');
}

/** The whole profile goes to `file` when one is named. */
export async function stopProfile(file?: unknown): Promise<Profile> {
  if (session === null) throw new Error('no profile was started');
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  session = null;
  if (typeof file === 'string') writeFileSync(file, JSON.stringify(profile));
  return { functions: sumUp(profile, nameOf).slice(0, linesMax), parts: sumUp(profile, partOf) };
}

type Path = Profiler.ProfileNode[];

/** Shares of the time in which the process was not idle. A path begins with the node that runs. */
function sumUp({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, keyOf: (path: Path) => string) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const keys = new Map<number, { self: string; total: Set<string> }>();
  const keysOf = (id: number) => {
    const path: Path = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (node && node.callFrame.functionName !== '(root)') path.push(node);
    }
    const all = path.map((_, depth) => keyOf(path.slice(depth)));
    return { self: all[0] ?? '', total: new Set(all) };
  };
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const microseconds = timeDeltas[index] ?? 0;
    if (isIdle(byId.get(id))) continue;
    busy += microseconds;
    const known = keys.get(id) ?? keysOf(id);
    keys.set(id, known);
    self.set(known.self, (self.get(known.self) ?? 0) + microseconds);
    for (const key of known.total) total.set(key, (total.get(key) ?? 0) + microseconds);
  }
  return [...total]
    .map(([name, microseconds]) => ({
      name,
      selfPercent: ((self.get(name) ?? 0) / busy) * 100,
      totalPercent: (microseconds / busy) * 100,
    }))
    .sort((left, right) => right.selfPercent - left.selfPercent);
}

/** The profiler's own switching on and off belongs to no request. */
const isIdle = (node: Profiler.ProfileNode | undefined): boolean =>
  node?.callFrame.functionName === '(idle)' || node?.callFrame.url === 'node:inspector';

const root = fileURLToPath(new URL('../..', import.meta.url));

const placeOf = ({ callFrame }: Profiler.ProfileNode): string =>
  callFrame.url
    .replace('file://', '')
    .replace(root, '')
    .replace(/^.*node_modules\//, '');

function nameOf([node]: Path): string {
  if (!node) return '';
  const { functionName, lineNumber } = node.callFrame;
  const place = placeOf(node);
  return `${functionName || '(anonymous)'}${place === '' ? '' : ` ${place}:${lineNumber + 1}`}`;
}

/** Validators and serializers are made at run time and belong to no file; these are the names that they get. */
const generated: readonly [RegExp, string][] = [
  [/^validate\d+$/, 'validation (generated)'],
  [/^anonymous\d+$/, 'serialization (generated)'],
];

function partOf(path: Path): string {
  for (const node of path) {
    const { functionName } = node.callFrame;
    const [, made] = generated.find(([form]) => form.test(functionName)) ?? [];
    if (made !== undefined) return made;
    if (functionName.startsWith('(') && node.callFrame.url === '' && functionName !== '(anonymous)') {
      return functionName;
    }
    const place = placeOf(node);
    if (place !== '') return partOfPlace(place);
  }
  return 'other native code';
}

function partOfPlace(place: string): string {
  if (/^node:(_http|internal\/http)/.test(place)) return 'node:http';
  if (/^node:(net|internal\/(streams|stream_base|js_stream)|stream)/.test(place)) return 'node:net, streams';
  if (/^node:(internal\/)?crypto/.test(place)) return 'node:crypto';
  if (place.startsWith('node:')) return 'node: other';
  const folders = place.split('/');
  return folders.slice(0, place.startsWith('@') || place.startsWith('src/') ? 2 : 1).join('/');
}
