// A longer text letter by letter, such as a JSON document; scrolls by itself, by keyboard too.
import classes from './code-block.module.css';

export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it.
    <section className={classes.block} aria-label={label} tabIndex={0}>
      <pre className={classes.text}>{text}</pre>
    </section>
  );
}

/** JSON with indentation; any other text as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
