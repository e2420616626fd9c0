// The bar of a progress on a terminal: how much of it is full, and the same in percent.

const barWidth = 30;

/** `part` of 0 to 1; what is outside is drawn as the nearer end. */
export function barOf(part: number): string {
  const shown = Math.min(1, Math.max(0, part));
  const filled = Math.round(shown * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(shown * 100)).padStart(3)} %`;
}
