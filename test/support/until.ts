/** Waits until `check` is true, at most `seconds`; then throws with what it waited for. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  seconds = 40,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
