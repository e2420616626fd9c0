// The name with its sign.
import classes from './wordmark.module.css';

/** `isCompact`: on narrow screens the sign alone is seen; the name is still read out. */
export function Wordmark({ isCompact = false }: { isCompact?: boolean }) {
  return (
    <span className={classes.wordmark}>
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect width="32" height="32" rx="8" className={classes.ground} />
        <path d="M7 11.5 16 18l9-6.5" className={classes.flap} />
        <path d="M14.5 22.5H25m-3-3 3 3-3 3" className={classes.arrow} />
      </svg>
      <span className={classes.name} data-compact={isCompact}>
        Mailgrant
      </span>
    </span>
  );
}
