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

/** Where dialogs, menus and lists are put into the document; the shell makes it. */
const overlays = '#overlays';

/** The title's bar of a dialog is no banner of the page. */
const dialogProps = { attributes: { header: { role: 'presentation' } } };

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
    // Inside of the page's landmark, where people who go from landmark to landmark find what opens.
    Portal: { defaultProps: { target: overlays } },
    Modal: {
      defaultProps: dialogProps,
      styles: {
        title: { fontWeight: 650, fontSize: '1.0625rem' },
        // What has the focus comes to rest between the title and the buttons, which both stay, not behind them.
        content: { scrollPaddingBlock: '4rem 5rem' },
      },
    },
    Drawer: { defaultProps: dialogProps, styles: { title: { fontWeight: 650 } } },
    // An element that can be focused and is no item has no place in a menu.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});
