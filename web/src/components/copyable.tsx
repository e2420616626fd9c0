// A text that is meant to be copied: an address, an id, a link.
import { CopyButton } from './copy-button.tsx';
import classes from './copyable.module.css';

export function Copyable({ text, label }: { text: string; label?: string }) {
  return (
    <div className={classes.copyable}>
      <code className={classes.text}>{text}</code>
      <CopyButton text={text} {...(label === undefined ? {} : { label })} />
    </div>
  );
}
