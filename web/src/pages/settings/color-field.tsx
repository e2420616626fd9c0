// A colour: typed as the API takes it, or chosen with the browser's own means.
import { TextInput } from '@mantine/core';
import classes from './color-field.module.css';

type Props = { value: string; onChange: (color: string) => void };

const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);
/** What the browser begins with when nothing is chosen yet. */
const firstColor = '#0b57a4';

export function ColorField({ value, onChange }: Props) {
  return (
    <div className={classes.field}>
      <TextInput
        className={classes.text}
        label="Colour of buttons"
        description="As #rrggbb. The words on them become black or white by themselves."
        placeholder={firstColor}
        maxLength={7}
        spellCheck={false}
        autoComplete="off"
        value={value}
        error={value !== '' && !isColor(value) ? 'Six digits after #, such as #0b57a4.' : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <input
        type="color"
        className={classes.choice}
        aria-label="Choose the colour of buttons"
        value={isColor(value) ? value : firstColor}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
