// What Mantine's components look like here. Colours for states are CSS variables of base.css.
import { createTheme, type MantineColorsTuple } from '@mantine/core';

const pine: MantineColorsTuple = [
  '#edf7f5',
  '#d6ebe7',
  '#abd6ce',
  '#7cc0b4',
  '#6cc7b8',
  '#369b8b',
  '#1f8575',
  '#136c5f',
  '#0e574d',
  '#08423a',
];

/** Neutral tones with a little of the same green: text, borders, fields, surfaces. */
const dark: MantineColorsTuple = [
  '#e4ebe9',
  '#c4d0ce',
  '#a4b0ae',
  '#8f9b99',
  '#4a5957',
  '#33413f',
  '#1d2928',
  '#172120',
  '#101716',
  '#0b100f',
];

const systemFonts =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif";

export const theme = createTheme({
  colors: { pine, dark },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: systemFonts,
  fontFamilyMonospace:
    "ui-monospace, 'SFMono-Regular', 'Cascadia Mono', Consolas, 'Liberation Mono', monospace",
  headings: { fontFamily: systemFonts, fontWeight: '650' },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Modal: { styles: { title: { fontWeight: 650, fontSize: '1.0625rem' } } },
    Drawer: { styles: { title: { fontWeight: 650 } } },
  },
});
